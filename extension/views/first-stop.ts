/**
 * Makes VS Code's view of the call stack before it is told of the first stop in a window. VS Code opens the view only behind that stop,
 * and a view that was not there when a frame got the focus leaves all threads folded: with more than one thread the stack of the one that
 * has stopped cannot be seen. No order of a debug adapter's events changes that.
 */
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../contributes/names.ts';

const SHOW_CALL_STACK = 'workbench.debug.action.focusCallStackView';

/** Does VS Code open the view with this stop, and not before? */
function opensTheView(reason: string | undefined): boolean {
  return (
    reason === 'breakpoint' &&
    vscode.workspace.getConfiguration('debug').get('openDebug') === 'openOnDebugBreak'
  );
}

interface Message {
  readonly type?: string;
  readonly event?: string;
  readonly body?: { readonly reason?: string };
}

/** Once in a window, where the user has left it to VS Code to open the view at a breakpoint. The keyboard stays where it is. */
export function showFirstStop(): vscode.Disposable {
  const watch = vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
    createDebugAdapterTracker: () => ({
      onDidSendMessage({ type, event, body }: Message) {
        if (type !== 'event' || event !== 'stopped') return;
        if (opensTheView(body?.reason))
          void vscode.commands.executeCommand(SHOW_CALL_STACK, { preserveFocus: true });
        watch.dispose();
      },
    }),
  });
  return watch;
}
