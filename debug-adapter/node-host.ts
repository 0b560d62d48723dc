/** The adapter's surroundings on plain Node: files from the file system, the worker and host kernel from the bundle's folder. */
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AdapterHost, OpenAll } from './adapter-host.ts';
import { createFolderCache, userCacheFolder } from './symbol-cache-node.ts';
import { createNodeMachineWorker } from './worker-node.ts';

/**
 * @param dist the folder that holds `machine-worker.js` and `kernels/colinux-host.elf`.
 * @param openEnds opens files, networks and so on: the adapter itself does not know how.
 */
export function createNodeHost(dist: string, openEnds: OpenAll): AdapterHost {
  return {
    readFile: (path) => readFile(path),
    async createMachineWorker() {
      const file = join(dist, 'machine-worker.js');
      if (!existsSync(file)) {
        throw new Error(`The machine worker ${file} is missing: run "npm run build".`);
      }
      return createNodeMachineWorker(await readFile(file, 'utf8'), file);
    },
    openEnds,
    servesFolders: true,
    debugFolders: ['/usr/lib/debug'],
    symbolCache: createFolderCache(join(userCacheFolder(), 'symbols')),
    hostKernel: () => readFile(join(dist, 'kernels', 'colinux-host.elf')),
  };
}
