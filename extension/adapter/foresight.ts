/**
 * Guesses that F5 is about to be pressed: somebody sets a breakpoint, or has set some in an earlier window, where there is a kernel.
 * The first stop of a window comes sooner then; nothing of the workspace is run.
 */

import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../contributes/names.ts';
import { findKernels } from '../launch/find-kernels.ts';
import { folderAt } from '../launch/folder.ts';
import type { Platform } from '../platform.ts';
import type { Preparation } from './preparation.ts';

/** When breakpoints of an earlier window are looked at, in milliseconds: a window that opens has other things to do. */
const OPENED_MS = 3000;
/** How long a look holds, in milliseconds. */
const AGAIN_MS = 60_000;

export function foreseeSessions(
  preparation: Preparation,
  platform: Platform,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  let looked = -Infinity;
  async function look(): Promise<void> {
    const now = performance.now();
    if (now - looked < AGAIN_MS || !vscode.workspace.isTrusted || vscode.debug.activeDebugSession) return;
    looked = now;
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      const { kernels } = await findKernels(folderAt(uri, platform), vscode.l10n.t);
      if (kernels.length > 0 || isConfigured(uri)) return preparation.foresee();
    }
  }
  const lookNow = () => {
    // F5 itself will say what is wrong.
    look().catch((error: unknown) => log.debug(String(error)));
  };
  const timer = setTimeout(() => {
    if (vscode.debug.breakpoints.length > 0) lookNow();
  }, OPENED_MS);
  return vscode.Disposable.from(
    new vscode.Disposable(() => clearTimeout(timer)),
    vscode.debug.onDidChangeBreakpoints(({ added }) => {
      if (added.length > 0) lookNow();
    }),
  );
}

/** A launch configuration of this folder starts one of our sessions. */
function isConfigured(folder: vscode.Uri): boolean {
  const configurations = vscode.workspace.getConfiguration('launch', folder).get<unknown>('configurations');
  return (
    Array.isArray(configurations) &&
    configurations.some(({ type }: { type?: unknown }) => type === DEBUG_TYPE)
  );
}
