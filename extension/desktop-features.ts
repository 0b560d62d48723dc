/** The extension on the desktop and on a server: Node. */

import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { loadCompiled } from '../debug-adapter/compiled-bundle-node.ts';
import { modifiedOnNode, readSymbolsOf } from '../debug-adapter/file-parts-node.ts';
import { inflateOnNode } from '../debug-adapter/inflate-node.ts';
import { listenForGdb } from '../debug-adapter/gdb/listen-node.ts';
import { createFolderCache, createRegionCache } from '../debug-adapter/folder-cache-node.ts';
import { createNodeMachineWorker } from '../debug-adapter/worker-node.ts';
import { openEndsOnNode } from '../platform/node/ends.ts';
import { type Features, startFeatures } from './features.ts';
import { readPartOfWhole } from './adapter/files.ts';

/** How long a computer may take to answer, in milliseconds. */
const ANSWER_MS = 3000;

function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_MS });
    const end = (there: boolean) => {
      socket.destroy();
      resolve(there);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

export function desktopFeatures(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Features {
  const codeFolder = (storage: vscode.Uri): string => join(storage.fsPath, 'code');
  return startFeatures(context, log, {
    kind: 'desktop',
    reaches,
    runsPrograms: true,
    // The desktop's own program is an Electron, which is a Node when it is told so.
    nodeCommand: `${process.versions.electron ? 'env ELECTRON_RUN_AS_NODE=1 ' : ''}"${process.execPath}"`,
    startWorker: (source, name) =>
      createNodeMachineWorker(source, name, codeFolder(context.globalStorageUri)),
    openEnds: (folder) => openEndsOnNode(folder.fsPath),
    servesFolders: true,
    listenForGdb,
    debugFolders: ['/usr/lib/debug'],
    symbolCache: (storage) => createFolderCache(join(storage.fsPath, 'symbols')),
    regionCache: (storage) => createRegionCache(storage.fsPath),
    loadCompiled: (bundle, storage) => loadCompiled(bundle.fsPath, codeFolder(storage)),
    readSymbols: readSymbolsOf,
    modified: modifiedOnNode,
    inflate: inflateOnNode,
    readPart: async (uri, offset, length) => {
      if (uri.scheme !== 'file') return readPartOfWhole(uri, offset, length);
      const file = await open(uri.fsPath, 'r');
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
        return new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead);
      } finally {
        await file.close();
      }
    },
  });
}
