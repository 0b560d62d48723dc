/** The command "New guest kernel…": writes a small cooperative guest into an empty folder, and opens it. */

import * as vscode from 'vscode';

const t = vscode.l10n.t;

/** Texts by path, in dist; made by tools/build.mjs. */
const TEMPLATE = 'guest-template.json';
const FIRST_FILE = 'kernel.c';

/** @param given the folder; the person is asked when there is none */
export async function newGuest(extension: vscode.Uri, given: vscode.Uri | undefined): Promise<void> {
  const target = given ?? (await askForFolder());
  if (!target) return;
  try {
    const [first] = await contentsOf(target);
    if (first !== undefined) {
      void vscode.window.showErrorMessage(
        t('A new guest needs an empty folder, but {0} has {1} in it. Choose another.', target.path, first),
      );
      return;
    }
    await writeTemplate(extension, target);
  } catch (error) {
    void vscode.window.showErrorMessage(
      t(
        'The new guest cannot be written to {0}: {1}. Choose another folder.',
        target.path,
        error instanceof Error ? error.message : String(error),
      ),
    );
    return;
  }
  await show(target);
}

async function askForFolder(): Promise<vscode.Uri | undefined> {
  const [picked] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
      openLabel: t('Create here'),
      title: t('An empty folder for the new guest kernel'),
    })) ?? [];
  return picked;
}

/** Names in a folder; none when there is no such folder. */
async function contentsOf(folder: vscode.Uri): Promise<string[]> {
  try {
    return (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return [];
    throw error;
  }
}

async function writeTemplate(extension: vscode.Uri, target: vscode.Uri): Promise<void> {
  const template = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extension, 'dist', TEMPLATE));
  const texts = JSON.parse(new TextDecoder().decode(template)) as Record<string, string>;
  for (const [path, text] of Object.entries(texts))
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(target, path), new TextEncoder().encode(text));
}

/** In a folder that is open the first file is shown; another folder may be opened. */
async function show(target: vscode.Uri): Promise<void> {
  if (vscode.workspace.getWorkspaceFolder(target)) {
    await vscode.window.showTextDocument(vscode.Uri.joinPath(target, FIRST_FILE));
    return;
  }
  const open = t('Open folder');
  const answer = await vscode.window.showInformationMessage(
    t('The new guest kernel is in {0}.', target.path),
    open,
  );
  if (answer === open) await vscode.commands.executeCommand('vscode.openFolder', target);
}
