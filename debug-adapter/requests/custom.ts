/** The requests `colinux/…`, which any client may send (docs/protocol.md): consoles, power, NMI, and what tests look at. */
import { coPowerType } from '../../core/abi/abi.ts';
import type { Handlers } from './handler.ts';

const POWER = {
  'ctrl-alt-del': coPowerType.CTRL_ALT_DEL,
  shutdown: coPowerType.SHUTDOWN,
  off: coPowerType.OFF,
};

export const custom = {
  'colinux/consoleAttach': ({ terminals }, { terminal }) => ({ data: terminals.redraw(terminal) }),

  'colinux/consoleInput'({ terminals }, { terminal, data }) {
    terminals.input(terminal, data);
  },

  'colinux/consoleResize'({ terminals }, { terminal, columns, rows }) {
    terminals.resize(terminal, columns, rows);
  },

  'colinux/power'({ terminals }, { terminal, action }) {
    terminals.power(terminal, POWER[action]);
  },

  async 'colinux/nmi'(context) {
    await context.machine().request('nmi', {});
  },

  'colinux/stateHash': (context) => context.machine().request('hash', {}),
} satisfies Handlers;
