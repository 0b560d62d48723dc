/** The status bar item: what the machine of the active session is doing. It shows while a session runs. */

import * as vscode from 'vscode';
import { asStatusEvent, EVENTS, type StatusEvent } from '../protocol.ts';
import { statusText } from './text.ts';
import { COMMANDS, DEBUG_TYPE } from '../contributes/names.ts';

const t = vscode.l10n.t;

/** Creates the item; it ends with the returned disposable. */
export function createStatusBar(): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('colinux.status', vscode.StatusBarAlignment.Left, 50);
  item.name = t('coLinux machine');
  item.command = COMMANDS.showConsole;
  const sessions = new Map<string, StatusEvent | undefined>();

  const update = () => {
    const active = vscode.debug.activeDebugSession?.id;
    const id = active !== undefined && sessions.has(active) ? active : [...sessions.keys()].pop();
    if (id === undefined) {
      item.hide();
      return;
    }
    const status = sessions.get(id);
    if (status) {
      const { text, tooltip, spoken } = statusText(status, t, vscode.env.language);
      item.text = text;
      item.tooltip = tooltip;
      item.accessibilityInformation = { label: spoken };
    } else {
      item.text = `$(vm) ${t('coLinux: starting')}`;
      item.tooltip = t('coLinux machine: the kernel is being loaded.');
    }
    item.show();
  };

  return vscode.Disposable.from(
    item,
    vscode.debug.onDidStartDebugSession((session) => {
      if (session.type !== DEBUG_TYPE) return;
      if (!sessions.has(session.id)) sessions.set(session.id, undefined);
      update();
    }),
    vscode.debug.onDidTerminateDebugSession((session) => {
      if (sessions.delete(session.id)) update();
    }),
    vscode.debug.onDidChangeActiveDebugSession(update),
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (session.type !== DEBUG_TYPE || event !== EVENTS.status) return;
      const status = asStatusEvent(body);
      if (!status) return;
      sessions.set(session.id, status);
      update();
    }),
  );
}
