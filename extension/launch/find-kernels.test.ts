import { describe, expect, it } from 'vitest';
import { english } from '../translate.ts';
import type { Folder } from './find-kernels.ts';
import { findKernels } from './find-kernels.ts';

const EMPTY = new Uint8Array(0);

function multiboot(): Uint8Array {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x1badb002, true);
  view.setUint32(4, 0x10000, true);
  view.setUint32(8, -(0x1badb002 + 0x10000) >>> 0, true);
  return bytes;
}

/** A folder of files held in memory that counts what is read. */
function folder(files: Record<string, Uint8Array>) {
  const reads: string[] = [];
  const below: Folder = {
    list: (path) => {
      const prefix = path === '' ? '' : `${path}/`;
      const rest = Object.keys(files)
        .filter((file) => file.startsWith(prefix))
        .map((file) => file.slice(prefix.length));
      const names = new Map(rest.map((file) => [file.split('/')[0]!, file.includes('/')]));
      return Promise.resolve([...names].map(([name, isFolder]) => ({ name, isFolder })));
    },
    open: (path) => (offset, length) => {
      reads.push(path);
      return Promise.resolve(files[path]!.subarray(offset, offset + length));
    },
  };
  return { below, reads };
}

describe('the search for kernels', () => {
  it('prefers a build folder, then the less deep path', async () => {
    const { below } = folder({
      'kernel.elf': multiboot(),
      'a/b/deep.elf': multiboot(),
      'build/mine.elf': multiboot(),
      Makefile: EMPTY,
    });
    const found = await findKernels(below, english);
    expect(found.kernels.map(({ path }) => path)).toEqual(['build/mine.elf', 'kernel.elf', 'a/b/deep.elf']);
    expect(found.hasMakefile).toBe(true);
  });

  it('reads only files that may be kernels, and says why a file is none', async () => {
    const { below, reads } = folder({
      'main.c': multiboot(),
      'x.elf': EMPTY,
      'node_modules/a/k.elf': multiboot(),
    });
    const found = await findKernels(below, english);
    expect(found.kernels).toEqual([]);
    expect(found.rejected).toEqual([{ path: 'x.elf', why: 'an empty file' }]);
    expect(reads).toEqual(['x.elf']);
  });

  it('stays within its bounds in a huge folder', async () => {
    const files = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}.elf`, multiboot()]));
    expect((await findKernels(folder(files).below, english)).kernels).toHaveLength(60);
  });

  it('passes over what cannot be read', async () => {
    const below: Folder = {
      list: () => Promise.resolve([{ name: 'a.elf', isFolder: false }]),
      open: () => () => Promise.reject(new Error('no permission')),
    };
    expect((await findKernels(below, english)).rejected).toEqual([{ path: 'a.elf', why: 'no permission' }]);
    const closed: Folder = { ...below, list: () => Promise.reject(new Error('gone')) };
    expect((await findKernels(closed, english)).kernels).toEqual([]);
  });
});
