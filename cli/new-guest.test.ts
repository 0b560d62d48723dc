/** `colinux new guest`: what it writes stands alone, builds, and does what it says. */
import { build } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'colinux-new-'));
const outside = mkdtempSync(join(tmpdir(), 'colinux-new-'));
const cli = join(folder, 'cli.cjs');

beforeAll(async () => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  await build({
    entryPoints: [join(root, 'cli/main.ts')],
    outfile: cli,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    logLevel: 'error',
  });
  const template =
    "import('./tools/guest-template.mjs').then((m) => console.log(JSON.stringify(m.guestTemplate())))";
  writeFileSync(join(folder, 'guest-template.json'), execFileSync('node', ['-e', template], { cwd: root }));
  mkdirSync(join(folder, 'kernels'));
  const host = 'colinux-host.elf';
  writeFileSync(join(folder, 'kernels', host), readFileSync(join(root, 'kernels/build', host)));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(outside, { recursive: true });
});

const colinux = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });

describe('a new guest', () => {
  const target = join(outside, 'my kernel');

  it('builds without warnings and passes its test, far from here', { timeout: 60_000 }, () => {
    const { status, stdout } = colinux('new', 'guest', target);
    expect(status).toBe(0);
    expect(stdout).toContain('a new guest. make builds it');
    const make = spawnSync('make', ['test', `COLINUX=${process.execPath} ${cli}`], {
      cwd: target,
      encoding: 'utf8',
    });
    expect(make.stderr).toBe('');
    expect(make.stdout).toContain('test: passed');
    expect(make.status).toBe(0);
    for (const file of ['.vscode/launch.json', '.gitignore', 'include/colinux/abi.h', 'README.md'])
      expect(existsSync(join(target, file))).toBe(true);
    expect(existsSync(join(target, 'build/kernel.elf'))).toBe(true);
  });

  it('has a test that fails when the kernel says something else', { timeout: 60_000 }, () => {
    const kernel = join(target, 'kernel.c');
    writeFileSync(kernel, readFileSync(kernel, 'utf8').replace('log_line("goodbye', 'log_line("farewell'));
    const make = spawnSync('make', ['test', `COLINUX=${process.execPath} ${cli}`], {
      cwd: target,
      encoding: 'utf8',
    });
    expect(make.stdout).toContain('+farewell');
    expect(make.status).not.toBe(0);
  });

  it('is not written where something is, or where nothing can be', () => {
    const again = colinux('new', 'guest', target);
    expect(again.stderr).toMatch(/needs an empty folder, but ".*my kernel" has .* in it: name another/);
    expect(again.status).toBe(2);
    writeFileSync(join(outside, 'file'), '');
    expect(colinux('new', 'guest', join(outside, 'file')).stderr).toContain(
      'cannot be one, a part of the path is',
    );
    expect(colinux('new', 'guest', join(outside, 'file/below')).stderr).toMatch(
      /empty folder|cannot be written/,
    );
  });

  it.runIf(process.platform === 'linux')('is not written where the system makes no folders', () => {
    const { stderr, status, signal } = spawnSync(process.execPath, [cli, 'new', 'guest', '/proc/x/y'], {
      ...{ encoding: 'utf8', timeout: 20_000 },
    });
    expect(signal).toBeNull();
    expect(stderr).toContain('cannot be written to "/proc/x/y", no folder can be made in "/proc": name');
    expect(status).toBe(2);
  });

  it.each([[['new']], [['new', 'kernel', 'x']], [['new', 'guest']], [['new', 'guest', 'a', 'b']]])(
    '%j',
    (args) => {
      const { stderr, status } = colinux(...args);
      expect(stderr).toContain('colinux new expects "guest" and a folder');
      expect(status).toBe(2);
    },
  );
});
