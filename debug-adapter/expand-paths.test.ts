/** Patterns of files, on a file system of a few names. */
import { describe, expect, it } from 'vitest';
import type { AdapterHost, FolderEntry } from './adapter-host.ts';
import { expandPaths } from './expand-paths.ts';

const FILES = ['/w/a.elf', '/w/b.elf', '/w/b.txt', '/w/sub/c.elf', '/w/sub/deep/d.elf', '/w/sub/deep/d.ko'];

function listFolder(path: string): Promise<readonly FolderEntry[]> {
  const prefix = `${path.replace(/\/$/, '')}/`;
  const rests = FILES.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
  if (rests.length === 0) return Promise.reject(new Error('there is no such folder'));
  const names = new Map(rests.map((rest) => [rest.split('/')[0]!, rest.includes('/')]));
  // In no order, as file systems have it.
  return Promise.resolve([...names].reverse().map(([name, isFolder]) => ({ name, isFolder })));
}

const expand = (paths: readonly string[], host: object = { listFolder }) =>
  expandPaths(paths, 'programs', ['.elf'], host as AdapterHost);

describe('files of a launch option', () => {
  it.each([
    ['a path stays what it is', ['/x/none.elf'], ['/x/none.elf']],
    ['a star is text in one part of a path', ['/w/*.elf'], ['/w/a.elf', '/w/b.elf']],
    ['a question mark is one character', ['/w/b.t?t'], ['/w/b.txt']],
    [
      'two stars are any folders',
      ['/w/**/*.elf'],
      ['/w/a.elf', '/w/b.elf', '/w/sub/c.elf', '/w/sub/deep/d.elf'],
    ],
    ['folders may be a pattern', ['/w/s*/*.elf'], ['/w/sub/c.elf']],
    ['a folder is the files below it that end right', ['/w/sub'], ['/w/sub/c.elf', '/w/sub/deep/d.elf']],
    ['each file comes once, in the order of the option', ['/w/b.elf', '/w/?.elf'], ['/w/b.elf', '/w/a.elf']],
  ])('%s', async (_what, paths, expected) => {
    expect([...(await expand(paths))].sort()).toEqual([...expected].sort());
    expect((await expand(paths))[0]).toBe(expected[0]);
  });

  it('a pattern that names nothing is told, and one in a folder that is none', async () => {
    await expect(expand(['/w/*.bin'])).rejects.toThrow(/names \/w\/\*\.bin, but there is no such file/);
    await expect(expand(['/none/*.elf'])).rejects.toThrow(
      /folder \/none\/ .*cannot be listed, for there is no such/,
    );
  });

  it('a folder with other files alone is there, and that is said', async () => {
    const other = { listFolder: () => Promise.resolve([{ name: 'notes.txt', isFolder: false }]) };
    await expect(expand(['/w/other'], other)).rejects.toThrow(
      /names the folder \/w\/other, but no file in it ends with \.elf: name the files themselves/,
    );
  });

  it('where folders cannot be listed, paths work and patterns are refused', async () => {
    expect(await expand(['/w/a.elf'], {})).toEqual(['/w/a.elf']);
    await expect(expand(['/w/*.elf'], {})).rejects.toThrow(
      /cannot be listed here: name the files one by one/,
    );
  });
});
