/** Runs the debug adapter inside the extension: no process, so it is the same on the desktop and in a browser. */

import * as vscode from 'vscode';
import { type AttachOptions, LOOPBACK } from '../launch/options.ts';
import { createAdapterHost, type Surroundings } from './host.ts';

const t = vscode.l10n.t;

/** What a configuration says of a machine that runs already. */
type Connection = vscode.DebugConfiguration & AttachOptions;

/** The factory for debug type `colinux`. */
export function adapterFactory(surroundings: Surroundings): vscode.DebugAdapterDescriptorFactory {
  return {
    createDebugAdapterDescriptor: async (session) => {
      if (!vscode.workspace.isTrusted) {
        throw new Error(
          t('This workspace is not trusted: no kernel of it is run. Trust the workspace and try again.'),
        );
      }
      const { request, host: computer, port } = session.configuration as Connection;
      if (request === 'attach') {
        const there = computer ?? LOOPBACK;
        if ((await surroundings.platform.reaches?.(there, port)) === false)
          throw new Error(
            t(
              'Nothing answers at {0}, port {1}: is a machine running there, started with "colinux daemon @FILE --dap {1}"?',
              there,
              port,
            ),
          );
        return new vscode.DebugAdapterServer(port, there);
      }
      const host = createAdapterHost(surroundings, session.workspaceFolder);
      return new vscode.DebugAdapterInlineImplementation(await surroundings.adapter.createSession(host));
    },
  };
}

/** With the log at level "trace", every message between VS Code and the adapter is in it. */
export function adapterTracker(log: vscode.LogOutputChannel): vscode.DebugAdapterTrackerFactory {
  return {
    createDebugAdapterTracker: (session) => {
      const { request, kernel, config, port } = session.configuration;
      log.info(`session "${session.name}" starts: ${request} ${String(kernel ?? config ?? port)}`);
      const trace = (direction: string, message: unknown) => {
        if (log.logLevel === vscode.LogLevel.Trace) log.trace(`${direction} ${JSON.stringify(message)}`);
      };
      return {
        onWillReceiveMessage: (message: unknown) => trace('→', message),
        onDidSendMessage: (message: unknown) => trace('←', message),
        onError: (error) => log.error(error),
        onExit: (code) => log.info(`session "${session.name}" ends${code === undefined ? '' : ` (${code})`}`),
      };
    },
  };
}
