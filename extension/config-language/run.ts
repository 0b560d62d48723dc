/** Runs the guest of a configuration: the buttons of its editor, and the line above its kernel. */

import * as vscode from 'vscode';
import { locationOf } from '../adapter/files.ts';
import { CONFIG_LANGUAGE } from '../contributes/languages.ts';
import type { ConfigDocuments } from './documents.ts';
import type { Commands } from '../commands.ts';
import { COMMANDS, DEBUG_TYPE } from '../contributes/names.ts';
import { saveDocument } from './save.ts';

const t = vscode.l10n.t;

/** @param given by a button of an editor; from the palette it is the active editor's document */
async function run(given: vscode.Uri | undefined, noDebug: boolean): Promise<void> {
  const active = vscode.window.activeTextEditor?.document;
  const uri = given ?? (active?.languageId === CONFIG_LANGUAGE ? active.uri : undefined);
  if (!uri) {
    void vscode.window.showInformationMessage(
      t('Open the configuration of a guest first: a file that ends with .colinux, or colinux.conf.'),
    );
    return;
  }
  // What runs is the file.
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  const name = uri.path.split('/').pop() ?? uri.path;
  if (open && !(await saveDocument(open, vscode.workspace.onDidSaveTextDocument))) {
    void vscode.window.showErrorMessage(t('{0} was not run, for it could not be saved.', name));
    return;
  }
  const configuration: vscode.DebugConfiguration = {
    type: DEBUG_TYPE,
    request: 'launch',
    name,
    config: locationOf(uri),
  };
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), configuration, { noDebug });
}

/** The commands, and the line of links. */
export function registerRun(
  selector: vscode.DocumentSelector,
  documents: ConfigDocuments,
  commands: Commands,
): vscode.Disposable {
  return vscode.Disposable.from(
    commands.handle(COMMANDS.runConfig, (uri?: vscode.Uri) => run(uri, true)),
    commands.handle(COMMANDS.debugConfig, (uri?: vscode.Uri) => run(uri, false)),
    vscode.languages.registerCodeLensProvider(selector, {
      provideCodeLenses: async (document) => {
        const { words } = await documents.of(document);
        const kernel = words.find(({ name }) => name === 'kernel');
        if (!kernel) return [];
        const { line } = kernel.range.start;
        const range = new vscode.Range(line, 0, line, 0);
        const lens = (title: string, command: string) =>
          new vscode.CodeLens(range, { title, command, arguments: [document.uri] });
        return [
          lens(t('$(run) Run guest'), COMMANDS.runConfig),
          lens(t('$(debug-alt) Debug guest'), COMMANDS.debugConfig),
        ];
      },
    }),
  );
}
