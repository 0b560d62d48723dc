/** The requests `colinux/…`, which any client may send (docs/protocol.md): consoles, power, NMI, and what tests look at. */
import { coPowerType } from '../../core/abi/abi.ts';
import { AdapterError } from '../errors.ts';
import type { Handlers } from './handler.ts';

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

function word(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new AdapterError('bad-request', `The request needs "${name}" as a string.`);
}

function cells(value: number, name: string): number {
  if (Number.isInteger(value) && value >= 1 && value <= MAX_TERMINAL_CELLS) return value;
  throw new AdapterError(
    'bad-request',
    `The request needs "${name}" as a whole number from 1 to ${MAX_TERMINAL_CELLS}.`,
  );
}

export const custom = {
  'colinux/consoleAttach': ({ terminals }, { terminal }) => ({
    data: terminals.redraw(word(terminal, 'terminal')),
  }),

  'colinux/consoleInput'({ terminals }, { terminal, data }) {
    terminals.input(word(terminal, 'terminal'), word(data, 'data'));
  },

  'colinux/consoleResize'({ terminals }, { terminal, columns, rows }) {
    terminals.resize(word(terminal, 'terminal'), cells(columns, 'columns'), cells(rows, 'rows'));
  },

  'colinux/power'({ terminals }, { terminal, action }) {
    terminals.power(word(terminal, 'terminal'), powerType(word(action, 'action')));
  },

  async 'colinux/nmi'(context) {
    await context.machine().request('nmi', {});
  },

  'colinux/switches': (context) => context.machine().request('switches', { most: 4096 }),

  'colinux/stateHash': (context) => context.machine().request('hash', {}),
} satisfies Handlers;
