/** `colinux daemon` as a process: configurations, messages, ends. */
import { build } from 'esbuild';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDaemonOptions } from './daemon-options.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'colinux-daemon-'));
const file = (name: string) => join(folder, name);
const guest = join(root, 'samples/hello-guest/build/hello-guest.elf');

beforeAll(async () => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  await build({
    entryPoints: [join(root, 'cli/main.ts')],
    outfile: file('cli.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    logLevel: 'error',
  });
  mkdirSync(file('kernels'));
  const host = 'colinux-host.elf';
  writeFileSync(file(`kernels/${host}`), readFileSync(join(root, 'kernels/build', host)));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const daemon = (...args: string[]) =>
  spawnSync(process.execPath, [file('cli.cjs'), 'daemon', ...args], {
    encoding: 'utf8',
    input: '',
    timeout: 50_000,
  });

/** Ends as soon as the output has this text, or with the process. */
function until(child: ChildProcess, text: string | RegExp): Promise<string> {
  return new Promise((resolve) => {
    let all = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      all += chunk.toString();
      if (all.search(text) >= 0) resolve(all);
    });
    child.on('exit', () => {
      resolve(all);
    });
  });
}

describe('colinux daemon', () => {
  it('runs a guest by its file: memory, command line, kernel messages', () => {
    writeFileSync(file('guest.conf'), `kernel="${guest}" # the sample\nmem=24\nsome words\n`);
    const { stdout, stderr, status } = daemon(`@${file('guest.conf')}`);
    expect(stdout).toContain('guest0: memory: 24 MiB');
    expect(stdout).toContain('guest0: goodbye');
    expect(stdout).not.toContain('host:');
    expect(stderr).toContain('guest0 terminated: POWEROFF');
    expect(status).toBe(0);
  });

  it('is silent about the kernel with -k, and tells of the host with -v', () => {
    const quiet = daemon(`kernel=${guest}`, '-k');
    expect(quiet.stdout).toBe('');
    const loud = daemon(`kernel=${guest}`, '-k', '-v', '1');
    expect(loud.stderr).toContain('host: Cooperative Linux host kernel');
  });

  it('draws the console of the guest on the terminal', () => {
    const { stdout } = daemon(`kernel=${guest}`, '-t', 'cocon');
    expect(stdout).toContain('\x1b[1;1H');
    expect(stdout).toContain('ring 3: hello from the process');
    expect(stdout).not.toContain('guest0:');
  });

  it('ends with 255 when the guest panics', () => {
    const { stderr, status } = daemon(`kernel=${guest}`, 'panic');
    expect(stderr).toContain('PANIC');
    expect(status).toBe(255);
  });

  it('shuts the guest down at SIGTERM; execN and the pid file end with it', async () => {
    const args = [`kernel=${guest}`, 'interactive', 'exec0=sleep,1000', '-p', file('pid')];
    const child = spawn(process.execPath, [file('cli.cjs'), 'daemon', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await until(child, 'ticks counted');
    expect(readFileSync(file('pid'), 'utf8')).toBe(`${String(child.pid)}\n`);
    const childrenOf = () =>
      spawnSync('pgrep', ['-P', String(child.pid), '-x', 'sleep'], { encoding: 'utf8' }).stdout.trim();
    const program = childrenOf();
    expect(program).toMatch(/^\d+$/);
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(existsSync(file('pid'))).toBe(false);
    expect(
      existsSync(`/proc/${program}/stat`) && readFileSync(`/proc/${program}/stat`, 'utf8').includes(') S '),
    ).toBe(false);
  });

  it('lists every error of a configuration with its place, and starts nothing', () => {
    writeFileSync(file('bad.conf'), 'mem=1\ncursor=x\n');
    const { stdout, stderr, status } = daemon(`@${file('bad.conf')}`, `kernel=${guest}`);
    expect(stderr).toMatch(/bad\.conf:1:1: error: mem= expects .*\n.*bad\.conf:2:1: error: cursor= expects /);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('runs several guests, and shuts all of them down at SIGTERM', async () => {
    const words = [`kernel=${guest}`, 'interactive'];
    const args = [...words, 'mem=8', '--', ...words, 'mem=12'];
    const child = spawn(process.execPath, [file('cli.cjs'), 'daemon', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = await until(
      child,
      /guest0: .*ticks counted[^]*guest1: .*ticks counted|guest1: .*ticks counted[^]*guest0: .*ticks counted/,
    );
    expect(output).toContain('guest0: memory: 8 MiB');
    expect(output).toContain('guest1: memory: 12 MiB');
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('ends with 3 when a guest is for another version of the ABI', () => {
    const image = readFileSync(guest);
    const version = image.indexOf('coLinux\0', 0, 'latin1') + 8;
    expect(image.readUInt32LE(version)).toBe(14);
    image.writeUInt32LE(13, version);
    writeFileSync(file('old.elf'), image);
    const { stderr, stdout, status } = daemon(`kernel=${guest}`, '--', `kernel=${file('old.elf')}`);
    expect(stderr).toContain('old.elf is for version 13 of the cooperative ABI, but this host has 14');
    expect(stdout).toBe('');
    expect(status).toBe(3);
  });

  it('ends with 14 when there is no host kernel', () => {
    mkdirSync(file('alone/dist'), { recursive: true });
    copyFileSync(file('cli.cjs'), file('alone/dist/cli.cjs'));
    const { stderr, status } = spawnSync(
      process.execPath,
      [file('alone/dist/cli.cjs'), 'daemon', `kernel=${guest}`],
      { encoding: 'utf8', input: '', timeout: 50_000 },
    );
    expect(stderr).toContain('the host kernel is not beside this program: build it');
    expect(status).toBe(14);
  });

  it('refuses what cannot be a disk, a folder or a network in one sentence', () => {
    const refused = (...words: string[]) => {
      const { stderr, status } = daemon(`kernel=${guest}`, ...words);
      expect(status).toBe(2);
      return stderr;
    };
    writeFileSync(file('q.img'), 'QFI\xfb'.padEnd(512), 'latin1');
    expect(refused(`cobd0=${file('q.img')}`)).toContain('is a qcow2 image: make a raw one');
    expect(refused(`cobd0=${file('none.img')}`)).toContain('cannot be opened, it does not exist');
    expect(refused(`cofs0=${file('none')}`)).toContain('The shared folder');
    expect(refused('eth0=tuntap')).toContain('A TAP interface needs the program tap-helper');
    expect(refused('eth0=pcap-bridge')).toContain('needs the npm package "cap", which is not installed');
    expect(refused('--capture', 'eth0=x.pcapng')).toContain(
      '--capture names eth0, but the configuration has no',
    );
  });

  it('refuses a kernel that runs alone, and one that is not there', () => {
    const alone = daemon(`kernel=${join(root, 'kernels/build/lockstep.elf')}`);
    expect(alone.stderr).toContain('is no cooperative guest: colinux run boots a kernel that runs alone');
    expect(daemon('kernel=none.elf').stderr).toContain('cannot be read, it does not exist');
    expect(daemon('mem=32').stderr).toContain('The configuration names no kernel');
  });
});

describe('the options of colinux daemon', () => {
  it.each([
    [['-t', 'nt', 'kernel=k'], '-t expects none or cocon, but found "nt"'],
    [['-v', '16', 'kernel=k'], '-v expects a level from 0 to 15'],
    [['kernel=k', '-p'], '-p expects the name of a file behind it'],
    [['-x'], '-x is no option of colinux daemon'],
    [[], 'expects @FILE or kernel=FILE'],
    [['kernel=k', '--'], 'words of configuration for each guest, but found nothing'],
    [['kernel=k', '--capture', 'cobd0=x'], '--capture expects ethN=FILE, but found "cobd0=x"'],
  ])('%j', (args, message) => {
    expect(() => parseDaemonOptions(args)).toThrow(message);
  });
});
