// gdb in machine interface mode, with QEMU's stub.
import { spawn } from 'node:child_process';
import { startQemu, whenItListens } from './qemu.mjs';
import { lineOf, SOURCE } from './source.mjs';
import { createWaiters } from './waiters.mjs';

export async function gdbOnQemu(image) {
  const { port, end } = await startQemu(image);
  const child = spawn('gdb', ['-q', '-nx', '--interpreter=mi3', image], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiters = createWaiters('gdb');
  let rest = '';
  child.stdout.on('data', (data) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop();
    for (const line of lines) waiters.give(line);
  });
  let token = 0;
  async function command(text) {
    const mine = ++token;
    const answer = waiters.wait(
      (line) => line.startsWith(`${mine}^`),
      () => `the answer to ${text}`,
    );
    child.stdin.write(`${mine}${text}\n`);
    const line = await answer;
    if (line.startsWith(`${mine}^error`)) throw new Error(`gdb: ${text}: ${line}`);
    return line;
  }
  const stopped = () =>
    waiters.wait(
      (line) => line.startsWith('*stopped'),
      () => 'a stop',
    );
  async function run(text) {
    const stop = stopped();
    await command(text);
    await stop;
  }
  await whenItListens(() => command(`-target-select remote 127.0.0.1:${port}`));
  const to = async (text) => {
    await command('-break-delete');
    await command(`-break-insert -h ${SOURCE}:${lineOf(text)}`);
    await run('-exec-continue');
  };
  await to('/* plain */');
  return {
    to,
    clear: () => command('-break-delete'),
    next: () => run('-exec-next'),
    instruction: () => run('-exec-step-instruction'),
    go: () => run('-exec-continue'),
    /** The same as of an adapter, as front ends of the machine interface ask it. */
    async show() {
      await command('-thread-info');
      await command('-stack-list-frames');
      const line = await command('-stack-list-variables --thread 1 --frame 0 --simple-values');
      if (!line.includes('name="turns"')) throw new Error(`no locals but ${line}`);
    },
    async expand() {
      await command('-var-create - * large').then(async (line) => {
        const name = /name="([^"]+)"/.exec(line)[1];
        await command(`-var-list-children --all-values ${name}`);
        await command(`-var-delete ${name}`);
      });
    },
    // gdb knows nothing of page tables; QEMU's monitor gives the physical address alone.
    walk: () => command('-interpreter-exec console "monitor gva2gpa 0x200000"'),
    end() {
      child.kill();
      end();
    },
  };
}
