/** The views of the machine, and the commands that lead to them. */
import * as vscode from 'vscode';
import { MachineTree } from './machine-tree.ts';
import { RecordDocuments } from './record-documents.ts';
import { savePackets } from './save-packets.ts';
import type { MachineSelection } from './selection.ts';
import { fetchDevices, fetchKernels } from './trees.ts';
import { MachineWebview, type ViewAbout } from './webview.ts';
import type { Commands } from '../commands.ts';
import { COMMANDS, VIEWS, VIEW_COMMANDS } from '../contributes/names.ts';

const PAGES = {
  addressSpace: {
    id: VIEWS.addressSpace,
    bundle: 'address-space',
    requests: ['colinux/packedMappings', 'colinux/pageWalk', 'colinux/reverseMap', 'evaluate'],
  },
  memory: {
    id: VIEWS.memory,
    bundle: 'memory',
    requests: ['colinux/packedMappings', 'colinux/pageWalk', 'evaluate', 'readMemory', 'writeMemory'],
  },
  processor: {
    id: VIEWS.processor,
    bundle: 'processor',
    requests: [
      'colinux/descriptors',
      'colinux/setDescriptor',
      'colinux/setTaskField',
      'colinux/taskState',
      'evaluate',
      'scopes',
      'setVariable',
      'stackTrace',
      'variables',
    ],
  },
  rings: { id: VIEWS.rings, bundle: 'rings', requests: ['colinux/taskState', 'colinux/transitions'] },
  switches: { id: VIEWS.switches, bundle: 'switches', requests: ['colinux/switches'] },
  traffic: { id: VIEWS.traffic, bundle: 'traffic', requests: ['colinux/traffic'] },
} as const satisfies Record<string, ViewAbout>;

/** An address that a command is given: a memory reference, or what VS Code's menus of variables pass. */
function referenceOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  const { variable } = (argument ?? {}) as { variable?: { memoryReference?: unknown } };
  return typeof variable?.memoryReference === 'string' ? variable.memoryReference : undefined;
}

/** Registers all views; they end with the returned disposable. */
export function registerViews(
  extension: vscode.Uri,
  selection: MachineSelection,
  commands: Commands,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const create = (about: ViewAbout) => new MachineWebview(about, extension, selection, log);
  const [memory, addressSpace] = [create(PAGES.memory), create(PAGES.addressSpace)];
  const reveal = (command: string, view: MachineWebview) =>
    commands.handle(command, async (argument: unknown) => {
      // Without a machine there is no such view.
      void selection.debugged;
      const reference = referenceOf(argument);
      if (reference === undefined) await vscode.commands.executeCommand(`${view.about.id}.focus`);
      else await view.reveal(reference);
    });
  return vscode.Disposable.from(
    ...[
      memory,
      addressSpace,
      ...[PAGES.processor, PAGES.rings, PAGES.switches, PAGES.traffic].map(create),
    ].map((view) => vscode.window.registerWebviewViewProvider(view.about.id, view)),
    new RecordDocuments(selection, commands),
    commands.handle(COMMANDS.savePackets, () => savePackets(selection.debugged)),
    new MachineTree(VIEWS.kernels, selection, fetchKernels),
    new MachineTree(VIEWS.devices, selection, fetchDevices),
    reveal(VIEW_COMMANDS.revealInMemory, memory),
    reveal(VIEW_COMMANDS.revealInAddressSpace, addressSpace),
  );
}
