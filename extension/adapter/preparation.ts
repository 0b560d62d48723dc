/**
 * What a session needs and what takes time, begun when F5 is pressed: VS Code has work of its own before it asks for the adapter.
 * What nobody has taken after a while is given up, for what has been built meanwhile may have other sources.
 */

import * as vscode from 'vscode';
import type { MachinePort } from '../../debug-adapter/adapter-host.ts';
import type { Platform } from '../platform.ts';
import { findSources } from './find-sources.ts';
import { loadSession } from './session.ts';
import type { KnownFile } from './source-map.ts';

/** How long VS Code may take from F5 to its question for the adapter, in milliseconds; a task may run between. */
const PATIENCE_MS = 20_000;

export class Preparation implements vscode.Disposable {
  private worker: Promise<MachinePort> | undefined;
  private sources: Promise<KnownFile[]> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly platform: Platform,
  ) {}

  /** @param builds something is built first, which may make sources: they are looked for afterwards */
  begin(builds: boolean): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.dispose(), PATIENCE_MS);
    // What runs beside this thread begins first. A failure is told to whoever asks for it.
    this.worker ??= this.start();
    this.sources = builds ? undefined : findSources(this.extension);
    this.worker.then(loadSession).catch(() => undefined);
    this.sources?.catch(() => undefined);
  }

  /** A worker that no machine has run in. */
  takeWorker(): Promise<MachinePort> {
    const { worker } = this;
    this.worker = undefined;
    return worker ?? this.start();
  }

  /** Files that may be sources of what runs, those of the workspace first. */
  takeSources(): Promise<KnownFile[]> {
    const { sources } = this;
    this.sources = undefined;
    return sources ?? findSources(this.extension);
  }

  private async start(): Promise<MachinePort> {
    const bundle = vscode.Uri.joinPath(this.extension, 'dist', 'machine-worker.js');
    const source = new TextDecoder().decode(await vscode.workspace.fs.readFile(bundle));
    return this.platform.startWorker(source, bundle.fsPath);
  }

  dispose(): void {
    clearTimeout(this.timer);
    const ended = this.worker?.then((port) => {
      port.terminate();
    });
    ended?.catch(() => undefined);
    this.worker = undefined;
    this.sources = undefined;
  }
}
