/** Files through `vscode.workspace.fs`: the same on a disk, on a server and in a browser. */

import * as vscode from 'vscode';
import { isUri } from './locations.ts';

const WHOLE_MAX = 64 * 1024 * 1024;

/** The URI of what a launch configuration names: a URI or an absolute path. */
export function uriOf(location: string): vscode.Uri {
  return isUri(location) ? vscode.Uri.parse(location, true) : vscode.Uri.file(location);
}

/** A part of a file where only whole files can be read. A very large file is taken for no kernel. */
export async function readPartOfWhole(uri: vscode.Uri, offset: number, length: number): Promise<Uint8Array> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > WHOLE_MAX) throw new Error(vscode.l10n.t('a file of more than {0} MiB', WHOLE_MAX >> 20));
  return (await vscode.workspace.fs.readFile(uri)).subarray(offset, offset + length);
}

/** What the client is told: a path for a file on this disk, a URI otherwise. */
export function locationOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}
