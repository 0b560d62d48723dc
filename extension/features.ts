/**
 * Everything the extension does, the same on every platform; loaded behind activation, or when it is first needed. All ends with
 * the extension.
 */

import * as vscode from 'vscode';
import { adapterFactory, adapterTracker } from './adapter/factory.ts';
import { foreseeSessions } from './adapter/foresight.ts';
import { Preparation } from './adapter/preparation.ts';
import { AdapterCode } from './adapter/session.ts';
import { registerConfigLanguage } from './config-language/register.ts';
import { registerCodeFeatures } from './code/providers.ts';
import { Commands } from './commands.ts';
import { ConsoleTerminals } from './console/terminals.ts';
import { COMMANDS, DEBUG_TYPE } from './contributes/names.ts';
import { tellDelivered } from './delivered.ts';
import { type AttachOptions, LOOPBACK } from './launch/options.ts';
import { LaunchProvider } from './launch/provider.ts';
import { newGuest, showNewGuest } from './new-guest.ts';
import type { Platform } from './platform.ts';
import { Profiler } from './profiler.ts';
import { watchImages } from './rebuilt/watch.ts';
import { REQUESTS } from './protocol.ts';
import { createStatusBar } from './status/bar.ts';
import { Tasks } from './tasks/provider.ts';
import { KernelTests } from './testing/explorer.ts';
import { showFirstStop } from './views/first-stop.ts';
import { registerViews } from './views/register.ts';
import { MachineSelection } from './views/selection.ts';

const t = vscode.l10n.t;

/** Publisher and name of the extension, and the walkthrough's own. */
const WALKTHROUGH = 'colinux.colinux#firstKernel';

/** What VS Code asks through the providers of `start.ts`. */
export interface Features {
  readonly commands: Commands;
  readonly launch: LaunchProvider;
  readonly tasks: Tasks;
}

/** Does a machine answer where an attach configuration says? */
async function reaches({ reaches: connect }: Platform, configuration: object): Promise<boolean> {
  const { host = LOOPBACK, port } = configuration as Partial<AttachOptions>;
  return connect !== undefined && port !== undefined && connect(host, port);
}

/** Starts all of it on `platform`. */
export function startFeatures(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  platform: Platform,
): Features {
  const { extensionUri: extension, globalStorageUri: storage } = context;
  const commands = new Commands();
  const terminals = new ConsoleTerminals(log, context.storageUri, ({ configuration }) =>
    reaches(platform, configuration),
  );
  const selection = new MachineSelection();
  const adapter = new AdapterCode(extension, storage, platform);
  const preparation = new Preparation(extension, platform, adapter);
  const surroundings = { extension, storage, platform, preparation, adapter };
  const tasks = new Tasks(surroundings);
  const launch = new LaunchProvider(platform, tasks, preparation, log);
  context.subscriptions.push(
    terminals,
    selection,
    preparation,
    adapter,
    foreseeSessions(preparation, platform, log),
    createStatusBar(),
    showFirstStop(),
    new KernelTests(surroundings),
    registerConfigLanguage(commands),
    watchImages(commands, log),
    new Profiler(storage, selection, commands),
    registerViews(extension, selection, commands, log),
    registerCodeFeatures(selection, commands),
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, adapterFactory(surroundings)),
    vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, adapterTracker(log)),
  );
  commands.handle(COMMANDS.showConsole, () => terminals.show());
  commands.handle(COMMANDS.newGuest, (folder?: vscode.Uri) => newGuest(context, folder));
  commands.handle(COMMANDS.firstSteps, () =>
    vscode.commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH),
  );
  commands.handle(COMMANDS.showLog, () => log.show());
  commands.handle(COMMANDS.sendCtrlAltDel, async () => {
    if (await terminals.power('ctrl-alt-del')) tellDelivered(selection, t('Ctrl+Alt+Del'));
  });
  commands.handle(COMMANDS.shutDownGuest, async () => {
    if (await terminals.power('shutdown')) tellDelivered(selection, t('The request to shut down'));
  });
  commands.handle(COMMANDS.raiseNmi, async () => {
    await selection.debugged.customRequest(REQUESTS.nmi);
    tellDelivered(selection, t('The NMI'));
  });
  void showNewGuest(context);
  log.info(`coLinux is ready (${platform.kind})`);
  return { commands, launch, tasks };
}
