/**
 * The requests `colinux/…`, which any client may send (docs/protocol.md): consoles, power, NMI, and what tests look at.
 */
import { coPowerType } from '../core/abi/abi.ts';
import type { Debuggee } from './debuggee.ts';
import { AdapterError } from './errors.ts';
import type { Terminals } from './terminals.ts';

const POWER: Readonly<Record<string, number>> = {
  'ctrl-alt-del': coPowerType.CTRL_ALT_DEL,
  shutdown: coPowerType.SHUTDOWN,
  off: coPowerType.OFF,
};

function powerType(action: string): number {
  const type = POWER[action];
  if (type === undefined) {
    const known = Object.keys(POWER).join(', ');
    throw new AdapterError('bad-request', `"action" is one of ${known}, but here it is "${action}".`);
  }
  return type;
}

/** Columns or rows of the largest terminal that anybody has. */
const MAX_TERMINAL_CELLS = 1000;

/**
 * @param machine the debuggee; an error when there is none
 * @returns the body of the answer
 * @throws AdapterError for a request that is none
 */
export async function answerCustomRequest(
  command: string,
  args: unknown,
  terminals: Terminals,
  machine: () => Debuggee,
): Promise<unknown> {
  const fields = (typeof args === 'object' && args !== null ? args : {}) as Record<string, unknown>;
  const word = (name: string): string => {
    const value = fields[name];
    if (typeof value !== 'string') {
      throw new AdapterError('bad-request', `The request ${command} needs "${name}" as a string.`);
    }
    return value;
  };
  const cells = (name: string): number => {
    const value = fields[name];
    if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > MAX_TERMINAL_CELLS)
      throw new AdapterError(
        'bad-request',
        `The request ${command} needs "${name}" as a whole number from 1 to ${MAX_TERMINAL_CELLS}.`,
      );
    return value as number;
  };
  switch (command) {
    case 'colinux/consoleResize':
      terminals.resize(word('terminal'), cells('columns'), cells('rows'));
      return undefined;
    case 'colinux/consoleAttach':
      return { data: terminals.redraw(word('terminal')) };
    case 'colinux/consoleInput':
      terminals.input(word('terminal'), word('data'));
      return undefined;
    case 'colinux/power':
      terminals.power(word('terminal'), powerType(word('action')));
      return undefined;
    case 'colinux/nmi':
      await machine().request('nmi', {});
      return undefined;
    case 'colinux/switches':
      return await machine().request('switches', { first: -4096, most: 4096 });
    case 'colinux/stateHash':
      return await machine().request('hash', {});
    default:
      throw new AdapterError('bad-request', `This adapter has no request "${command}".`);
  }
}
