/**
 * What the machine has recorded, as documents to read, search and save: its switches, its transitions between rings, the logs of its
 * kernels. A document is what was known when it was opened; opening it again brings it up to date.
 */
import * as vscode from 'vscode';
import type { CustomRequests } from '../../debug-adapter/custom-protocol.ts';
import type { MachineSelection } from './selection.ts';
import type { Commands } from '../commands.ts';
import { COMMANDS } from '../contributes/names.ts';

const t = vscode.l10n.t;

const SCHEME = 'colinux-records';
/** Lines of a document: what one request may ask. */
const MOST = 4096;

export class RecordDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly texts = new Map<string, string>();
  private readonly registered: vscode.Disposable;

  constructor(
    private readonly selection: MachineSelection,
    commands: Commands,
  ) {
    const command = (name: string, run: (argument: unknown) => Promise<void>) =>
      commands.handle(name, (argument: unknown) =>
        run(argument).catch((error: unknown) => {
          void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
        }),
      );
    this.registered = vscode.Disposable.from(
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
      command(COMMANDS.openSwitches, () => this.openRecords('switches', t('Switches'))),
      command(COMMANDS.openTransitions, () => this.openRecords('rings', t('Transitions'))),
      command(COMMANDS.openKernelLog, (thread) => this.openLog(thread)),
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  private async openRecords(
    record: CustomRequests['colinux/recordText']['arguments']['record'],
    title: string,
  ): Promise<void> {
    const session = this.selection.debugged;
    const { text } = (await session.customRequest('colinux/recordText', {
      record,
      most: MOST,
    })) as CustomRequests['colinux/recordText']['body'];
    await this.show(session, `${title}.colinux-listing`, text);
  }

  /** @param thread of a kernel; that of the selected thread otherwise */
  private async openLog(thread: unknown): Promise<void> {
    const session = this.selection.debugged;
    const { kernels } = (await session.customRequest(
      'colinux/tasks',
    )) as CustomRequests['colinux/tasks']['body'];
    const threadId = typeof thread === 'number' ? thread : this.selection.machine?.thread.id;
    const kernel = kernels.find((one) => one.threadId === threadId) ?? kernels.find(({ current }) => current);
    const { text } = (await session.customRequest('colinux/kernelLog', {
      threadId: kernel?.threadId,
    })) as CustomRequests['colinux/kernelLog']['body'];
    await this.show(session, t('Log of {0}', `${kernel?.name ?? ''}.log`), text);
  }

  /** Opens a document at its end: the newest stands there. */
  private async show({ id }: vscode.DebugSession, name: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}`, query: id });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document, { preview: true });
    const end = new vscode.Position(text.split('\n').length - 1, 0);
    editor.revealRange(new vscode.Range(end, end));
  }

  dispose(): void {
    this.registered.dispose();
  }
}
