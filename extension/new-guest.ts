/**
 * The command "New Guest Kernel…": writes a small cooperative guest into an empty folder, and opens it. A window that has no
 * folder becomes that of the guest at once; in another one the person chooses.
 */

import * as vscode from 'vscode';

const t = vscode.l10n.t;

/** Texts by path, in dist; made by tools/build.mjs. */
const TEMPLATE = 'guest-template.json';
const FIRST_FILE = 'kernel.c';
/** Under which the extension remembers the guest that a window is opened for. */
const OPENED = 'newGuest.opened';

/** @param given the folder; the person is asked when there is none */
export async function newGuest(
  context: vscode.ExtensionContext,
  given: vscode.Uri | undefined,
): Promise<void> {
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
    await writeTemplate(context.extensionUri, target);
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
  await open(context, target);
}

/** Shows the guest that this window was opened for. */
export async function showNewGuest({ globalState }: vscode.ExtensionContext): Promise<void> {
  const wanted = globalState.get<string>(OPENED);
  const isHere = vscode.workspace.workspaceFolders?.some(({ uri }) => uri.toString() === wanted);
  if (wanted === undefined || !isHere) return;
  await globalState.update(OPENED, undefined);
  await showFirstFile(vscode.Uri.parse(wanted, true));
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
export async function contentsOf(folder: vscode.Uri): Promise<string[]> {
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

async function open(context: vscode.ExtensionContext, target: vscode.Uri): Promise<void> {
  if (vscode.workspace.getWorkspaceFolder(target)) {
    await showFirstFile(target);
    return;
  }
  const forceNewWindow = vscode.workspace.workspaceFolders === undefined ? false : await askForWindow(target);
  if (forceNewWindow === undefined) return;
  await context.globalState.update(OPENED, target.toString());
  await vscode.commands.executeCommand('vscode.openFolder', target, { forceNewWindow });
}

/** Shall it be a new window? */
async function askForWindow(target: vscode.Uri): Promise<boolean | undefined> {
  const [here, other] = [t('Open folder'), t('Open in a new window')];
  const answer = await vscode.window.showInformationMessage(
    t('The new guest kernel is in {0}.', target.path),
    here,
    other,
  );
  return answer === undefined ? undefined : answer === other;
}

/** The files in the explorer, whatever the side bar showed before, and the first of them to read. */
async function showFirstFile(folder: vscode.Uri): Promise<void> {
  const file = vscode.Uri.joinPath(folder, FIRST_FILE);
  await vscode.commands.executeCommand('revealInExplorer', file);
  await vscode.window.showTextDocument(file);
}
