/** A sign that something was sent to the machine: what comes of it is the guest's business, and may not be seen at all. */

import * as vscode from 'vscode';
import type { MachineSelection } from './views/selection.ts';

const t = vscode.l10n.t;

/** How long the status bar says it, in milliseconds. */
const SHOWN_MS = 5000;

/** @param what was sent, in words that begin a sentence */
export function tellDelivered({ machine }: MachineSelection, what: string): void {
  // A machine that stands answers nothing, and its user may wait for ever.
  if (machine?.running === false)
    void vscode.window.showInformationMessage(
      t('{0} waits for the machine, which stands: continue it.', what),
    );
  else vscode.window.setStatusBarMessage(`$(check) ${t('{0} was sent to the machine.', what)}`, SHOWN_MS);
}
