/** Folders that are made level by level: those that can be, and an end with a reason for the others. */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureFolder } from './folder-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'folder-'));
const inside = (path: string) => join(folder, path);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a folder', () => {
  it('is made with all above it, and may be there', () => {
    ensureFolder(inside('one/two/three'));
    ensureFolder(inside('one/two/three'));
    ensureFolder(inside('one/two/beside'));
    expect(statSync(inside('one/two/three')).isDirectory()).toBe(true);
    expect(statSync(inside('one/two/beside')).isDirectory()).toBe(true);
    expect(() => {
      ensureFolder('/');
    }).not.toThrow();
  });

  it('may be there by a symbolic link', () => {
    symlinkSync(inside('one'), inside('link'));
    ensureFolder(inside('link/below'));
    expect(statSync(inside('one/below')).isDirectory()).toBe(true);
  });

  it.each([
    ['a file is there', 'file', 'EEXIST'],
    ['a file is above it', 'file/below', 'ENOTDIR'],
    ['a symbolic link leads nowhere', 'nowhere', 'EEXIST'],
    ['symbolic links go round', 'round/below', 'ELOOP'],
  ])('is refused where %s', (_, path, code) => {
    writeFileSync(inside('file'), '');
    rmSync(inside('nowhere'), { force: true });
    symlinkSync(inside('not there'), inside('nowhere'));
    rmSync(inside('round'), { force: true });
    symlinkSync(inside('round'), inside('round'));
    expect(() => {
      ensureFolder(inside(path));
    }).toThrow(code);
  });

  it.skipIf(process.getuid?.() === 0)('is refused where this user may make none', () => {
    ensureFolder(inside('closed'));
    chmodSync(inside('closed'), 0o500);
    expect(() => {
      ensureFolder(inside('closed/one/two'));
    }).toThrow('EACCES');
  });

  // In a process of its own: a loop that never ends would take the test's with it.
  it.runIf(process.platform === 'linux')('is refused at once below /proc', { timeout: 30_000 }, async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('folder-node.ts', import.meta.url))],
      ...{ bundle: true, write: false, platform: 'node', format: 'cjs' },
    });
    const script = `${outputFiles[0].text}; try { module.exports.ensureFolder('/proc/nope/colinux/code'); } catch (e) { console.log(e.message); }`;
    const { stdout, signal } = spawnSync(process.execPath, ['-e', script], {
      ...{ encoding: 'utf8', timeout: 10_000 },
    });
    expect(signal).toBeNull();
    expect(stdout).toBe('no folder can be made in "/proc"\n');
  });
});
