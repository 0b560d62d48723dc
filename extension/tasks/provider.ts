/** The task type `colinux`: what a folder offers (its Makefile, its kernels, its configurations), and tasks of tasks.json. */

import * as vscode from 'vscode';
import type { Surroundings } from '../adapter/host.ts';
import { TASKS } from '../contributes/tasks.ts';
import { findKernels } from '../launch/find-kernels.ts';
import { folderAt } from '../launch/folder.ts';
import { definitionOf, type MakeDefinition, makeTask, withoutMake } from './make.ts';
import { runTaskOf } from './run.ts';

const t = vscode.l10n.t;

/** Configurations of guests by their names. */
const CONFIGS = '**/{*.colinux,colinux.conf}';
const MAX_CONFIGS = 20;
/** What a Makefile is likely to have. */
const OFFERED = ['build', 'clean'] as const;

export class Tasks implements vscode.TaskProvider {
  constructor(private readonly surroundings: Surroundings) {}

  async provideTasks(): Promise<vscode.Task[]> {
    if (!vscode.workspace.isTrusted) return [];
    const folders = vscode.workspace.workspaceFolders ?? [];
    return (await Promise.all(folders.map((folder) => this.tasksOf(folder)))).flat();
  }

  /** A task of tasks.json. */
  async resolveTask(task: vscode.Task): Promise<vscode.Task | undefined> {
    const { scope, definition } = task;
    const folder = typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0];
    return folder && this.taskOf(definition as MakeDefinition, folder);
  }

  /** The task that builds a folder, for a launch that wants it; undefined where nothing can be built. */
  async buildTask(folder: vscode.WorkspaceFolder): Promise<vscode.Task | undefined> {
    return this.canMake(folder) ? this.taskOf(definitionOf({ task: 'build' }), folder) : undefined;
  }

  private canMake({ uri }: vscode.WorkspaceFolder): boolean {
    return this.surroundings.platform.runsPrograms && uri.scheme === 'file';
  }

  private async tasksOf(folder: vscode.WorkspaceFolder): Promise<vscode.Task[]> {
    const { platform } = this.surroundings;
    const { kernels, hasMakefile } = await findKernels(folderAt(folder.uri, platform), t);
    const configs = await vscode.workspace.findFiles(
      new vscode.RelativePattern(folder, CONFIGS),
      undefined,
      MAX_CONFIGS,
    );
    const makes = hasMakefile && this.canMake(folder) ? OFFERED : [];
    const definitions = [
      ...makes.map((task) => definitionOf({ task })),
      ...kernels.map(({ path }) => definitionOf({ task: 'run', kernel: path })),
      ...configs.map((uri) =>
        definitionOf({ task: 'run', config: vscode.workspace.asRelativePath(uri, false) }),
      ),
    ];
    const tasks = await Promise.all(definitions.map((definition) => this.taskOf(definition, folder)));
    return tasks.filter((task) => task !== undefined);
  }

  private async taskOf(
    definition: MakeDefinition,
    folder: vscode.WorkspaceFolder,
  ): Promise<vscode.Task | undefined> {
    const { extension, platform } = this.surroundings;
    if (definition.task === 'run') {
      const named = definition.kernel !== undefined || definition.config !== undefined;
      return named ? runTaskOf(definition, folder, this.surroundings) : undefined;
    }
    if (!TASKS.includes(definition.task)) return undefined;
    if (!this.canMake(folder)) return withoutMake(definition, folder);
    return makeTask(definition, folder, extension, platform);
  }
}
