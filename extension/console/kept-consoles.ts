/**
 * Consoles over a reload of the window, in a file of the workspace's storage: the text that draws each, and the sessions that are
 * attached to machines elsewhere, which go on meanwhile. What the file says is checked like anything from outside.
 */

import * as vscode from 'vscode';
import { keptFrom, type Kept } from './kept.ts';

/**
 * Between two writes, and between the first change after a rest and its write, in milliseconds. An extension host that is a worker of
 * the window has no last moment: what comes in this time may be lost there.
 */
const PERIOD_MS = 1000;
const SOON_MS = 100;

export class KeptConsoles {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private writing: Promise<void> = Promise.resolve();
  private written = 0;
  private all: (() => Kept) | undefined;
  /** A session has ended, and nothing was written since that says so. */
  private ending = false;

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
    this.all = all;
    const rest = Math.max(SOON_MS, this.written + PERIOD_MS - Date.now());
    this.timer ??= setTimeout(() => {
      this.ending = false;
      void this.flush();
    }, rest);
  }

  /** A session is about to end, perhaps because the window goes: what is written says for a while that it was there. */
  beforeEnd(all: () => Kept): void {
    this.all = all;
    this.ending = true;
    void this.flush();
  }

  /** The window goes: what is not written yet is written, unless it says that sessions have ended with the window. */
  async close(): Promise<void> {
    if (this.timer !== undefined && !this.ending) void this.flush();
    clearTimeout(this.timer);
    await this.writing;
  }

  private flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.written = Date.now();
    const kept = this.all?.();
    if (kept) this.writing = this.writing.then(() => this.write(kept));
    return this.writing;
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
}
