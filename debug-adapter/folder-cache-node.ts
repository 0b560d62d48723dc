/**
 * Keeps bytes in a folder of the user's cache, symbol indexes and others: one file for each key, replaced as a whole. When the
 * folder grows too large the files that were not used for longest go.
 */
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ByteCache } from './byte-cache.ts';
import { ensureFolder } from './folder-node.ts';

const SUFFIX = '.index';
const SIZE_LIMIT = 256 << 20;

/** Where programs of this user keep what can be made again (XDG Base Directory, and what other systems have). */
export function userCacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base =
    XDG_CACHE_HOME ||
    LOCALAPPDATA ||
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
  return join(base, 'colinux');
}

/** Counts what this process has written: sessions in it write at the same time. */
let written = 0;

/** @param limit bytes that the folder may hold */
export function createFolderCache(folder: string, limit = SIZE_LIMIT): ByteCache {
  const fileOf = (key: string): string => join(folder, key.replace(/[^\w-]/g, '_') + SUFFIX);
  return {
    async read(key) {
      try {
        if ((await stat(fileOf(key))).size > limit) return undefined;
        const bytes = await readFile(fileOf(key));
        const now = new Date();
        await utimes(fileOf(key), now, now);
        return bytes;
      } catch {
        return undefined;
      }
    },
    async write(key, bytes) {
      try {
        ensureFolder(folder);
        // Under a name of its own first: another session may read or write the same index.
        const temporary = `${fileOf(key)}.${process.pid}.${written++}`;
        await writeFile(temporary, bytes);
        await rename(temporary, fileOf(key));
        await evict(folder, limit);
      } catch {
        // A cache that cannot be written costs the next session a second.
      }
    },
  };
}

/** Most bytes of regions that are kept (`kept-regions.ts`): those of a Linux are 4 MB. */
const REGIONS_LIMIT = 64 << 20;

/** @param base where a program keeps what can be made again */
export const createRegionCache = (base: string): ByteCache =>
  createFolderCache(join(base, 'regions'), REGIONS_LIMIT);
/** That of programs of this user that are no extension. */
export const userRegionCache = (): ByteCache => createRegionCache(userCacheFolder());

async function evict(folder: string, limit: number): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = await stat(path);
      return { path, size, mtimeMs };
    }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (total <= limit) return;
    await rm(path, { force: true });
    total -= size;
  }
}
