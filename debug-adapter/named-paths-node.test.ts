/** Names of files behind symbolic links: those that the client goes by, and only such as lead there. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { NamedPaths } from './named-paths-node.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'named-')));
const at = (path: string) => join(folder, path);
mkdirSync(at('data/proj/kernel'), { recursive: true });
mkdirSync(at('data/proj/build'), { recursive: true });
mkdirSync(at('home'));
for (const file of ['data/proj/kernel/main.c', 'data/proj/build/kernel.elf', 'data/other.c'])
  writeFileSync(at(file), '');
symlinkSync(at('data/proj'), at('home/link'));
symlinkSync(at('data/proj/build/kernel.elf'), at('home/kernel.elf'));
symlinkSync(at('data/proj/kernel/main.c'), at('home/main.c'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const MAIN = at('data/proj/kernel/main.c');
let names: NamedPaths;
beforeEach(() => {
  names = new NamedPaths(folder);
});

describe('a source', () => {
  it('has the path of the build where nobody has named a link', async () => {
    expect(await names.learn(at('data/proj/build/kernel.elf'))).toBe(false);
    expect(names.nameOf(MAIN)).toBe(MAIN);
  });

  it('goes by the link that the kernel goes by', async () => {
    expect(await names.learn(at('home/link/build/kernel.elf'))).toBe(true);
    expect(names.nameOf(MAIN)).toBe(at('home/link/kernel/main.c'));
    expect(await names.learn(at('home/link/build/kernel.elf'))).toBe(false);
  });

  it('goes by the link that the client works in, for relative paths too', async () => {
    expect(new NamedPaths(at('home/link')).nameOf(MAIN)).toBe(at('home/link/kernel/main.c'));
    expect(await names.learn('home/link', true)).toBe(true);
    expect(names.nameOf(MAIN)).toBe(at('home/link/kernel/main.c'));
  });

  it('goes by the link of another source', async () => {
    await names.learn(at('home/link/kernel/other.c'));
    expect(names.nameOf(MAIN)).toBe(at('home/link/kernel/main.c'));
  });

  it('that is a link itself is called as the client calls it', async () => {
    await names.learn(at('home/main.c'));
    expect(names.nameOf(MAIN)).toBe(at('home/main.c'));
  });

  it('keeps its path where the link leads to a file alone, outside of the link, and where it is not', async () => {
    await names.learn(at('home/kernel.elf'));
    expect(names.nameOf(MAIN)).toBe(MAIN);
    await names.learn(at('home/link/build/kernel.elf'));
    expect(names.nameOf(at('data/other.c'))).toBe(at('data/other.c'));
    expect(names.nameOf(at('data/proj/kernel/gone.c'))).toBe(at('data/proj/kernel/gone.c'));
  });

  it('has the last of several names', async () => {
    await names.learn(at('home/link/build/kernel.elf'));
    await names.learn(MAIN);
    expect(names.nameOf(MAIN)).toBe(MAIN);
    await names.learn(at('home/link/kernel/main.c'));
    expect(names.nameOf(MAIN)).toBe(at('home/link/kernel/main.c'));
  });
});

it('what is not there is no name', async () => {
  expect(await names.learn(at('nowhere/kernel.elf'))).toBe(false);
});
