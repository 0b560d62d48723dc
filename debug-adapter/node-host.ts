/** The adapter's surroundings on plain Node: files from the file system, the worker and host kernel from the bundle's folder. */
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AdapterHost } from './adapter-host.ts';
import { createNodeMachineWorker } from './worker-node.ts';

/**
 * @param dist the folder that holds `machine-worker.js` and `kernels/colinux-host.elf`.
 */
export function createNodeHost(dist: string): AdapterHost {
  return {
    readFile: (path) => readFile(path),
    async createMachineWorker() {
      const file = join(dist, 'machine-worker.js');
      if (!existsSync(file)) {
        throw new Error(`The machine worker ${file} is missing: run "npm run build".`);
      }
      return createNodeMachineWorker(await readFile(file, 'utf8'), file);
    },
    hostKernel: () => readFile(join(dist, 'kernels', 'colinux-host.elf')),
  };
}
