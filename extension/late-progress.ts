/** Progress of what usually takes no time: only what lasts is shown, and can be cancelled. */

import * as vscode from 'vscode';

/** After which time somebody wants to know what is going on. */
const LATE_MS = 1000;

/**
 * Does some work; if it takes long, a notification with `title` tells so.
 * @param work ends early when its token says so
 */
export async function withLateProgress<T>(
  title: string,
  work: (token: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  const done = work(source.token);
  const timer = setTimeout(() => {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, async (_progress, token) => {
      token.onCancellationRequested(() => source.cancel());
      await done.catch(() => undefined);
    });
  }, LATE_MS);
  try {
    return await done;
  } finally {
    clearTimeout(timer);
    source.dispose();
  }
}
