/** Entry of the extension in a browser: the web worker extension host. */

import type * as vscode from 'vscode';
import { createWebMachineWorker } from '../debug-adapter/worker-web.ts';
import { readPartOfWhole } from './adapter/files.ts';
import { start } from './start.ts';

export function activate(context: vscode.ExtensionContext): void {
  start(context, {
    kind: 'web',
    runsPrograms: false,
    startWorker: (source) => createWebMachineWorker(source),
    readPart: readPartOfWhole,
  });
}
