/** Tasks that run make in the folder of a kernel. */

import * as vscode from 'vscode';
import { BUILD_MATCHERS, RUN_MATCHERS } from '../contributes/problem-matchers.ts';
import type { ColinuxTask } from '../contributes/tasks.ts';
import { withLateProgress } from '../late-progress.ts';
import type { Platform } from '../platform.ts';
import { TASK_TYPE } from '../contributes/names.ts';

const t = vscode.l10n.t;

export type MakeDefinition = vscode.TaskDefinition & ColinuxTask;

/** Where a task's Makefile is. */
export function folderOf({ folder }: ColinuxTask, workspace: vscode.WorkspaceFolder): vscode.Uri {
  return folder ? vscode.Uri.joinPath(workspace.uri, folder) : workspace.uri;
}

export function definitionOf(task: ColinuxTask): MakeDefinition {
  return { type: TASK_TYPE, ...task };
}

/** @param definition may be one of tasks.json: VS Code finds it again in the task */
export async function makeTask(
  definition: MakeDefinition,
  workspace: vscode.WorkspaceFolder,
  extension: vscode.Uri,
  platform: Platform,
): Promise<vscode.Task> {
  const { task: kind, target, folder } = definition;
  const cwd = folderOf(definition, workspace);
  const words = (target ?? (kind === 'build' ? '' : kind)).split(/\s+/).filter((word) => word !== '');
  const name = folder ? t('{0} in {1}', kind, folder) : kind;
  const execution = new vscode.ShellExecution('make', words, {
    cwd: cwd.fsPath,
    env: await environment(cwd, extension, platform),
  });
  const matchers = kind === 'test' ? [...BUILD_MATCHERS, ...RUN_MATCHERS] : BUILD_MATCHERS;
  const task = new vscode.Task(definition, workspace, name, 'colinux', execution, matchers);
  const group = GROUPS[kind];
  if (group) task.group = group;
  task.detail = ['make', ...words].join(' ');
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, clear: true };
  return task;
}

/** Where no programs run: a launch that wants the task goes on with the kernel that was built elsewhere. */
export function withoutMake(definition: MakeDefinition, workspace: vscode.WorkspaceFolder): vscode.Task {
  const execution = new vscode.CustomExecution(() => {
    const written = new vscode.EventEmitter<string>();
    const closed = new vscode.EventEmitter<number>();
    return Promise.resolve({
      onDidWrite: written.event,
      onDidClose: closed.event,
      open: () => {
        written.fire(`${t('No programs run here: run make where the files are.')}\r\n`);
        closed.fire(0);
      },
      close: () => undefined,
    });
  });
  return new vscode.Task(definition, workspace, definition.task, 'colinux', execution);
}

const GROUPS: Readonly<Partial<Record<ColinuxTask['task'], vscode.TaskGroup>>> = {
  build: vscode.TaskGroup.Build,
  clean: vscode.TaskGroup.Clean,
  test: vscode.TaskGroup.Test,
};

/** Runs a task. The exit status, or undefined when it was ended or cancelled. */
export async function runTask(task: vscode.Task, title: string): Promise<number | undefined> {
  const ended = endOf(task);
  const execution = await vscode.tasks.executeTask(task);
  return withLateProgress(title, (token) => {
    token.onCancellationRequested(() => execution.terminate());
    return ended;
  });
}

function endOf(task: vscode.Task): Promise<number | undefined> {
  const isIt = (other: vscode.Task) => other.name === task.name && other.source === task.source;
  return new Promise((resolve) => {
    const done = (status: number | undefined) => {
      subscription.dispose();
      resolve(status);
    };
    const subscription = vscode.Disposable.from(
      vscode.tasks.onDidEndTaskProcess((event) => {
        if (isIt(event.execution.task)) done(event.exitCode);
      }),
      vscode.tasks.onDidEndTask((event) => {
        // The end of its process comes with a status, before or soon after.
        if (isIt(event.execution.task)) setTimeout(() => done(undefined), 500);
      }),
    );
  });
}

/** A copy of the sample, outside the repository, finds the ABI headers in the extension, and `make test` its `colinux`. */
async function environment(
  folder: vscode.Uri,
  extension: vscode.Uri,
  { nodeCommand }: Platform,
): Promise<Record<string, string>> {
  const dist = vscode.Uri.joinPath(extension, 'dist');
  const found = await Promise.all(
    ['include', '../../kernels/include'].map((path) =>
      vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, path, 'colinux/abi.h')).then(
        () => true,
        () => false,
      ),
    ),
  );
  return {
    ...(nodeCommand && { COLINUX: `${nodeCommand} "${vscode.Uri.joinPath(dist, 'cli.cjs').fsPath}"` }),
    ...(!found.includes(true) && { COLINUX_INCLUDE: vscode.Uri.joinPath(dist, 'kernels/include').fsPath }),
  };
}
