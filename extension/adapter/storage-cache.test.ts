/** What a browser keeps: through files that the test makes. */
import { describe, expect, it } from 'vitest';
import type * as vscode from 'vscode';
import { createStorageCache } from './storage-cache.ts';

interface Path {
  readonly path: string;
}

/** Files in memory, as far as the cache asks. A file of a folder that nobody has made cannot be written. */
function memoryFiles() {
  const folders = new Set<string>();
  const files = new Map<string, { bytes: Uint8Array; mtime: number }>();
  let time = 0;
  const at = ({ path }: Path) => {
    const file = files.get(path);
    if (!file) throw new Error(`there is no ${path}`);
    return file;
  };
  const fs = {
    createDirectory: ({ path }: Path) => Promise.resolve(void folders.add(path)),
    delete: async ({ path }: Path) => Promise.resolve(void files.delete(path)),
    readDirectory: ({ path }: Path) =>
      Promise.resolve([...files.keys()].map((name) => [name.slice(path.length + 1), 1] as const)),
    readFile: async (uri: Path) => Promise.resolve(at(uri).bytes),
    stat: async (uri: Path) => Promise.resolve({ size: at(uri).bytes.length, mtime: at(uri).mtime }),
    writeFile: async ({ path }: Path, bytes: Uint8Array) => {
      if (!folders.has(path.slice(0, path.lastIndexOf('/')))) throw new Error('no such folder');
      files.set(path, { bytes, mtime: time++ });
      return Promise.resolve();
    },
  };
  const uri = (path: string): Path & { with: (change: Path) => Path } => ({
    path,
    with: (change) => uri(change.path),
  });
  return {
    fs: fs as unknown as vscode.FileSystem,
    folder: uri('/storage/regions') as unknown as vscode.Uri,
    names: () => [...files.keys()].map((path) => path.replace('/storage/regions/', '')),
  };
}

describe('what is kept in the storage of the extension', () => {
  it('comes back by its key', async () => {
    const { fs, folder, names } = memoryFiles();
    const cache = createStorageCache(fs, folder, 100);
    expect(await cache.read('regions-1')).toBeUndefined();
    await cache.write('regions-1', Uint8Array.of(1, 2));
    await cache.write('../2', Uint8Array.of(3));
    expect(await cache.read('regions-1')).toEqual(Uint8Array.of(1, 2));
    expect(await cache.read('../2')).toEqual(Uint8Array.of(3));
    expect(names()).toEqual(['regions-1', '___2']);
  });

  it('is what was written last, as far as there is room', async () => {
    const { fs, folder, names } = memoryFiles();
    const cache = createStorageCache(fs, folder, 25);
    for (const key of ['a', 'b', 'a', 'c']) await cache.write(key, new Uint8Array(10));
    expect(names()).toEqual(['a', 'c']);
    await cache.write('large', new Uint8Array(26));
    expect(names()).toEqual(['a', 'c']);
  });

  it('is nothing where nothing can be written', async () => {
    const { fs, folder } = memoryFiles();
    const broken = { ...fs, createDirectory: () => Promise.reject(new Error('full')) };
    const cache = createStorageCache(broken, folder, 25);
    await cache.write('a', Uint8Array.of(1));
    expect(await cache.read('a')).toBeUndefined();
  });
});
