/**
 * F5 without launch.json: which kernel of the folder is meant. Builds a folder that has a Makefile and no kernel yet;
 * asks when there are several; says in one sentence what to do when there is none.
 */

import * as vscode from 'vscode';
import { contentsOf } from '../new-guest.ts';
import type { Platform } from '../platform.ts';
import { setting } from '../settings.ts';
import { runTask } from '../tasks/make.ts';
import type { Tasks } from '../tasks/provider.ts';
import { findKernels, type Found, type Kernel } from './find-kernels.ts';
import { folderAt } from './folder.ts';

const t = vscode.l10n.t;

/** What went wrong, as a sentence; empty when the person cancelled. */
export interface Problem {
  problem: string;
  /** There is nothing in the folder: a new guest may be written into it. */
  isEmpty?: boolean;
}

/** The kernel to run. */
export async function chooseKernel(
  folder: vscode.WorkspaceFolder,
  platform: Platform,
  tasks: Tasks,
): Promise<Kernel | Problem> {
  let found = await findKernels(folderAt(folder.uri, platform), t);
  const wanted =
    found.kernels.length === 0 && found.hasMakefile && setting('build.beforeLaunch', folder) !== 'never';
  const build = wanted && (await tasks.buildTask(folder));
  if (build) {
    const status = await runTask(build, t('Building {0}', folder.name));
    if (status === undefined) return { problem: '' };
    if (status !== 0) {
      return {
        problem: t('make failed with status {0} in {1}: its terminal shows why.', status, folder.name),
      };
    }
    found = await findKernels(folderAt(folder.uri, platform), t);
  }
  const [first, second] = found.kernels;
  if (!first) {
    if ((await contentsOf(folder.uri)).length > 0) return { problem: nothingFound(found, folder, platform) };
    const problem = t(
      '{0} is empty: write a new guest kernel into it, or open the folder of a kernel.',
      folder.name,
    );
    return { problem, isEmpty: true };
  }
  if (!second || (first.kind === 'cooperative' && second.kind !== 'cooperative')) return first;
  const picked = await vscode.window.showQuickPick(
    found.kernels.map((kernel) => ({ label: kernel.path, description: kindText(kernel), kernel })),
    { placeHolder: t('Which kernel shall run?') },
  );
  return picked?.kernel ?? { problem: '' };
}

/** "cooperative guest" or "multiboot kernel". */
export function kindText({ kind }: Kernel): string {
  return kind === 'cooperative' ? t('cooperative guest') : t('multiboot kernel');
}

function nothingFound(found: Found, folder: vscode.WorkspaceFolder, platform: Platform): string {
  const [rejected] = found.rejected;
  if (rejected) {
    return t(
      'Expected a cooperative or multiboot kernel in {0}, but {1} is {2}. Build one, or name it as "kernel" in launch.json.',
      folder.name,
      rejected.path,
      rejected.why,
    );
  }
  if (found.hasMakefile && !platform.runsPrograms) {
    return t(
      '{0} has a Makefile but no built kernel, and no programs run in a browser: run make where the files are, then press F5 again.',
      folder.name,
    );
  }
  if (found.hasMakefile) {
    return t('make built no cooperative or multiboot kernel (*.elf, kernel, vmlinux) in {0}.', folder.name);
  }
  return t(
    'There is no cooperative or multiboot kernel (*.elf, kernel, vmlinux) in {0}. Build one, or name it as "kernel" in launch.json.',
    folder.name,
  );
}
