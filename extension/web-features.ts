/** The extension in a browser: no Node, no programs, no connections. */

import * as vscode from 'vscode';
import { createWebMachineWorker } from '../debug-adapter/worker-web.ts';
import { openEndsInBrowser } from '../platform/browser/ends.ts';
import { readPartOfWhole } from './adapter/files.ts';
import { createStorageCache } from './adapter/storage-cache.ts';
import { type Features, startFeatures } from './features.ts';

/** Most bytes that are kept in the browser, of each kind. */
const CACHE_LIMIT = 32 << 20;

const cacheIn = (storage: vscode.Uri, name: string) =>
  createStorageCache(vscode.workspace.fs, vscode.Uri.joinPath(storage, name), CACHE_LIMIT);

export function webFeatures(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Features {
  return startFeatures(context, log, {
    kind: 'web',
    runsPrograms: false,
    startWorker: (source) => createWebMachineWorker(source),
    openEnds: (_folder, readFile) =>
      openEndsInBrowser({
        readFile,
        fetch: (...request) => fetch(...request),
        secure: /^(blob:)?https:/.test(location.href),
      }),
    servesFolders: false,
    symbolCache: (storage) => cacheIn(storage, 'symbols'),
    regionCache: (storage) => cacheIn(storage, 'regions'),
    debugFolders: [],
    readPart: readPartOfWhole,
  });
}
