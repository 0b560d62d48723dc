/** The extension in a browser: no Node, no programs, no connections. */

import type * as vscode from 'vscode';
import { createWebMachineWorker } from '../debug-adapter/worker-web.ts';
import { openEndsInBrowser } from '../platform/browser/ends.ts';
import { readPartOfWhole } from './adapter/files.ts';
import { type Features, startFeatures } from './features.ts';

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
    debugFolders: [],
    readPart: readPartOfWhole,
  });
}
