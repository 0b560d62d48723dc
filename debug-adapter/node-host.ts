/** The adapter's surroundings on plain Node: files from the file system, the worker and host kernel from the bundle's folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterHost, OpenAll } from './adapter-host.ts';
import { modifiedOnNode, readSymbolsOf } from './file-parts-node.ts';
import { inflateOnNode } from './inflate-node.ts';
import { listenForGdb } from './gdb/listen-node.ts';
import { userCodeFolder } from './kept-code-node.ts';
import { createFolderCache, userCacheFolder, userRegionCache } from './folder-cache-node.ts';
import { NamedPaths } from './named-paths-node.ts';
import { createNodeMachineWorkerIn } from './worker-node.ts';

/** The texts of a language, for `de-at` those of `de`; English ones need none. */
async function readTranslations(
  folder: string,
  locale: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const [language] = /^[a-z]{2,3}(?![a-z])/.exec(locale.toLowerCase()) ?? [];
  if (language === undefined) return undefined;
  try {
    return JSON.parse(await readFile(join(folder, `bundle.l10n.${language}.json`), 'utf8')) as Record<
      string,
      string
    >;
  } catch {
    return undefined;
  }
}

/**
 * @param dist the folder that holds `machine-worker.js` and `kernels/colinux-host.elf`.
 * @param openEnds opens files, networks and so on: the adapter itself does not know how.
 */
export function createNodeHost(dist: string, openEnds: OpenAll): AdapterHost {
  const names = new NamedPaths();
  return {
    readFile: (path) => readFile(path),
    named: (path, isFolder) => names.learn(path, isFolder),
    sourceUri: (path) => names.nameOf(path),
    readSymbols: readSymbolsOf,
    modified: modifiedOnNode,
    inflate: inflateOnNode,
    async listFolder(path) {
      const entries = await readdir(path, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
    },
    translations: (locale) => readTranslations(join(dist, '..', 'l10n'), locale),
    createMachineWorker: () => createNodeMachineWorkerIn(dist, userCodeFolder()),
    openEnds,
    listenForGdb,
    servesFolders: true,
    debugFolders: ['/usr/lib/debug'],
    symbolCache: createFolderCache(join(userCacheFolder(), 'symbols')),
    regionCache: userRegionCache(),
    hostKernel: () => readFile(join(dist, 'kernels', 'colinux-host.elf')),
  };
}
