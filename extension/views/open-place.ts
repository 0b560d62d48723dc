/** Leads the user to an address: to its source, or to another view. */
import * as vscode from 'vscode';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { uriOf } from '../adapter/files.ts';
import { VIEW_COMMANDS } from '../contributes/views.ts';
import type { Place } from './messages.ts';

const t = vscode.l10n.t;

/** @throws Error with a sentence when there is nothing to show */
export async function openPlace(session: vscode.DebugSession | undefined, place: Place): Promise<void> {
  if (!session) throw new Error(t('No machine is being debugged.'));
  if (place.in === 'source') await openSource(session, place.memoryReference);
  else if (place.in === 'memory')
    await vscode.commands.executeCommand(VIEW_COMMANDS.revealInMemory, place.memoryReference);
  else await vscode.commands.executeCommand(VIEW_COMMANDS.revealInAddressSpace, place.memoryReference);
}

/** Opens the source of the instruction at an address, beside nothing that the user has open. */
async function openSource(session: vscode.DebugSession, memoryReference: string): Promise<void> {
  const { instructions } = (await session.customRequest('disassemble', {
    memoryReference,
    instructionCount: 1,
    resolveSymbols: true,
  })) as DebugProtocol.DisassembleResponse['body'] & object;
  const { location, line } = instructions[0] ?? {};
  if (!location || line === undefined)
    throw new Error(t('Nothing is known of the source of {0}.', memoryReference));
  const position = new vscode.Position(line - 1, 0);
  const uri =
    location.path !== undefined && !location.sourceReference
      ? uriOf(location.path)
      : vscode.debug.asDebugSourceUri(location, session);
  await vscode.window.showTextDocument(uri, {
    selection: new vscode.Range(position, position),
    preview: true,
  });
}
