/** Saves the frames that a machine has sent and received lately, for Wireshark. */
import * as vscode from 'vscode';
import type { CustomRequests } from '../../debug-adapter/custom-protocol.ts';

const t = vscode.l10n.t;

export async function savePackets(session: vscode.DebugSession): Promise<void> {
  const { data, packets } = (await session.customRequest(
    'colinux/capture',
  )) as CustomRequests['colinux/capture']['body'];
  if (packets === 0) {
    void vscode.window.showInformationMessage(
      t('No packets have passed yet: the machine has no network, or nobody uses it.'),
    );
    return;
  }
  const folder = session.workspaceFolder?.uri;
  const file = await vscode.window.showSaveDialog({
    filters: { pcapng: ['pcapng'] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, 'packets.pcapng') }),
  });
  if (!file) return;
  await vscode.workspace.fs.writeFile(
    file,
    Uint8Array.from(atob(data), (character) => character.charCodeAt(0)),
  );
  void vscode.window.showInformationMessage(t('{0} packets saved.', packets));
}
