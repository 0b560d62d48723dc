/** Everything that VS Code offers in a configuration of a guest. */

import * as vscode from 'vscode';
import type { Commands } from '../commands.ts';
import { CONFIG_LANGUAGE } from '../contributes/languages.ts';
import { ConfigDocuments } from './documents.ts';
import { registerProblems } from './problems.ts';
import { registerProviders } from './providers.ts';
import { registerRun } from './run.ts';

export function registerConfigLanguage(commands: Commands): vscode.Disposable {
  const selector: vscode.DocumentSelector = { language: CONFIG_LANGUAGE };
  const documents = new ConfigDocuments();
  return vscode.Disposable.from(
    registerProviders(selector, documents),
    registerProblems(selector, documents),
    registerRun(selector, documents, commands),
  );
}
