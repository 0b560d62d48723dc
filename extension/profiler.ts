/** Profiles of a machine: taken by instructions, not by samples, and opened in VS Code's own viewer of .cpuprofile files. */
import * as vscode from 'vscode';
import { EVENTS, REQUESTS } from './protocol.ts';
import type { Commands } from './commands.ts';
import type { MachineSelection } from './views/selection.ts';
import { COMMANDS, DEBUG_TYPE } from './contributes/names.ts';

const t = vscode.l10n.t;
const PROFILING = 'colinux.profiling';

export class Profiler implements vscode.Disposable {
  /** The sessions that a profile is being taken of. */
  private readonly taking = new Set<string>();
  /** Says that the machine is slower than it is without. */
  private readonly item = vscode.window.createStatusBarItem(
    'colinux.profile',
    vscode.StatusBarAlignment.Left,
    48,
  );
  private readonly subscription: vscode.Disposable;

  /** @param storage where profiles are kept */
  constructor(
    private readonly storage: vscode.Uri,
    private readonly selection: MachineSelection,
    commands: Commands,
  ) {
    this.item.name = t('coLinux: a profile is taken');
    this.item.text = `$(record) ${t('Profile: the machine is slower')}`;
    this.item.tooltip = t(
      'Every instruction is counted, so that the machine is many times slower. Click to stop the profile and to show it.',
    );
    this.item.command = COMMANDS.stopProfile;
    this.subscription = vscode.Disposable.from(
      this.item,
      commands.handle(COMMANDS.startProfile, () => this.start()),
      commands.handle(COMMANDS.stopProfile, () => this.stop()),
      vscode.debug.onDidChangeActiveDebugSession(() => this.update()),
      // A machine that ends while a profile is taken gives it by itself.
      vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
        if (session.type !== DEBUG_TYPE || event !== EVENTS.profile || !this.taking.delete(session.id))
          return;
        this.update();
        void this.show(session, body);
      }),
      vscode.debug.onDidTerminateDebugSession(({ id }) => {
        if (this.taking.delete(id)) this.update();
      }),
    );
  }

  private update(): void {
    const { session } = this.selection;
    const on = session !== undefined && this.taking.has(session.id);
    void vscode.commands.executeCommand('setContext', PROFILING, on);
    if (on) this.item.show();
    else this.item.hide();
  }

  private async start(): Promise<void> {
    const session = this.selection.debugged;
    await session.customRequest(REQUESTS.startProfile);
    this.taking.add(session.id);
    this.update();
    void this.offerStop(session);
  }

  private async offerStop({ id }: vscode.DebugSession): Promise<void> {
    const stop = t('Stop and Show');
    const picked = await vscode.window.showInformationMessage(
      t(
        'Every instruction of both kernels is counted now, which makes the machine many times slower. Let it run, then stop the profile.',
      ),
      stop,
    );
    if (picked === stop && this.taking.has(id)) await this.stop();
  }

  private async stop(): Promise<void> {
    const session = this.selection.debugged;
    const profile: unknown = await session.customRequest(REQUESTS.stopProfile);
    this.taking.delete(session.id);
    this.update();
    await this.show(session, profile);
  }

  private async show({ name }: vscode.DebugSession, profile: unknown): Promise<void> {
    const when = new Date().toISOString().replace(/[:.]/g, '-');
    const file = vscode.Uri.joinPath(
      this.storage,
      'profiles',
      `${name.replace(/[^\w.-]+/g, '_')}-${when}.cpuprofile`,
    );
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify(profile)));
    await vscode.commands.executeCommand('vscode.open', file);
  }

  dispose(): void {
    this.subscription.dispose();
  }
}
