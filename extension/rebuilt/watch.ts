/**
 * Watches the images of machines that are being debugged: when one is built again, the status bar offers a restart, the first
 * time in a session a notification does too, or the machine is restarted at once (setting `restart.onRebuild`).
 */

import * as vscode from 'vscode';
import { uriOf } from '../adapter/files.ts';
import { SECTION } from '../contributes/settings.ts';
import { setting } from '../settings.ts';
import { BootedImages } from './booted-images.ts';
import type { Commands } from '../commands.ts';
import { COMMANDS, DEBUG_TYPE } from '../contributes/names.ts';

const t = vscode.l10n.t;

/** A linker writes a file in several steps: it is taken when it has rested. */
const REST_MS = 400;

/** Network file systems report no changes, and a watcher reports none until it has begun: files are looked at, too. */
const LOOK_MS = 2000;

const nameOf = (file: string) => uriOf(file).path.split('/').pop() ?? '';

const timeOf = (file: string) =>
  vscode.workspace.fs.stat(uriOf(file)).then(
    ({ mtime, size }) => (size > 0 ? mtime : undefined),
    () => undefined,
  );

/** One session. */
class Watch implements vscode.DebugAdapterTracker {
  private readonly images = new BootedImages();
  private readonly watchers = new Map<string, vscode.Disposable>();
  private readonly resting = new Map<string, ReturnType<typeof setTimeout>>();
  private looking: ReturnType<typeof setInterval> | undefined;
  private hasAsked = false;
  private hasEnded = false;

  constructor(
    readonly session: vscode.DebugSession,
    private readonly offer: (offered: boolean) => void,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  onDidSendMessage(message: object): void {
    if (this.images.hear(message)) void this.booted();
  }

  onWillStopSession(): void {
    this.dispose();
  }

  private async booted(): Promise<void> {
    this.offer(false);
    const { files } = this.images;
    const times = await Promise.all(files.map(async (file) => [file, await timeOf(file)] as const));
    this.images.booted(new Map(times.flatMap(([file, time]) => (time === undefined ? [] : [[file, time]]))));
    if (this.hasEnded) return;
    for (const file of files) if (!this.watchers.has(file)) this.watchers.set(file, this.watch(file));
    this.looking ??= setInterval(() => {
      for (const file of this.watchers.keys()) void this.look(file);
    }, LOOK_MS);
  }

  private watch(file: string): vscode.Disposable {
    const uri = uriOf(file);
    const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), nameOf(file));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, false, true);
    const changed = () => void this.look(file);
    watcher.onDidChange(changed);
    watcher.onDidCreate(changed);
    return watcher;
  }

  /** @param before when the file was written last, as it was seen a while ago */
  private async look(file: string, before?: number): Promise<void> {
    if (before === undefined && this.resting.has(file)) return;
    this.resting.delete(file);
    const time = await timeOf(file);
    if (this.hasEnded || time === undefined || !this.images.isNew(file, time)) return;
    if (time === before) await this.wasBuilt(file, time);
    else if (!this.resting.has(file))
      this.resting.set(
        file,
        setTimeout(() => void this.look(file, time), REST_MS),
      );
  }

  private async wasBuilt(file: string, time: number): Promise<void> {
    if (!this.images.offer(file, time)) return;
    const wanted = setting('restart.onRebuild', this.session.workspaceFolder);
    this.log.info(`${file} was built again`);
    if (wanted === 'never') return;
    if (wanted === 'always') {
      await this.restart();
      return;
    }
    this.offer(true);
    if (this.hasAsked) return;
    this.hasAsked = true;
    const [restart, always] = [t('Restart'), t('Always Restart')];
    const answer = await vscode.window.showInformationMessage(
      t('{0} was built again, but the old kernel is running. Restart with the new one?', nameOf(file)),
      restart,
      always,
    );
    if (answer === always)
      await vscode.workspace.getConfiguration(SECTION).update('restart.onRebuild', 'always', true);
    if (answer !== undefined) await this.restart();
  }

  /** Boots the new image. No task runs, for it is built; what is wrong with it is a sentence. */
  async restart(): Promise<void> {
    this.offer(false);
    const { workspaceFolder, configuration } = this.session;
    if (this.hasEnded) {
      // The notification is still there.
      await vscode.debug.startDebugging(workspaceFolder, configuration);
      return;
    }
    try {
      await this.session.customRequest('restart', { arguments: configuration });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      void vscode.window.showErrorMessage(t('The new kernel cannot be started: {0}', reason));
    }
  }

  dispose(): void {
    this.hasEnded = true;
    clearInterval(this.looking);
    for (const timer of this.resting.values()) clearTimeout(timer);
    for (const watcher of this.watchers.values()) watcher.dispose();
    this.watchers.clear();
    this.offer(false);
  }
}

/** Watches all sessions; the command restarts the one whose image was built last. */
export function watchImages(commands: Commands, log: vscode.LogOutputChannel): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('colinux.rebuilt', vscode.StatusBarAlignment.Left, 49);
  item.name = t('coLinux: kernel was built again');
  item.text = `$(debug-restart) ${t('Kernel was rebuilt: Restart')}`;
  item.tooltip = t('The kernel was built again. Restart the machine with it; breakpoints stay.');
  item.command = COMMANDS.restartRebuilt;
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  let offered: Watch | undefined;
  return vscode.Disposable.from(
    item,
    vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
      createDebugAdapterTracker(session) {
        // An attached session does not know the files of the machine's own computer.
        if (session.configuration.request !== 'launch') return undefined;
        const watch: Watch = new Watch(
          session,
          (isOffered) => {
            if (isOffered) offered = watch;
            else if (offered === watch) offered = undefined;
            if (offered) item.show();
            else item.hide();
          },
          log,
        );
        return watch;
      },
    }),
    commands.handle(COMMANDS.restartRebuilt, async () => {
      if (offered) await offered.restart();
      else
        void vscode.window.showInformationMessage(
          t('The machine runs the kernel that was built last: build it again, then restart with it.'),
        );
    }),
  );
}
