/**
 * A view of the machine in a webview: its page, and the passage of its requests to the debug session. The page runs only its
 * own script, which comes with the extension.
 */
import * as vscode from 'vscode';
import type { FromView, ToView, ViewCommand } from './messages.ts';
import { openPlace } from './open-place.ts';
import { pageHtml } from './page-html.ts';
import type { MachineSelection } from './selection.ts';

export interface ViewAbout {
  /** As in package.json. */
  readonly id: string;
  /** Name of its bundle in dist/webview. */
  readonly bundle: string;
  /** What its page may ask. */
  readonly requests: readonly ViewCommand[];
}

export class MachineWebview implements vscode.WebviewViewProvider {
  private view: vscode.WebviewView | undefined;
  /** The page listens. */
  private ready = false;
  /** For the page once it listens. */
  private toReveal: string | undefined;

  constructor(
    readonly about: ViewAbout,
    private readonly extension: vscode.Uri,
    private readonly selection: MachineSelection,
    private readonly log: vscode.LogOutputChannel,
  ) {
    selection.onDidChange(() => this.tellMachine());
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    this.ready = false;
    const folder = vscode.Uri.joinPath(this.extension, 'dist', 'webview');
    view.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    view.webview.onDidReceiveMessage((message: FromView) => void this.receive(message));
    view.onDidChangeVisibility(() => view.visible && this.tellMachine());
    view.onDidDispose(() => {
      if (this.view === view) this.view = undefined;
    });
    view.webview.html = pageFor(view.webview, folder, this.about.bundle);
  }

  /** Brings the view to the front, with an address in it. */
  async reveal(memoryReference: string): Promise<void> {
    this.toReveal = memoryReference;
    await vscode.commands.executeCommand(`${this.about.id}.focus`);
    this.tellReveal();
  }

  private tellReveal(): void {
    if (!this.ready || this.toReveal === undefined) return;
    this.post({ kind: 'reveal', memoryReference: this.toReveal });
    this.toReveal = undefined;
  }

  /** Hidden pages are told when they are shown again. */
  private tellMachine(): void {
    if (this.view?.visible) this.post({ kind: 'machine', machine: this.selection.machine });
  }

  private post(message: ToView): void {
    void this.view?.webview.postMessage(message);
  }

  private async receive(message: FromView): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.ready = true;
        this.tellMachine();
        this.tellReveal();
        return;
      case 'ask':
        await this.answer(message.id, message.command, message.arguments);
        return;
      case 'open':
        try {
          await openPlace(this.selection.debugged, message.place);
        } catch (error) {
          void vscode.window.showWarningMessage(sentence(error));
        }
        return;
      default:
        this.log.warn(`${this.about.id}: ignored a message of an unknown kind`);
    }
  }

  private async answer(id: number, command: string, args: unknown): Promise<void> {
    try {
      if (!this.about.requests.some((allowed) => allowed === command))
        throw new Error(`${this.about.id} may not ask ${command}`);
      const body: unknown = await this.selection.debugged.customRequest(command, args);
      this.post({ kind: 'answer', id, body });
    } catch (error) {
      this.post({ kind: 'failure', id, message: sentence(error) });
    }
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function pageFor(webview: vscode.Webview, folder: vscode.Uri, bundle: string): string {
  const uri = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  return pageHtml({
    script: uri(`${bundle}.js`),
    style: uri(`${bundle}.css`),
    sources: webview.cspSource,
    language: vscode.env.language,
    texts: textsOf(vscode.l10n.bundle),
  });
}

/** Translations by English text; comments for translators are left out. */
function textsOf(bundle: typeof vscode.l10n.bundle): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bundle ?? {}).map(([english, text]) => [
      english,
      typeof text === 'string' ? text : (text as { message: string }).message,
    ]),
  );
}
