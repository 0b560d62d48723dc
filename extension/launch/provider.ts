/**
 * From what a person has (nothing, a configuration with mistakes, a complete one) to a configuration that the adapter
 * can run: a kernel is found, options are checked, paths become absolute, or URIs where the folder is not on this disk.
 */

import * as vscode from 'vscode';
import type { Preparation } from '../adapter/preparation.ts';
import type { Platform } from '../platform.ts';
import { setting } from '../settings.ts';
import { definitionOf } from '../tasks/make.ts';
import type { Tasks } from '../tasks/provider.ts';
import { chooseKernel, kindText } from './choose.ts';
import { findKernels, type Kernel } from './find-kernels.ts';
import { folderAt } from './folder.ts';
import { locateOptions } from './locate.ts';
import { checkAttachOptions, checkOptions } from './options.ts';
import { COMMANDS, DEBUG_TYPE } from '../contributes/names.ts';

const t = vscode.l10n.t;

/** Initial configurations, and the two steps of resolving one. */
export class LaunchProvider implements vscode.DebugConfigurationProvider {
  constructor(
    private readonly platform: Platform,
    private readonly tasks: Tasks,
    private readonly preparation: Preparation,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** One configuration for each kernel found, for "create a launch.json file" and for the list of F5. */
  async provideDebugConfigurations(
    folder: vscode.WorkspaceFolder | undefined,
  ): Promise<vscode.DebugConfiguration[]> {
    if (!folder) return [];
    const { kernels } = await findKernels(folderAt(folder.uri, this.platform), t);
    if (kernels.length > 0) return kernels.map(configurationFor);
    return [{ type: DEBUG_TYPE, request: 'launch', name: t('Kernel of this folder') }];
  }

  async resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const home = folder ?? vscode.workspace.workspaceFolders?.[0];
    const configuration: vscode.DebugConfiguration = {
      ...given,
      type: given.type || DEBUG_TYPE,
      request: given.request || 'launch',
      name: given.name || t('Kernel of this folder'),
    };
    if (configuration.request === 'attach') return this.resolveAttach(configuration);
    if (configuration.request !== 'launch') {
      return this.refuse(
        t('"request" must be "launch" or "attach", found "{0}".', String(configuration.request)),
      );
    }
    if (!vscode.workspace.isTrusted) {
      return this.refuse(
        t('This workspace is not trusted: nothing of it is built or run. Trust the workspace and try again.'),
      );
    }
    const mistake = checkOptions(configuration, t);
    if (mistake !== undefined) return this.refuse(mistake);
    if (home) await this.buildFirst(home, configuration);
    this.preparation.begin(configuration.preLaunchTask !== undefined);
    // A coLinux configuration file may name the kernel.
    if (configuration.kernel !== undefined || configuration.config !== undefined) return configuration;
    if (!home) {
      return this.refuse(
        t('No folder is open: open the folder of a kernel, or name one as "kernel" in launch.json.'),
      );
    }
    const choice = await chooseKernel(home, this.platform, this.tasks);
    if ('problem' in choice)
      return choice.problem === ''
        ? undefined
        : this.refuse(choice.problem, choice.isEmpty ? home.uri : undefined);
    const name = given.name || configurationFor(choice).name;
    return { ...configuration, name, kernel: choice.path };
  }

  /** Variables such as `${workspaceFolder}` are replaced now: paths get their last form. */
  resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration {
    return locateOptions(configuration, (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri);
  }

  /** With the setting `build.beforeLaunch`: VS Code runs the task before a restart, too. */
  private async buildFirst(
    folder: vscode.WorkspaceFolder,
    configuration: vscode.DebugConfiguration,
  ): Promise<void> {
    if (configuration.preLaunchTask !== undefined || setting('build.beforeLaunch', folder) !== 'always')
      return;
    const { hasMakefile } = await findKernels(folderAt(folder.uri, this.platform), t);
    if (hasMakefile && (await this.tasks.buildTask(folder)))
      configuration.preLaunchTask = definitionOf({ task: 'build' });
  }

  private resolveAttach(configuration: vscode.DebugConfiguration): vscode.DebugConfiguration | undefined {
    const mistake = checkAttachOptions(configuration, t);
    if (mistake !== undefined) return this.refuse(mistake);
    if (this.platform.reaches) return configuration;
    return this.refuse(
      t('A browser opens no connections to other programs: attach with VS Code on a desktop or a server.'),
    );
  }

  /**
   * Says why nothing starts. A dialog, as for a launch that fails: F5 was pressed and waits for an answer.
   * @param empty a folder where there is nothing yet, so that a new guest may be written into it
   */
  private refuse(sentence: string, empty?: vscode.Uri): undefined {
    this.log.error(sentence);
    const { executeCommand } = vscode.commands;
    const action = empty
      ? { title: t('New Guest Kernel…'), run: () => executeCommand(COMMANDS.newGuest, empty) }
      : { title: t('Open launch.json'), run: () => executeCommand('workbench.action.debug.configure') };
    void vscode.window.showErrorMessage(sentence, { modal: true }, action).then((answer) => answer?.run());
    return undefined;
  }
}

function configurationFor(kernel: Kernel): vscode.DebugConfiguration {
  return {
    type: DEBUG_TYPE,
    request: 'launch',
    name: `${kernel.path.split('/').pop() ?? kernel.path} (${kindText(kernel)})`,
    kernel: `\${workspaceFolder}/${kernel.path}`,
  };
}
