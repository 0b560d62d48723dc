/**
 * Saves a document that something is about to read from its file. VS Code saves by itself too, a moment after a change
 * (`files.autoSave`), and refuses a save that is asked for while it prepares its own: that one is waited for then.
 */

import type * as vscode from 'vscode';

/** How long VS Code's own save may take: what other extensions do before one (formatters) has 1.5 s each. */
const PATIENCE_MS = 5000;

type Document = Pick<vscode.TextDocument, 'isDirty' | 'save'>;

/**
 * @param onDidSave `vscode.workspace.onDidSaveTextDocument`
 * @returns whether its file is as the document is; if not, VS Code has said why
 */
export async function saveDocument(
  document: Document,
  onDidSave: (listener: (saved: Document) => void) => { dispose(): void },
  patience = PATIENCE_MS,
): Promise<boolean> {
  if (!document.isDirty) return true;
  let listening: { dispose(): void } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // It is listened for before the save is asked for: VS Code's own may end before that one is refused.
  const savedByItself = new Promise<void>((resolve) => {
    listening = onDidSave((saved) => {
      if (saved === document) resolve();
    });
    timer = setTimeout(resolve, patience);
  });
  try {
    if (await document.save()) return true;
    await savedByItself;
    return !document.isDirty || (await document.save());
  } finally {
    listening?.dispose();
    clearTimeout(timer);
  }
}
