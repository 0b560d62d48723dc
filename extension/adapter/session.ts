/**
 * The debug adapter, most of the extension's code: loaded when the first machine starts, so that VS Code is not kept waiting. On the
 * desktop with what was compiled of it in an earlier window.
 */
import * as vscode from 'vscode';
import type { AdapterHost } from '../../debug-adapter/adapter-host.ts';
import type { ColinuxDebugSession } from '../../debug-adapter/session.ts';
import type { Platform } from '../platform.ts';

/** What the adapter's bundle exports. */
interface AdapterModule {
  readonly ColinuxDebugSession: typeof ColinuxDebugSession;
}

export class AdapterCode implements vscode.Disposable {
  private loaded: Promise<AdapterModule> | undefined;
  private keep: (() => void) | undefined;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly storage: vscode.Uri,
    private readonly platform: Platform,
  ) {}

  /** Loads it, once. */
  load(): Promise<AdapterModule> {
    return (this.loaded ??= this.loadCompiled());
  }

  private async loadCompiled(): Promise<AdapterModule> {
    const { platform, extension, storage } = this;
    const compiled = platform.loadCompiled?.(vscode.Uri.joinPath(extension, 'dist', 'session.cjs'), storage);
    if (!compiled) return import('../../debug-adapter/session.ts');
    this.keep = () => compiled.keep();
    return compiled.exports as AdapterModule;
  }

  /** @param host is made while the adapter is loaded */
  async createSession(host: Promise<AdapterHost>): Promise<ColinuxDebugSession> {
    const [made, { ColinuxDebugSession: Session }] = await Promise.all([host, this.load()]);
    return new Session(made);
  }

  /** The window is closed: what was compiled in it is kept for the next one. */
  dispose(): void {
    this.keep?.();
  }
}
