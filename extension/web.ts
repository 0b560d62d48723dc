/** Entry of the extension in a browser: the web worker extension host. */

import type * as vscode from 'vscode';
import { createWebMachineWorker } from '../debug-adapter/worker-web.ts';
import { openEndsInBrowser } from '../platform/browser/ends.ts';
import { readPartOfWhole } from './adapter/files.ts';
import { start } from './start.ts';

export function activate(context: vscode.ExtensionContext): void {
  start(context, {
    kind: 'web',
    connects: false,
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
