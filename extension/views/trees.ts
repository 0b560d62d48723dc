/** The trees "Devices" and "Kernels" of the debug side bar. */
import * as vscode from 'vscode';
import type { CustomRequests, KernelBody, TaskBody } from '../../debug-adapter/custom-protocol.ts';
import type { DeviceNode } from '../../debug-adapter/devices/device-nodes.ts';
import { numbersIn } from './number-text.ts';
import type { TreeNode } from './machine-tree.ts';
import { COMMANDS } from '../contributes/names.ts';

const t = vscode.l10n.t;
const { bytes } = numbersIn(vscode.env.language);

function deviceNode({ name, value, problem, children }: DeviceNode): TreeNode {
  return {
    label: name,
    ...(value !== undefined && { description: value, tooltip: `${name} = ${value}` }),
    ...(problem !== undefined && {
      tooltip: problem,
      icon: new vscode.ThemeIcon('error', new vscode.ThemeColor('errorForeground')),
    }),
    ...(children && children.length > 0 && { children: children.map(deviceNode) }),
  };
}

/** Every device with its registers, queues and buffers. */
export async function fetchDevices(session: vscode.DebugSession): Promise<readonly TreeNode[]> {
  const { devices } = (await session.customRequest(
    'colinux/devices',
  )) as CustomRequests['colinux/devices']['body'];
  return devices.map(deviceNode);
}

function taskNode({ name, id, state, waitsFor, current, ofKernel }: TaskBody): TreeNode {
  const waits = waitsFor === undefined ? state : t('{0}, waits for {1}', state, waitsFor);
  return {
    label: ofKernel ? `[${name}]` : name,
    description: `${String(id)} · ${waits}`,
    icon: new vscode.ThemeIcon(current ? 'debug-stackframe-active' : 'circle-outline'),
  };
}

/** What is known of a kernel as a whole. */
function stateNodes({ memory, hasLog, threadId }: KernelBody): TreeNode[] {
  const log: TreeNode = {
    label: t('Kernel log'),
    icon: new vscode.ThemeIcon('output'),
    command: { command: COMMANDS.openKernelLog, title: t('Kernel log'), arguments: [threadId] },
  };
  return [
    ...(memory
      ? [
          {
            label: t('Memory'),
            description: t('{0} of {1} free', bytes(memory.free), bytes(memory.total)),
            icon: new vscode.ThemeIcon('database'),
          },
        ]
      : []),
    ...(hasLog ? [log] : []),
  ];
}

/** The kernels, who has the CPU, and the tasks of those that are known. */
export async function fetchKernels(session: vscode.DebugSession): Promise<readonly TreeNode[]> {
  const { kernels, tasks } = (await session.customRequest(
    'colinux/tasks',
  )) as CustomRequests['colinux/tasks']['body'];
  return kernels.map((kernel) => {
    const { coroutine, name, current, operation } = kernel;
    const own = [
      ...stateNodes(kernel),
      ...tasks.filter((task) => task.coroutine === coroutine).map(taskNode),
    ];
    return {
      label: name,
      description: current ? t('has the CPU') : t('away since {0}', operation ?? '?'),
      icon: new vscode.ThemeIcon(current ? 'vm-running' : 'vm'),
      ...(own.length > 0 && { children: own, open: true }),
    };
  });
}
