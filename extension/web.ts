/** Entry of the extension in a browser: the web worker extension host. One file; what is imported here is read when it is needed. */

import type * as vscode from 'vscode';
import { start } from './start.ts';

export function activate(context: vscode.ExtensionContext): void {
  start(context, async (...given) => (await import('./web-features.ts')).webFeatures(...given));
}
