/** Builds a folder with `make`, as a task whose terminal and problems VS Code shows. */

import * as vscode from 'vscode';

const t = vscode.l10n.t;

/** Runs `make` in `folder`. The exit status, or undefined when the task was ended. */
export async function runMake(
  folder: vscode.WorkspaceFolder,
  extension: vscode.Uri,
): Promise<number | undefined> {
  const task = new vscode.Task(
    { type: 'shell', task: 'make' },
    folder,
    t('make (kernel)'),
    'coLinux',
    new vscode.ShellExecution('make', { cwd: folder.uri.fsPath, env: await environment(folder, extension) }),
    '$colinux-gcc',
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, clear: true };
  const ended = new Promise<number | undefined>((resolve) => {
    const subscription = vscode.Disposable.from(
      vscode.tasks.onDidEndTaskProcess((event) => {
        if (event.execution.task.name === task.name) done(event.exitCode);
      }),
      vscode.tasks.onDidEndTask((event) => {
        if (event.execution.task.name === task.name) setTimeout(() => done(undefined), 500);
      }),
    );
    const done = (status: number | undefined) => {
      subscription.dispose();
      resolve(status);
    };
  });
  await vscode.tasks.executeTask(task);
  return ended;
}

/** A copy of the sample, outside the repository, finds the ABI headers in the extension. */
async function environment(
  folder: vscode.WorkspaceFolder,
  extension: vscode.Uri,
): Promise<Record<string, string>> {
  const ownHeaders = vscode.Uri.joinPath(folder.uri, '../../kernels/include/colinux/abi.h');
  const own = await vscode.workspace.fs.stat(ownHeaders).then(
    () => true,
    () => false,
  );
  return own ? {} : { COLINUX_INCLUDE: vscode.Uri.joinPath(extension, 'dist/kernels/include').fsPath };
}
