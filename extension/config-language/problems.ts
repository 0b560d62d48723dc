/**
 * Diagnostics of open configurations, and their quick fixes. They are made again a moment after the text has changed, and when
 * files come or go: a kernel that was built is not missing any more.
 */

import * as vscode from 'vscode';
import { diagnose, type Diagnostic } from '../../config-language/diagnostics.ts';
import { type Fix, fixes } from '../../config-language/fixes.ts';
import { CONFIG_LANGUAGE } from '../contributes/languages.ts';
import { editIn, rangeIn } from './convert.ts';
import { type ConfigDocuments, filesAround, uriBeside } from './documents.ts';

const t = vscode.l10n.t;

/** How long the text rests before it is looked at. */
const REST_MS = 250;
/** How long a burst of changes of files may last, such as a build. */
const FILES_REST_MS = 1000;
/** Makes a folder, for a fix: an edit of the workspace can only make files. */
const MAKE_FOLDER = 'colinux.config.makeFolder';

const SEVERITIES: Record<Diagnostic['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
};

function diagnosticOf({ code, severity, message, range }: Diagnostic): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(rangeIn(range), message, SEVERITIES[severity]);
  diagnostic.code = code;
  diagnostic.source = 'coLinux';
  return diagnostic;
}

const isConfig = ({ languageId }: vscode.TextDocument) => languageId === CONFIG_LANGUAGE;

class Problems implements vscode.Disposable {
  private readonly shown = vscode.languages.createDiagnosticCollection(CONFIG_LANGUAGE);
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly found = new Map<string, readonly Diagnostic[]>();
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly documents: ConfigDocuments) {
    const files = vscode.workspace.createFileSystemWatcher('**/*', false, true, false);
    this.subscriptions = vscode.Disposable.from(
      this.shown,
      files,
      vscode.workspace.onDidOpenTextDocument((document) => this.plan(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.plan(document, REST_MS)),
      vscode.workspace.onDidSaveTextDocument(() => this.planAll(REST_MS)),
      vscode.workspace.onDidCloseTextDocument((document) => this.drop(document)),
      files.onDidCreate(() => this.planAll(FILES_REST_MS)),
      files.onDidDelete(() => this.planAll(FILES_REST_MS)),
    );
    this.planAll(0);
  }

  /** The diagnostics at a place. */
  at(document: vscode.TextDocument, range: vscode.Range): readonly Diagnostic[] {
    const all = this.found.get(document.uri.toString()) ?? [];
    return all.filter((one) => rangeIn(one.range).intersection(range) !== undefined);
  }

  private planAll(delay: number): void {
    this.documents.forget();
    for (const document of vscode.workspace.textDocuments) this.plan(document, delay);
  }

  private plan(document: vscode.TextDocument, delay: number): void {
    if (!isConfig(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => void this.refresh(document), delay),
    );
  }

  private async refresh(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const found = await diagnose(await this.documents.of(document), filesAround(document.uri), t);
    if (document.isClosed || document.version !== version) return;
    this.found.set(document.uri.toString(), found);
    this.shown.set(document.uri, found.map(diagnosticOf));
  }

  private drop(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.found.delete(key);
    this.shown.delete(document.uri);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.subscriptions.dispose();
  }
}

function actionOf(fix: Fix, document: vscode.TextDocument, diagnostic: Diagnostic): vscode.CodeAction {
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  const { uri } = document;
  action.diagnostics = [diagnosticOf(diagnostic)];
  action.isPreferred = fix.preferred === true;
  const edit = new vscode.WorkspaceEdit();
  if (fix.edits.length > 0) edit.set(uri, fix.edits.map(editIn));
  if (fix.create?.kind === 'file') edit.createFile(uriBeside(uri, fix.create.path), { ignoreIfExists: true });
  if (fix.create?.kind === 'folder') {
    const folder = uriBeside(uri, fix.create.path);
    action.command = { command: MAKE_FOLDER, title: fix.title, arguments: [folder] };
  } else action.edit = edit;
  return action;
}

/** Shows diagnostics, and offers what can be done about them. */
export function registerProblems(
  selector: vscode.DocumentSelector,
  documents: ConfigDocuments,
): vscode.Disposable {
  const problems = new Problems(documents);
  return vscode.Disposable.from(
    problems,
    vscode.commands.registerCommand(MAKE_FOLDER, (folder: vscode.Uri) =>
      vscode.workspace.fs.createDirectory(folder),
    ),
    vscode.languages.registerCodeActionsProvider(
      selector,
      {
        provideCodeActions: async (document, range) => {
          const parsed = await documents.of(document);
          const all = problems.at(document, range).map(async (diagnostic) => {
            const found = await fixes(parsed, diagnostic, filesAround(document.uri), t);
            return found.map((fix) => actionOf(fix, document, diagnostic));
          });
          return (await Promise.all(all)).flat();
        },
      },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
}
