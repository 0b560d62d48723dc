/** Entry of the extension on the desktop and on a server. */

import type * as vscode from 'vscode';
import { start } from './start.ts';

let end: (() => Promise<void>) | undefined;

export function activate(context: vscode.ExtensionContext): void {
  end = start(context, async (...given) => (await import('./desktop-features.ts')).desktopFeatures(...given));
}

export const deactivate = (): Promise<void> | undefined => end?.();
