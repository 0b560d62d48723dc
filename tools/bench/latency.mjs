// How long a person waits: step, step over a call, breakpoint to stop, a structure of 200 fields, a page walk. Our adapter over
// its own protocol, and gdb (MI) with QEMU's stub on the same kernel, question by question in turns. Milliseconds.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasQemu } from './machines.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SOURCE = join(root, 'tools/bench/latency-kernel.c');
const hasGdb = spawnSync('gdb', ['--version']).status === 0;
const LONGEST_MS = 20_000;

const lineOf = (text) =>
  readFileSync(SOURCE, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

function buildKernel(folder) {
  const image = join(folder, 'latency.elf');
  const flags = ['-m32', '-g', '-O1', '-nostdlib', '-static', '-no-pie', '-ffreestanding', '-fno-pic'];
  const linker = '-Wl,-m,elf_i386,-Ttext=0x200000,--build-id=none';
  const { status, stderr } = spawnSync('gcc', [...flags, linker, SOURCE, '-o', image], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the kernel of the latency benchmark cannot be built: ${stderr}`);
  return image;
}

const timed = async (work) => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

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

/** Our debugger: one session that is stopped in the loop. */
async function ours(image) {
  const child = spawn(process.execPath, [join(root, 'dist/cli.cjs'), 'dap'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiters = createWaiters();
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
      waiters.give(message);
    }
  });
  let seq = 0;
  async function request(command, args) {
    const mine = ++seq;
    const answer = waiters.wait((message) => message.type === 'response' && message.request_seq === mine);
    const text = JSON.stringify({ seq: mine, type: 'request', command, arguments: args });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    const { success, message, body } = await answer;
    if (!success) throw new Error(`${command}: ${message}`);
    return body;
  }
  const stopped = () => waiters.wait((message) => message.event === 'stopped');
  async function run(command, args = { threadId: 1 }) {
    const stop = stopped();
    await request(command, args);
    await stop;
  }
  const breakpoints = (...lines) =>
    request('setBreakpoints', { source: { path: SOURCE }, breakpoints: lines.map((line) => ({ line })) });
  await request('initialize', { adapterID: 'colinux' });
  const ready = waiters.wait((message) => message.event === 'initialized');
  await request('launch', { kernel: image, memory: 16 });
  await ready;
  await breakpoints(lineOf('/* plain */'));
  await run('configurationDone', {});
  const frame = async () => (await request('stackTrace', { threadId: 1, levels: 1 })).stackFrames[0];
  return {
    toPlain: async () => {
      await breakpoints(lineOf('/* plain */'));
      await run('continue');
    },
    toCall: async () => {
      await breakpoints(lineOf('/* call */'));
      await run('continue');
    },
    clear: () => breakpoints(),
    next: () => run('next'),
    go: () => run('continue'),
    async expand() {
      const { id } = await frame();
      const { variablesReference } = await request('evaluate', {
        expression: 'large',
        frameId: id,
        context: 'watch',
      });
      const { variables } = await request('variables', { variablesReference });
      if (variables.length !== 200) throw new Error(`${variables.length} fields instead of 200`);
    },
    walk: () => request('colinux/pageWalk', { memoryReference: '0x200000' }),
    end() {
      child.kill();
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** gdb in machine interface mode, attached to QEMU. */
async function theirs(image) {
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
    toPlain: () => to('/* plain */'),
    toCall: () => to('/* call */'),
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

const QUESTIONS = [
  { name: 'step a line', before: 'toPlain', clear: true, ask: 'next' },
  { name: 'step over a call', before: 'toCall', clear: true, ask: 'next' },
  { name: 'breakpoint to stop', before: 'toPlain', clear: false, ask: 'go' },
  { name: '200 fields', before: 'toPlain', clear: true, ask: 'expand' },
  { name: 'page walk', before: 'toPlain', clear: true, ask: 'walk' },
];

/** @returns figures in milliseconds; those of gdb with QEMU stand where those of QEMU stand elsewhere */
export async function latencyFigures({ folder, runs }) {
  const image = buildKernel(folder);
  const debuggers = [await ours(image), ...(hasQemu && hasGdb ? [await theirs(image)] : [])];
  try {
    const figures = [];
    for (const { name, before, clear, ask } of QUESTIONS) {
      const times = debuggers.map(() => []);
      // One round more: the first of each is for the caches.
      for (let n = 0; n <= runs * 4; n++) {
        for (const [which, debug] of debuggers.entries()) {
          await debug[before]();
          if (clear) await debug.clear();
          const took = await timed(debug[ask]);
          if (n > 0) times[which].push(took);
        }
      }
      figures.push({ name, unit: 'ms', runs: times[0], qemuRuns: times[1] ?? [] });
    }
    return figures;
  } finally {
    for (const debug of debuggers) debug.end();
  }
}
