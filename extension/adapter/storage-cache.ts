/**
 * Keeps bytes in a folder of the extension's storage through VS Code's own files: what a browser has for the folder of a user's cache
 * (`debug-adapter/folder-cache-node.ts`). One file for each key; when they grow too large, those go that were written longest ago.
 */
import type * as vscode from 'vscode';
import type { ByteCache } from '../../debug-adapter/byte-cache.ts';

/** What it needs of `vscode.workspace.fs`. */
type Files = Pick<
  vscode.FileSystem,
  'createDirectory' | 'delete' | 'readDirectory' | 'readFile' | 'stat' | 'writeFile'
>;

/** @param folder which need not be there. @param limit bytes that it may hold */
export function createStorageCache(files: Files, folder: vscode.Uri, limit: number): ByteCache {
  const uriOf = (name: string): vscode.Uri => folder.with({ path: `${folder.path}/${name}` });
  const nameOf = (key: string): string => key.replace(/[^\w-]/g, '_');

  async function evict(written: string): Promise<void> {
    const others = (await files.readDirectory(folder))
      .map(([name]) => name)
      .filter((name) => name !== written);
    const known = await Promise.all(
      others.map(async (name) => ({ name, ...(await files.stat(uriOf(name))) })),
    );
    let total = (await files.stat(uriOf(written))).size;
    for (const { name, size } of known.sort((a, b) => b.mtime - a.mtime)) {
      total += size;
      if (total > limit) await files.delete(uriOf(name));
    }
  }

  return {
    async read(key) {
      try {
        return await files.readFile(uriOf(nameOf(key)));
      } catch {
        return undefined;
      }
    },
    async write(key, bytes) {
      if (bytes.length > limit) return;
      try {
        await files.createDirectory(folder);
        await files.writeFile(uriOf(nameOf(key)), bytes);
        await evict(nameOf(key));
      } catch {
        // What cannot be kept is made again.
      }
    },
  };
}
