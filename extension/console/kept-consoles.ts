/**
 * Consoles over a reload of the window, in a file of the workspace's storage: the text that draws each, and the sessions that are
 * attached to machines elsewhere, which go on meanwhile. What the file says is checked like anything from outside.
 */

import * as vscode from 'vscode';
import { keptFrom, type Kept } from './kept.ts';

/**
 * From a change to its write, in milliseconds: what comes in this time may be lost, for a window goes without a word. Large texts are
 * written less often.
 */
const SOON_MS = 100;
const MS_PER_KIB = 1;
/** So long what is kept says of sessions that have ended that they are there: they end with the window, too. */
const END_MS = 1000;

export class KeptConsoles implements vscode.Disposable {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private writing: Promise<void> = Promise.resolve();
  /** Of what was written last, in bytes. */
  private size = 0;
  /** Nothing is written before, on the clock of the host. */
  private quietUntil = 0;

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
    const rest = Math.max(SOON_MS + (this.size / 1024) * MS_PER_KIB, this.quietUntil - Date.now());
    this.timer ??= setTimeout(() => this.flush(all()), rest);
  }

  /** A session is about to end, perhaps because the window goes: what it leaves is kept as if it went on. */
  beforeEnd(kept: Kept): void {
    if (Date.now() < this.quietUntil) return;
    this.flush(kept);
    this.quietUntil = Date.now() + END_MS;
  }

  private flush(kept: Kept): void {
    this.dispose();
    this.writing = this.writing.then(() => this.write(kept));
  }

  private async write(kept: Kept): Promise<void> {
    const { file, storage } = this;
    if (!file || !storage) return;
    try {
      const bytes = new TextEncoder().encode(JSON.stringify(kept));
      this.size = bytes.length;
      await vscode.workspace.fs.createDirectory(storage);
      await vscode.workspace.fs.writeFile(file, bytes);
    } catch (error) {
      this.log.warn(`consoles cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
