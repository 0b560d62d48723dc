// The debuggers whose latency is measured, each in a session that is stopped in the loop of one kernel: our adapter as a process
// (`colinux dap`, what other editors run), our adapter in the process of its client (as VS Code runs it), and gdb (MI) with QEMU's stub.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
const LONGEST_MS = 20_000;
export const SOURCE = join(root, 'tools/bench/latency-kernel.c');
const DIST = join(root, 'dist');

const lineOf = (text) =>
  readFileSync(SOURCE, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

/** Waits for something that a stream of events brings. */
function createWaiters() {
  const waiting = new Set();
  return {
    wait(test) {
      return new Promise((resolve, reject) => {
        const entry = { test, resolve };
        waiting.add(entry);
        entry.timer = setTimeout(() => reject(new Error('no answer came')), LONGEST_MS);
      });
    },
    give(event) {
      for (const entry of waiting) {
        if (!entry.test(event)) continue;
        clearTimeout(entry.timer);
        waiting.delete(entry);
        entry.resolve(event);
        return;
      }
    },
  };
}

/** Our debugger, with whatever carries its messages. @param connect gets who is told of messages, gives who takes and who ends them */
async function ours(image, connect) {
  const waiters = createWaiters();
  const { send, end } = connect(waiters.give);
  let seq = 0;
  async function request(command, args) {
    const mine = ++seq;
    const answer = waiters.wait((message) => message.type === 'response' && message.request_seq === mine);
    send({ seq: mine, type: 'request', command, arguments: args });
    const { success, message, body } = await answer;
    if (!success) throw new Error(`${command}: ${message}`);
    return body;
  }
  async function run(command, args = { threadId: 1 }) {
    const stop = waiters.wait((message) => message.event === 'stopped');
    await request(command, args);
    await stop;
  }
  const breakpoints = (...lines) =>
    request('setBreakpoints', { source: { path: SOURCE }, breakpoints: lines.map((line) => ({ line })) });
  const to = async (text) => {
    await breakpoints(lineOf(text));
    await run('continue');
  };
  await request('initialize', { adapterID: 'colinux' });
  const ready = waiters.wait((message) => message.event === 'initialized');
  await request('launch', { kernel: image, memory: 16 });
  await ready;
  await breakpoints(lineOf('/* plain */'));
  await run('configurationDone', {});
  return {
    to,
    clear: () => breakpoints(),
    next: () => run('next'),
    go: () => run('continue'),
    async expand() {
      const { stackFrames } = await request('stackTrace', { threadId: 1, levels: 1 });
      const { variablesReference } = await request('evaluate', {
        expression: 'large',
        frameId: stackFrames[0].id,
        context: 'watch',
      });
      const { variables } = await request('variables', { variablesReference });
      if (variables.length !== 200) throw new Error(`${variables.length} fields instead of 200`);
    },
    walk: () => request('colinux/pageWalk', { memoryReference: '0x200000' }),
    async mappings() {
      const { mappings } = await request('colinux/mappings', { threadId: 1 });
      if (mappings.length < 60_000) throw new Error(`${mappings.length} ranges instead of 65,000`);
    },
    /** To the loop of 10 million instructions, with a breakpoint behind it. */
    async toLoop() {
      await to('/* loop */');
      await request('evaluate', { expression: 'turns = 5000000', context: 'repl' });
      await breakpoints(lineOf('/* behind */'));
    },
    end,
  };
}

/** The adapter as a process of its own, over pipes. */
export const overPipe = (image) =>
  ours(image, (give) => {
    const child = spawn(process.execPath, [join(DIST, 'cli.cjs'), 'dap'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let buffer = Buffer.alloc(0);
    child.stdout.on('data', (data) => {
      buffer = Buffer.concat([buffer, data]);
      for (;;) {
        const header = buffer.indexOf('\r\n\r\n');
        if (header < 0) return;
        const length = Number(/Content-Length: (\d+)/.exec(buffer.toString('latin1', 0, header))[1]);
        if (buffer.length < header + 4 + length) return;
        const message = JSON.parse(buffer.toString('utf8', header + 4, header + 4 + length));
        buffer = buffer.subarray(header + 4 + length);
        give(message);
      }
    });
    return {
      send(message) {
        const text = JSON.stringify(message);
        child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      },
      end: () => child.kill(),
    };
  });

/** The adapter in this process, as in an extension host: the machine is a worker of it. @param folder of `bundleMachines` */
export function inProcess(image, folder) {
  const { createSession } = require(join(folder, 'inline-adapter.cjs'));
  return ours(image, (give) => {
    const session = createSession(DIST);
    session.onDidSendMessage(give);
    return { send: (message) => session.handleMessage(message), end: () => session.dispose() };
  });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** gdb in machine interface mode, attached to QEMU. */
export async function gdbOnQemu(image) {
  const port = await freePort();
  const emulator = spawn(
    'qemu-system-i386',
    [
      '-M',
      'pc',
      '-accel',
      'tcg',
      '-display',
      'none',
      '-monitor',
      'none',
      '-serial',
      'null',
      '-S',
      '-m',
      '16',
    ].concat('-gdb', `tcp:127.0.0.1:${port}`, '-kernel', image),
    { stdio: 'ignore' },
  );
  const child = spawn('gdb', ['-q', '-nx', '--interpreter=mi3', image], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiters = createWaiters();
  let rest = '';
  child.stdout.on('data', (data) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop();
    for (const line of lines) waiters.give(line);
  });
  let token = 0;
  async function command(text) {
    const mine = ++token;
    const answer = waiters.wait((line) => line.startsWith(`${mine}^`));
    child.stdin.write(`${mine}${text}\n`);
    const line = await answer;
    if (line.startsWith(`${mine}^error`)) throw new Error(`gdb: ${text}: ${line}`);
    return line;
  }
  const stopped = () => waiters.wait((line) => line.startsWith('*stopped'));
  async function run(text) {
    const stop = stopped();
    await command(text);
    await stop;
  }
  for (let tries = 0; ; tries++) {
    try {
      await command(`-target-select remote 127.0.0.1:${port}`);
      break;
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
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
    go: () => run('-exec-continue'),
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
      emulator.kill();
    },
  };
}
