/** Activation, the same on every platform: registers what package.json announces. All ends with the extension. */

import * as vscode from 'vscode';
import { adapterFactory, adapterTracker } from './adapter/factory.ts';
import { registerConfigLanguage } from './config-language/register.ts';
import { registerCodeFeatures } from './code/providers.ts';
import { ConsoleTerminals } from './console/terminals.ts';
import { newGuest, showNewGuest } from './new-guest.ts';
import { COMMANDS } from './contributes/commands.ts';
import { DEBUG_TYPE } from './contributes/debugger.ts';
import { TASK_TYPE } from './contributes/tasks.ts';
import { DynamicConfigurations, LaunchProvider } from './launch/provider.ts';
import type { Platform } from './platform.ts';
import { Profiler } from './profiler.ts';
import { Tasks } from './tasks/provider.ts';
import { REQUESTS } from './protocol.ts';
import { watchImages } from './rebuilt/watch.ts';
import { createStatusBar } from './status/bar.ts';
import { KernelTests } from './testing/explorer.ts';
import { registerViews } from './views/register.ts';
import { MachineSelection } from './views/selection.ts';

/** Publisher and name of the extension, and the walkthrough's own. */
const WALKTHROUGH = 'colinux.colinux#firstKernel';

async function raiseNmi(): Promise<void> {
  const session = vscode.debug.activeDebugSession;
  if (session?.type === DEBUG_TYPE) await session.customRequest(REQUESTS.nmi);
}

/** Starts the extension on `platform`. */
export function start(context: vscode.ExtensionContext, platform: Platform): void {
  const log = vscode.window.createOutputChannel('coLinux', { log: true });
  const terminals = new ConsoleTerminals(log);
  const selection = new MachineSelection();
  const { extensionUri: extension, globalStorageUri: storage } = context;
  const tasks = new Tasks({ extension, storage, platform });
  const launch = new LaunchProvider(platform, tasks, log);
  context.subscriptions.push(
    log,
    terminals,
    createStatusBar(),
    new KernelTests({ extension, storage, platform }),
    registerConfigLanguage(),
    watchImages(log),
    vscode.tasks.registerTaskProvider(TASK_TYPE, tasks),
    new Profiler(storage),
    selection,
    registerViews(extension, selection, log),
    registerCodeFeatures(selection),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, launch),
    vscode.debug.registerDebugConfigurationProvider(
      DEBUG_TYPE,
      new DynamicConfigurations(launch),
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.debug.registerDebugAdapterDescriptorFactory(
      DEBUG_TYPE,
      adapterFactory(extension, storage, platform),
    ),
    vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, adapterTracker(log)),
    vscode.commands.registerCommand(COMMANDS.showConsole, () => terminals.show()),
    vscode.commands.registerCommand(COMMANDS.newGuest, (folder?: vscode.Uri) => newGuest(context, folder)),
    vscode.commands.registerCommand(COMMANDS.firstSteps, () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH),
    ),
    vscode.commands.registerCommand(COMMANDS.showLog, () => log.show()),
    vscode.commands.registerCommand(COMMANDS.sendCtrlAltDel, () => terminals.power('ctrl-alt-del')),
    vscode.commands.registerCommand(COMMANDS.shutDownGuest, () => terminals.power('shutdown')),
    vscode.commands.registerCommand(COMMANDS.raiseNmi, raiseNmi),
  );
  void showNewGuest(context);
  log.info(`coLinux is ready (${platform.kind})`);
}
