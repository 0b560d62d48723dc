/** Links in console terminals: an address leads to its source, `file.c:42` to that line. */
import * as vscode from 'vscode';
import { openPlace } from '../views/open-place.ts';
import { findLinks, type FoundLink } from './find-links.ts';

const t = vscode.l10n.t;

interface ConsoleLink extends vscode.TerminalLink {
  readonly target: FoundLink['target'];
  readonly session: vscode.DebugSession;
  /** What stands before addresses of the console's kernel. */
  readonly prefix: string;
}

/** The console that a terminal shows, if it is one of ours. */
export type ConsoleOf = (
  terminal: vscode.Terminal,
) => { readonly session: vscode.DebugSession; readonly prefix: string } | undefined;

/** At most so many files of one name are offered. */
const MOST_FILES = 20;

async function openFile(path: string, line: number): Promise<void> {
  const pattern = `**/${path.replace(/^(\.\.?\/)+/, '')}`;
  const files = await vscode.workspace.findFiles(pattern, '**/{node_modules,.git}/**', MOST_FILES);
  const picked =
    files.length <= 1
      ? files[0]
      : (
          await vscode.window.showQuickPick(
            files.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri })),
            { placeHolder: t('Which {0}?', path) },
          )
        )?.uri;
  if (!picked) {
    if (files.length === 0)
      void vscode.window.showWarningMessage(t('There is no {0} in this workspace.', path));
    return;
  }
  const position = new vscode.Position(Math.max(0, line - 1), 0);
  await vscode.window.showTextDocument(picked, { selection: new vscode.Range(position, position) });
}

export function registerTerminalLinks(consoleOf: ConsoleOf): vscode.Disposable {
  const provider: vscode.TerminalLinkProvider<ConsoleLink> = {
    provideTerminalLinks({ line, terminal }) {
      const console = consoleOf(terminal);
      if (!console) return [];
      return findLinks(line).map(({ start, length, target }) => ({
        ...{ startIndex: start, length, target, ...console },
        tooltip: target.kind === 'address' ? t('Show the source of this address') : t('Open this file'),
      }));
    },
    async handleTerminalLink({ target, session, prefix }) {
      if (target.kind === 'file') await openFile(target.path, target.line);
      else
        await openPlace(session, { in: 'source', memoryReference: `${prefix}${target.address}` }).catch(
          (error: unknown) => {
            void vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
          },
        );
    },
  };
  return vscode.window.registerTerminalLinkProvider(provider);
}
