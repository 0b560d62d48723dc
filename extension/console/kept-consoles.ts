/**
 * Consoles over a reload of the window, in a file of the workspace's storage: the text that draws each, and the sessions that are
 * attached to machines elsewhere, which go on meanwhile. What the file says is checked like anything from outside.
 */

import * as vscode from 'vscode';
import { keptFrom, type Kept } from './kept.ts';

/** Time between a change and the write, in milliseconds: what came last may be lost. */
const DELAY_MS = 1000;

export class KeptConsoles implements vscode.Disposable {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private writing: Promise<void> = Promise.resolve();

  /** @param storage of the workspace; without it nothing is kept */
  constructor(
    private readonly storage: vscode.Uri | undefined,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  private get file(): vscode.Uri | undefined {
    return this.storage && vscode.Uri.joinPath(this.storage, 'consoles.json');
  }

  /** What was kept before the window was loaded. */
  async load(): Promise<Kept> {
    const { file } = this;
    const bytes = file && (await Promise.resolve(vscode.workspace.fs.readFile(file)).catch(() => undefined));
    return keptFrom(bytes && new TextDecoder().decode(bytes));
  }

  /** Something is to be kept; `all` is asked when it is written. */
  changed(all: () => Kept): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.writing = this.writing.then(() => this.write(all()));
    }, DELAY_MS);
  }

  private async write(kept: Kept): Promise<void> {
    const { file, storage } = this;
    if (!file || !storage) return;
    try {
      await vscode.workspace.fs.createDirectory(storage);
      await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify(kept)));
    } catch (error) {
      this.log.warn(`consoles cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The window goes: its sessions end now, and what is written shall say that they were there. */
  dispose(): void {
    clearTimeout(this.timer);
  }
}
