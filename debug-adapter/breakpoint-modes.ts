/** Kinds of addresses that a client may choose for a breakpoint (DAP `breakpointModes`). */
import type { DebugProtocol } from '@vscode/debugprotocol';

export const PHYSICAL_MODE = 'physical';

export const breakpointModes: DebugProtocol.BreakpointMode[] = [
  {
    mode: 'linear',
    label: 'Linear address',
    description: 'In the address space of the coroutine it belongs to: what a kernel calls virtual.',
    appliesTo: ['instruction', 'data'],
  },
  {
    mode: PHYSICAL_MODE,
    label: 'Physical address',
    description: 'In RAM, at whatever linear addresses and in whatever address spaces it is mapped.',
    appliesTo: ['instruction', 'data'],
  },
];
