/** The bundled command as a process: output, exit statuses and sentences. */
import { build } from 'esbuild';
import { execFileSync, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
/** Inside node_modules, so that packages the adapter leaves outside are found. */
const folder = mkdtempSync(join(cache, 'colinux-cli-'));
const cli = join(folder, 'cli.cjs');
const file = (name: string) => join(folder, name);
const kernel = (name: string) => join(root, 'kernels/build', `${name}.elf`);
const guest = join(root, 'samples/hello-guest/build/hello-guest.elf');
const golden = (name: string) => readFileSync(join(root, 'test/golden', name), 'latin1');

function colinux(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [cli, ...args], { encoding: 'latin1', timeout: 50_000, input: '' });
}

/** A flat multiboot image at 1 MiB that begins with these bytes of code. */
function flatImage(name: string, ...code: number[]): string {
  const address = 0x10_0000;
  const words = [0x1badb002, 0x10000, -(0x1badb002 + 0x10000), address, address, 0, 0, address + 32];
  const bytes = Buffer.alloc(32 + code.length);
  words.forEach((word, n) => bytes.writeInt32LE(word | 0, n * 4));
  bytes.set(code, 32);
  writeFileSync(file(name), bytes);
  return file(name);
}
const CLI = 0xfa;
const HLT = 0xf4;
const SPIN = [0xeb, 0xfe];
/** mov edx, 3f8h; out dx, al, and then for ever nothing: it runs when a byte has come. */
const BUSY = [CLI, 0xba, 0xf8, 0x03, 0x00, 0x00, 0xee, ...SPIN];
/** mov dx, 3f8h; in al, dx (waits for a byte by polling 3fdh first); echo it and write it to port f4h. */
const ECHO = [
  ...[0xba, 0xfd, 0x03, 0x00, 0x00, 0xec, 0xa8, 0x01, 0x74, 0xfb, 0xb2, 0xf8, 0xec, 0xee, 0xe6, 0xf4],
];

beforeAll(async () => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  const common = {
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    logLevel: 'error',
  } as const;
  await build({ ...common, entryPoints: [join(root, 'cli/main.ts')], outfile: cli });
  await build({
    ...common,
    entryPoints: [join(root, 'cli/adapter.ts')],
    outfile: file('adapter.cjs'),
    packages: 'external',
  });
  mkdirSync(file('kernels'));
  writeFileSync(file('kernels/colinux-host.elf'), readFileSync(kernel('colinux-host')));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('colinux run', () => {
  it('starts a cooperative guest under the embedded host kernel', () => {
    const { stdout, status, stderr } = colinux('run', guest);
    expect(stdout).toBe(golden('hello-guest.com1.txt'));
    expect(status).toBe(1);
    expect(stderr).toBe('');
  });

  it('gives the guest its command line, and the exit status of QEMU', () => {
    const { stdout, status } = colinux('run', guest, '--append', 'panic');
    expect(stdout).toBe(golden('hello-guest-panic.com1.txt'));
    expect(status).toBe(2 * 3 + 1);
  });

  it('ends a guest that spins with interrupts off', () => {
    const { stdout, status } = colinux('run', guest, '--append', 'spin');
    expect(stdout).toMatch(
      /guest0 terminated: NMI .*: it has kept interrupts off for more than 1000 ms\r?\n$/,
    );
    expect(status).toBe(2 * 12 + 1);
  });

  it('boots the host as a plain multiboot kernel with the guest as its module', () => {
    const { stdout, status } = colinux('run', kernel('colinux-host'), '--module', `${guest} panic`);
    expect(stdout).toBe(golden('hello-guest-panic.com1.txt'));
    expect(status).toBe(7);
  });

  it('keeps what it has translated for the next run, which is the same, also if that is damaged', () => {
    const home = file('cache-home');
    const regions = join(home, 'colinux/regions');
    const run = () => {
      const args = ['run', guest, '--rtc', '0', '--stats', file('kept.json')];
      const env = { ...process.env, XDG_CACHE_HOME: home };
      const { stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
        ...{ encoding: 'latin1', timeout: 50_000, input: '', env },
      });
      const { instructions, stateHash } = JSON.parse(readFileSync(file('kept.json'), 'utf8')) as object & {
        instructions: number;
        stateHash: string;
      };
      return { stdout, stderr, instructions, stateHash };
    };
    const first = run();
    const [kept] = readdirSync(regions);
    const before = readFileSync(join(regions, kept!));
    expect(before.length).toBeGreaterThan(0);
    expect(run()).toEqual(first);
    for (let at = 20; at < before.length; at += 97) before[at]! ^= 0x55;
    writeFileSync(join(regions, kept!), before);
    expect(run()).toEqual(first);
  });

  it('says what is wrong with a disk', () => {
    writeFileSync(file('odd.img'), 'x');
    const { status, stderr } = colinux('run', guest, '--disk', file('odd.img'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^colinux: A disk must be a file of whole sectors .* has 1 bytes: pad it/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('stops at exactly so many instructions, the same each time', () => {
    const run = (name: string, instructions: number) => {
      const args = ['--rtc', '0', '--max-instructions', String(instructions), '--stats', file(name)];
      expect(colinux('run', guest, ...args).status).toBe(0);
      return JSON.parse(readFileSync(file(name), 'utf8')) as Record<string, unknown>;
    };
    const first = run('a.json', 1_234_567);
    expect(first).toMatchObject({ instructions: 1_234_567, exit: 0 });
    expect(Object.keys(first)).toEqual(['instructions', 'seconds', 'mips', 'exit', 'stateHash']);
    expect(run('b.json', 1_234_567)['stateHash']).toBe(first['stateHash']);
    expect(run('c.json', 1_234_568)['stateHash']).not.toBe(first['stateHash']);
  });

  it('sends ports to files', () => {
    // out e9h, al with al = 'A', then the exit port
    const image = flatImage('e9', 0xb0, 0x41, 0xe6, 0xe9, 0x66, 0xba, 0xf8, 0x03, 0xee, 0xe6, 0xf4);
    const { status, stdout } = colinux('run', image, '--serial', file('s'), '--debugcon', file('d'));
    expect([status, stdout]).toEqual([(2 * 0x41 + 1) & 0xff, '']);
    expect([readFileSync(file('s'), 'latin1'), readFileSync(file('d'), 'latin1')]).toEqual(['A', 'A']);
  });

  it('brings stdin to COM1 and answers at once, while stdin stays open', async () => {
    const child = spawn(process.execPath, [cli, 'run', flatImage('echo', ...ECHO)]);
    let out = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    const end = new Promise((resolve) => child.on('close', resolve));
    child.stdin.write('Z');
    expect(await end).toBe((2 * 0x5a + 1) & 0xff);
    expect(out).toBe('Z');
  });

  it('reports a triple fault with its causes', () => {
    // lidt of an empty table, then ud2
    const image = flatImage('triple', 0x0f, 0x01, 0x1d, 0x40, 0, 0x10, 0, 0x0f, 0x0b);
    const { status, stderr } = colinux('run', image);
    expect(status).toBe(4);
    expect(stderr).toContain('Triple fault at 0008:00100027');
    expect(stderr).toMatch(
      /1\. #UD invalid opcode\n.*2\. #GP general protection, error code 0033 \(gate 06h of the IDT, on the way/,
    );
    expect(stderr).toContain('cr0=00000011');
  });

  it('says when the CPU is halted for ever', () => {
    const dead = colinux('run', flatImage('dead', CLI, HLT));
    expect([dead.status, dead.stderr]).toEqual([8, expect.stringContaining('interrupts are off (CLI, HLT)')]);
  });

  it('does not take a halt for the end while a network is attached', async () => {
    // Mask both PICs; stop counter 0 of the timer (a mode without a count) and the seconds of the clock (SET in register B).
    const quiet = [0xb0, 0xff, 0xe6, 0x21, 0xe6, 0xa1, 0xb0, 0x30, 0xe6, 0x43, 0xb0, 0x0b, 0xe6, 0x70];
    // out e9h; sti; hlt
    const image = flatImage('idle', ...quiet, 0xb0, 0x82, 0xe6, 0x71, 0xe6, 0xe9, 0xfb, HLT, ...SPIN);
    const alone = colinux('run', image);
    expect([alone.status, alone.stderr]).toEqual([8, expect.stringContaining('nothing is left to come')]);
    const child = spawn(process.execPath, [cli, 'run', image, '--net', 'slirp', '--debugcon', 'stdio'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const end = new Promise((resolve) => child.on('close', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(child.exitCode).toBe(null);
    child.kill('SIGINT');
    expect(await end).toBe(130);
  });

  it('says when the guest resets the machine', () => {
    const { status, stderr } = colinux('run', flatImage('reset', 0xb0, 0xfe, 0xe6, 0x64, ...SPIN));
    expect(status).toBe(6);
    expect(stderr).toMatch(/The guest reset the machine after \d+ instructions/);
  });

  it('ends by SIGINT with status 130 while the guest spins with interrupts off', async () => {
    const child = spawn(process.execPath, [cli, 'run', flatImage('spin', ...BUSY)], { stdio: 'pipe' });
    const end = new Promise((resolve) => child.on('close', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGINT');
    expect(await end).toBe(130);
  });

  it.skipIf(process.platform === 'win32')('ends by SIGTERM when all that has run is written', async () => {
    const stats = file('terminated.json');
    const child = spawn(process.execPath, [cli, 'run', flatImage('spin', ...BUSY), '--stats', stats]);
    const end = new Promise((resolve) => child.on('close', (_status, signal) => resolve(signal)));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGTERM');
    expect(await end).toBe('SIGTERM');
    expect(JSON.parse(readFileSync(stats, 'utf8'))).toMatchObject({ exit: 130 });
  });

  it.runIf(process.platform === 'linux')('runs the machine before the threads of the engine', async () => {
    const child = spawn(process.execPath, [cli, 'run', flatImage('busy', ...BUSY)]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const threads = `/proc/${child.pid}/task`;
    const nice = (thread: string) => {
      const line = readFileSync(`${threads}/${thread}/stat`, 'latin1');
      return Number(line.slice(line.lastIndexOf(')')).split(' ')[17]);
    };
    // What is started afterwards, as libuv's threads are, has the priority of the main thread.
    const all = readdirSync(threads);
    expect(nice(String(child.pid))).toBe(nice('../../self'));
    expect(all.filter((thread) => nice(thread) === 4).length).toBeGreaterThanOrEqual(4);
    child.kill('SIGKILL');
  });

  it('survives a reader that goes away', async () => {
    // al = 'x'; dx = 3f8h; for ever: out dx, al
    const image = flatImage('flood', 0xb0, 0x78, 0x66, 0xba, 0xf8, 0x03, 0xee, 0xeb, 0xfd);
    const child = spawn(process.execPath, [cli, 'run', image]);
    let errors = '';
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(10);
    expect(errors).toBe('');
  });
});

describe('bad input to colinux', () => {
  const cut = (name: string, length: number) => {
    writeFileSync(file(name), readFileSync(guest).subarray(0, length));
    return file(name);
  };
  const patched = (name: string, offset: number, value: number) => {
    const bytes = readFileSync(guest);
    bytes[offset] = value;
    writeFileSync(file(name), bytes);
    return file(name);
  };
  const text = () => {
    writeFileSync(file('text'), 'no kernel\n');
    return file('text');
  };
  const cases: [string, () => string[], RegExp][] = [
    [
      'no command',
      () => [],
      /Expected a command, run, test, profile, daemon, image, new, gdb, jit-dump or dap, but found none/,
    ],
    ['an unknown command', () => ['boot'], /but found "boot"/],
    ['an unknown option', () => ['run', guest, '--fast'], /"--fast" is not an option/],
    ['a mistyped option', () => ['run', guest, '--memroy', '5'], /this command: did you mean --memory\? See/],
    [
      'a word that is no option',
      () => ['dap', 'kernel.elf'],
      /takes options only, but found the word "kernel\.elf"/,
    ],
    [
      'an image for ARM',
      () => ['run', patched('arm', 18, 40)],
      /for another machine \(ARM\), but this machine is an i386/,
    ],
    ['nothing to write', () => ['new'], /but found none: colinux new guest DIR/],
    ['nothing to do with an image', () => ['image'], /but found "image": see/],
    ['a missing file', () => ['run', file('nope')], /cannot be read, it does not exist/],
    ['a missing module', () => ['run', guest, '--module', file('nope')], /The module .* it does not exist/],
    ['a folder', () => ['run', folder], /it is a folder/],
    ['an empty file', () => ['run', cut('empty', 0)], /is an empty file/],
    ['a truncated image', () => ['run', cut('cut', 0x1800)], /The image ends at byte 6144/],
    ['a 64-bit image', () => ['run', patched('elf64', 4, 2)], /is a 64-bit ELF file/],
    ['a text', () => ['run', text()], /neither an ELF file nor/],
    ['too little memory', () => ['run', guest, '--memory', '1'], /MiB|memory/],
    ['a guest as host', () => ['run', guest, '--host', guest], /--host expects a multiboot kernel/],
    ['a host for nothing', () => ['run', kernel('lockstep'), '--host', guest], /leave --host out/],
    ['an output that is a folder', () => ['run', guest, '--serial', folder], /--serial cannot write to/],
    ['a wrong port', () => ['dap', '--port', 'x'], /--port expects a TCP port/],
    ['a port that is none', () => ['gdb', guest, '--port=65536'], /--port expects a TCP port/],
    ['a port without a number', () => ['gdb', guest, '--port'], /--port expects a value/],
    [
      'no image to translate',
      () => ['jit-dump'],
      /^colinux: colinux jit-dump expects a kernel image and an address/,
    ],
    ['no address', () => ['jit-dump', kernel('lockstep'), 'zz'], /^colinux: .* up to 8 hexadecimal digits/],
    ['no code there', () => ['jit-dump', kernel('lockstep'), 'ffffff00'], /There is no code to translate at/],
    ['no image for gdb', () => ['gdb', '--port', '0'], /colinux gdb expects a kernel image/],
    [
      'an option of run',
      () => ['gdb', guest, '--stats', file('x')],
      /--stats is an option of colinux run only/,
    ],
  ];
  it.each(cases)('%s: one sentence and status 2', (_name, args, expected) => {
    const { status, stderr, stdout } = colinux(...args());
    expect(stderr).toMatch(expected);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([status, stdout]).toEqual([2, '']);
  });
});

describe('colinux jit-dump', () => {
  it('shows what becomes of the entry of a kernel', () => {
    const { status, stdout } = colinux(
      'jit-dump',
      kernel('bench'),
      readFileSync(kernel('bench')).readUInt32LE(24).toString(16),
    );
    expect(status).toBe(0);
    for (const title of ['x86 instructions', 'operations', 'structure', 'WebAssembly'])
      expect(stdout).toContain(`; --- ${title}\n`);
    expect(stdout).toMatch(/local\.set/);
  });
});

describe('colinux dap', () => {
  it('speaks DAP on stdin and stdout', async () => {
    const child = spawn(process.execPath, [cli, 'dap']);
    let out = '';
    const answered = new Promise<void>((resolve) => {
      child.stdout.on('data', (text: Buffer) => {
        out += text.toString();
        if (out.includes('"command":"initialize"')) resolve();
      });
    });
    const request = JSON.stringify({
      seq: 1,
      type: 'request',
      command: 'initialize',
      arguments: { adapterID: 'colinux', pathFormat: 'path' },
    });
    child.stdin.write(`Content-Length: ${String(request.length)}\r\n\r\n${request}`);
    await answered;
    expect(out).toContain('"success":true');
    const end = new Promise((resolve) => child.on('close', resolve));
    child.stdin.end();
    expect(await end).toBe(0);
  });

  it('says in one sentence when the port is in use', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    const { status, stderr } = colinux('dap', '--port', String(port));
    server.close();
    expect(stderr).toBe(
      `colinux: The port ${String(port)} is in use by another program: choose another with --port.\n`,
    );
    expect(status).toBe(2);
  });
});

describe('colinux', () => {
  it('explains itself', () => {
    expect(colinux('--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Usage: colinux run IMAGE'),
    });
    expect(colinux('--version').stdout).toMatch(/^colinux \d+\.\d+\.\d+\n$/);
  });
});
