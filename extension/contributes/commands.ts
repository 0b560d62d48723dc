/** Commands, and where they appear. */

import { DEBUG_TYPE } from './debugger.ts';
import { text } from './text.ts';

/** Identifiers, for package.json and for `registerCommand`. */
export const COMMANDS = {
  showConsole: 'colinux.showConsole',
  showLog: 'colinux.showLog',
  newGuest: 'colinux.newGuest',
} as const;

const category = text('command.category', 'coLinux');

export const commands = [
  {
    command: COMMANDS.showConsole,
    title: text('command.showConsole', 'Show Console'),
    category,
    icon: '$(terminal)',
  },
  {
    command: COMMANDS.newGuest,
    title: text('command.newGuest', 'New guest kernel…'),
    category,
    icon: '$(new-folder)',
  },
  { command: COMMANDS.showLog, title: text('command.showLog', 'Show Log'), category, icon: '$(output)' },
];

const inSession = `inDebugMode && debugType == ${DEBUG_TYPE}`;

export const menus = {
  commandPalette: [{ command: COMMANDS.showConsole, when: 'colinux.hasConsole' }],
  'debug/toolBar': [
    { command: COMMANDS.showConsole, when: `${inSession} && colinux.hasConsole`, group: 'navigation@90' },
  ],
};
