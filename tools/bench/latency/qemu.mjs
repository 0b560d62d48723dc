// QEMU with its gdb stub, for debuggers that need one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** @returns the port of the stub, and how to end it */
export async function startQemu(image) {
  const port = await freePort();
  const quiet = ['-display', 'none', '-monitor', 'none', '-serial', 'null'];
  const options = ['-M', 'pc', '-accel', 'tcg', ...quiet, '-S', '-m', '16', '-gdb', `tcp:127.0.0.1:${port}`];
  const emulator = spawn('qemu-system-i386', [...options, '-kernel', image], { stdio: 'ignore' });
  return { port, end: () => emulator.kill() };
}

/** Tries for as long as QEMU may take to listen. */
export async function whenItListens(connect) {
  for (let tries = 0; ; tries++) {
    try {
      return await connect();
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
