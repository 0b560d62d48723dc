/** The views of the machine, and the commands that lead to them. */
import * as vscode from 'vscode';
import { VIEWS } from '../contributes/views.ts';
import { MachineSelection } from './selection.ts';
import { MachineWebview, type ViewAbout } from './webview.ts';

const rings: ViewAbout = {
  id: VIEWS.rings,
  bundle: 'rings',
  requests: ['colinux/transitions', 'colinux/taskState'],
};
const switches: ViewAbout = { id: VIEWS.switches, bundle: 'switches', requests: ['colinux/switches'] };

/** Registers all views; they end with the returned disposable. */
export function registerViews(extension: vscode.Uri, log: vscode.LogOutputChannel): vscode.Disposable {
  const selection = new MachineSelection();
  const create = (about: ViewAbout) => new MachineWebview(about, extension, selection, log);
  const webview = (view: MachineWebview) => vscode.window.registerWebviewViewProvider(view.about.id, view);
  return vscode.Disposable.from(selection, ...[rings, switches].map((about) => webview(create(about))));
}
