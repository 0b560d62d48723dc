/** Leads the user to an address: to its source, or to another view. */
import * as vscode from 'vscode';
import type { CustomRequests } from '../../debug-adapter/custom-protocol.ts';
import { uriOf } from '../adapter/files.ts';
import type { Place } from './messages.ts';
import { VIEW_COMMANDS } from '../contributes/names.ts';

/** @throws Error with a sentence when there is nothing to show */
export async function openPlace(session: vscode.DebugSession, place: Place): Promise<void> {
  if (place.in === 'source') await openSource(session, place.memoryReference);
  else if (place.in === 'memory')
    await vscode.commands.executeCommand(VIEW_COMMANDS.revealInMemory, place.memoryReference);
  else await vscode.commands.executeCommand(VIEW_COMMANDS.revealInAddressSpace, place.memoryReference);
}

/** Opens the source that an address belongs to, as a preview: the editors that the user has open stay. */
async function openSource(session: vscode.DebugSession, memoryReference: string): Promise<void> {
  const { path, line, column } = (await session.customRequest('colinux/sourceAt', {
    memoryReference,
  })) as CustomRequests['colinux/sourceAt']['body'];
  const position = new vscode.Position(line - 1, Math.max(0, column - 1));
  await vscode.window.showTextDocument(uriOf(path), {
    selection: new vscode.Range(position, position),
    preview: true,
  });
}
