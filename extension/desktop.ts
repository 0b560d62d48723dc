/** Entry of the extension on the desktop and on a server. */

import type * as vscode from 'vscode';
import { start } from './start.ts';

export function activate(context: vscode.ExtensionContext): void {
  start(context, async (...given) => (await import('./desktop-features.ts')).desktopFeatures(...given));
}
