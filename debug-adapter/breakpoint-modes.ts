/** Kinds of addresses that a client may choose for a breakpoint (DAP `breakpointModes`). */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { say, tell, type Translate } from '../core/sentences/say.ts';

export const PHYSICAL_MODE = 'physical';

const MODES = [
  {
    mode: 'linear',
    label: say`Linear address`,
    description: say`In the address space of the coroutine it belongs to: what a kernel calls virtual.`,
  },
  {
    mode: PHYSICAL_MODE,
    label: say`Physical address`,
    description: say`In RAM, at whatever linear addresses and in whatever address spaces it is mapped.`,
  },
];

export const breakpointModes = (translate: Translate): DebugProtocol.BreakpointMode[] =>
  MODES.map(({ mode, label, description }) => ({
    mode,
    label: tell(label, translate),
    description: tell(description, translate),
    appliesTo: ['instruction', 'data'],
  }));
