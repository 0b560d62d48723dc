/**
 * Commands of the extension by name. VS Code has a dispatcher for each from the first moment (`start.ts`); what a command does is
 * told here by the part that does it, once that is loaded.
 */

import * as vscode from 'vscode';

type Handler = (...args: never[]) => unknown;

export class Commands {
  private readonly handlers = new Map<string, Handler>();

  /** @throws Error for a name that somebody has already: a mistake in the program */
  handle(name: string, handler: Handler): vscode.Disposable {
    if (this.handlers.has(name)) throw new Error(`two handlers of the command ${name}`);
    this.handlers.set(name, handler);
    return new vscode.Disposable(() => this.handlers.delete(name));
  }

  /** @throws Error for a name that nobody has: a mistake in the program */
  run(name: string, args: readonly unknown[]): unknown {
    const handler = this.handlers.get(name);
    if (!handler) throw new Error(`no handler of the command ${name}`);
    return handler(...(args as never[]));
  }
}
