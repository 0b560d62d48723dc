/**
 * Activation, the same on every platform: VS Code is told who answers, and nothing else is loaded. The rest (`features.ts`) follows as
 * soon as VS Code has its thread back, or with the first question.
 */

import * as vscode from 'vscode';
import { COMMANDS, DEBUG_TYPE, TASK_TYPE, VIEW_COMMANDS } from './contributes/names.ts';
import type { Features } from './features.ts';

type LoadFeatures = (context: vscode.ExtensionContext, log: vscode.LogOutputChannel) => Promise<Features>;

/** @param load loads and starts the rest, on the platform that it knows */
export function start(context: vscode.ExtensionContext, load: LoadFeatures): void {
  const log = vscode.window.createOutputChannel('coLinux', { log: true });
  let loaded: Promise<Features> | undefined;
  const features = () =>
    (loaded ??= load(context, log).catch((error: unknown) => {
      log.error(error instanceof Error ? error : String(error));
      throw error;
    }));
  const timer = setTimeout(() => void features().catch(() => undefined), 0);
  const { registerDebugConfigurationProvider } = vscode.debug;
  const dynamic = vscode.DebugConfigurationProviderTriggerKind.Dynamic;
  const provideDebugConfigurations = async (folder: vscode.WorkspaceFolder | undefined) =>
    (await features()).launch.provideDebugConfigurations(folder);
  context.subscriptions.push(
    log,
    new vscode.Disposable(() => clearTimeout(timer)),
    registerDebugConfigurationProvider(DEBUG_TYPE, {
      provideDebugConfigurations,
      resolveDebugConfiguration: async (folder, configuration) =>
        (await features()).launch.resolveDebugConfiguration(folder, configuration),
      resolveDebugConfigurationWithSubstitutedVariables: async (folder, configuration) =>
        (await features()).launch.resolveDebugConfigurationWithSubstitutedVariables(folder, configuration),
    }),
    // The kernels of the folder in the list of "Select and Start Debugging".
    registerDebugConfigurationProvider(DEBUG_TYPE, { provideDebugConfigurations }, dynamic),
    vscode.tasks.registerTaskProvider(TASK_TYPE, {
      provideTasks: async () => (await features()).tasks.provideTasks(),
      resolveTask: async (task) => (await features()).tasks.resolveTask(task),
    }),
    ...[...Object.values(COMMANDS), ...Object.values(VIEW_COMMANDS)].map((name) =>
      vscode.commands.registerCommand(name, async (...args: unknown[]) =>
        (await features()).commands.run(name, args),
      ),
    ),
  );
}
