/** Tasks that run a kernel headless: the terminal of the task is its serial port, and problem matchers read it. */

import * as vscode from 'vscode';
import { createAdapterHost, type Surroundings } from '../adapter/host.ts';
import { RUN_MATCHERS } from '../contributes/problem-matchers.ts';
import { locateOptions } from '../launch/locate.ts';
import { HeadlessRun } from './headless-run.ts';
import type { MakeDefinition } from './make.ts';

const t = vscode.l10n.t;

/** The terminal reads the last lines for problems some time after they were written, but not once it is closed. */
const LAST_LINES_MS = 300;

export function runTaskOf(
  definition: MakeDefinition,
  workspace: vscode.WorkspaceFolder,
  surroundings: Surroundings,
): vscode.Task {
  const { kernel, config } = definition;
  const execution = new vscode.CustomExecution((resolved) =>
    Promise.resolve(terminalOf(resolved as MakeDefinition, workspace, surroundings)),
  );
  const name = t('run {0}', config ?? kernel ?? '');
  const task = new vscode.Task(definition, workspace, name, 'colinux', execution, RUN_MATCHERS);
  task.detail = t('on the emulated PC, without a debugger');
  task.presentationOptions = { clear: true };
  return task;
}

function terminalOf(
  { kernel, config, cmdline, memory }: MakeDefinition,
  workspace: vscode.WorkspaceFolder,
  surroundings: Surroundings,
): vscode.Pseudoterminal {
  const written = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<number>();
  let run: HeadlessRun | undefined;
  const start = async () => {
    const host = createAdapterHost(surroundings, workspace);
    run = new HeadlessRun(await surroundings.adapter.createSession(host), {
      output: (text) => written.fire(text),
      end: (status) => setTimeout(() => closed.fire(status), LAST_LINES_MS),
    });
    const options = Object.entries({ kernel, config, cmdline, memory });
    const given = Object.fromEntries(options.filter(([, value]) => value !== undefined));
    run.start(locateOptions(given, workspace.uri));
  };
  return {
    onDidWrite: written.event,
    onDidClose: closed.event,
    open: () =>
      void start().catch((error: unknown) => {
        written.fire(`${error instanceof Error ? error.message : String(error)}\r\n`);
        closed.fire(1);
      }),
    handleInput: (data) => run?.type(data),
    close: () => run?.dispose(),
  };
}
