/**
 * What a session needs and what takes time, begun when F5 is pressed: VS Code has work of its own before it asks for the adapter.
 * What nobody has taken after a while is given up, for what has been built meanwhile may have other sources. And what F5 would need, begun
 * when somebody seems to be about to press it.
 */

import * as vscode from 'vscode';
import type { MachinePort } from '../../debug-adapter/adapter-host.ts';
import { MachineWorkers, type WorkerUse } from '../../debug-adapter/machine-workers.ts';
import { DEFAULT_CPU, DEFAULT_MEMORY } from '../../debug-adapter/launch-limits.ts';
import type { Platform } from '../platform.ts';
import { findSources } from './find-sources.ts';
import type { AdapterCode } from './session.ts';
import type { KnownFile } from './source-map.ts';

/** How long VS Code may take from F5 to its question for the adapter, in milliseconds; a task may run between. */
const PATIENCE_MS = 20_000;

export class Preparation implements vscode.Disposable {
  private readonly workers = new MachineWorkers(() => this.start());
  private sources: Promise<KnownFile[]> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly platform: Platform,
    private readonly adapter: AdapterCode,
  ) {}

  /** @param builds something is built first, which may make sources: they are looked for afterwards */
  begin(builds: boolean): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.sources = undefined), PATIENCE_MS);
    // What runs beside this thread begins first. A failure is told to whoever asks for it.
    this.workers.prepare();
    this.sources = builds ? undefined : findSources(this.extension);
    this.adapter.load().catch(() => undefined);
    this.sources?.catch(() => undefined);
  }

  /** F5 is likely: the adapter is loaded, and a worker compiles what a machine needs while it boots the host kernel for itself. */
  async foresee(): Promise<void> {
    const kernel = await vscode.workspace.fs.readFile(
      vscode.Uri.joinPath(this.extension, 'dist', 'kernels', 'colinux-host.elf'),
    );
    this.workers.warm({
      memoryBytes: DEFAULT_MEMORY << 20,
      kernel: { bytes: kernel, name: 'colinux-host.elf', args: '' },
      modules: [],
      rtcSeconds: 0,
      pace: 'real',
      cpu: DEFAULT_CPU,
    });
    await this.adapter.load();
  }

  /** A worker for a machine; it comes back with `terminate`, for the next session. */
  takeWorker(use?: WorkerUse): Promise<MachinePort> {
    return this.workers.take(use);
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
    this.workers.dispose();
    this.sources = undefined;
  }
}
