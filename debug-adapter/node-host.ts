/** The adapter's surroundings on plain Node: files from the file system, the worker and host kernel from the bundle's folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterHost, OpenAll } from './adapter-host.ts';
import { readSymbolsOf } from './file-parts-node.ts';
import { listenForGdb } from './gdb/listen-node.ts';
import { createFolderCache, userCacheFolder } from './symbol-cache-node.ts';
import { createNodeMachineWorkerIn } from './worker-node.ts';

/**
 * @param dist the folder that holds `machine-worker.js` and `kernels/colinux-host.elf`.
 * @param openEnds opens files, networks and so on: the adapter itself does not know how.
 */
export function createNodeHost(dist: string, openEnds: OpenAll): AdapterHost {
  return {
    readFile: (path) => readFile(path),
    readSymbols: readSymbolsOf,
    async listFolder(path) {
      const entries = await readdir(path, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
    },
    createMachineWorker: () => createNodeMachineWorkerIn(dist),
    openEnds,
    listenForGdb,
    servesFolders: true,
    debugFolders: ['/usr/lib/debug'],
    symbolCache: createFolderCache(join(userCacheFolder(), 'symbols')),
    hostKernel: () => readFile(join(dist, 'kernels', 'colinux-host.elf')),
  };
}
