/** Commands, and where they appear. */

import { IN_SESSION as inSession } from './debugger.ts';
import { CONFIG_LANGUAGE } from './languages.ts';
import { COMMANDS, VIEW_COMMANDS, VIEWS } from './names.ts';
import { text } from './text.ts';

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
    title: text('command.newGuest', 'New Guest Kernel…'),
    category,
    icon: '$(new-folder)',
  },
  {
    command: COMMANDS.firstSteps,
    title: text('command.firstSteps', 'First Steps: Debug Your First Kernel'),
    category,
    icon: '$(book)',
  },
  {
    command: COMMANDS.restartRebuilt,
    title: text('command.restartRebuilt', 'Restart with the Rebuilt Kernel'),
    category,
    icon: '$(debug-restart)',
  },
  {
    command: COMMANDS.runConfig,
    title: text('command.runConfig', 'Run Guest of This Configuration'),
    shortTitle: text('command.runConfig.short', 'Run Guest'),
    category,
    icon: '$(run)',
  },
  {
    command: COMMANDS.debugConfig,
    title: text('command.debugConfig', 'Debug Guest of This Configuration'),
    shortTitle: text('command.debugConfig.short', 'Debug Guest'),
    category,
    icon: '$(debug-alt)',
  },
  { command: COMMANDS.showLog, title: text('command.showLog', 'Show Log'), category, icon: '$(output)' },
  {
    command: COMMANDS.sendCtrlAltDel,
    title: text('command.sendCtrlAltDel', 'Send Ctrl+Alt+Del to Guest'),
    category,
  },
  { command: COMMANDS.shutDownGuest, title: text('command.shutDownGuest', 'Shut Down Guest'), category },
  { command: COMMANDS.raiseNmi, title: text('command.raiseNmi', 'Raise NMI'), category },
  { command: COMMANDS.startProfile, title: text('command.startProfile', 'Start Profile'), category },
  { command: COMMANDS.stopProfile, title: text('command.stopProfile', 'Stop Profile and Show It'), category },
  {
    command: COMMANDS.savePackets,
    title: text('command.savePackets', 'Save Packets as pcapng…'),
    category,
    icon: '$(save)',
  },
  {
    command: COMMANDS.openSwitches,
    title: text('command.openSwitches', 'Open Switches as Document'),
    category,
    icon: '$(go-to-file)',
  },
  {
    command: COMMANDS.openTransitions,
    title: text('command.openTransitions', 'Open Transitions between Rings as Document'),
    category,
    icon: '$(go-to-file)',
  },
  { command: COMMANDS.openKernelLog, title: text('command.openKernelLog', 'Open Kernel Log'), category },
  {
    command: VIEW_COMMANDS.revealInMemory,
    title: text('command.revealInMemory', 'Show in Memory View'),
    category,
    icon: '$(file-binary)',
  },
  {
    command: VIEW_COMMANDS.revealInAddressSpace,
    title: text('command.revealInAddressSpace', 'Walk Page Tables'),
    category,
    icon: '$(table)',
  },
];

const inConfig = `editorLangId == ${CONFIG_LANGUAGE}`;
const ofConfig = `resourceLangId == ${CONFIG_LANGUAGE}`;

export const menus = {
  commandPalette: [
    { command: COMMANDS.showConsole, when: 'colinux.hasConsole' },
    { command: COMMANDS.sendCtrlAltDel, when: `${inSession} && colinux.hasConsole` },
    { command: COMMANDS.shutDownGuest, when: `${inSession} && colinux.hasConsole` },
    { command: COMMANDS.raiseNmi, when: inSession },
    { command: COMMANDS.startProfile, when: `${inSession} && !colinux.profiling` },
    { command: COMMANDS.stopProfile, when: `${inSession} && colinux.profiling` },
    { command: COMMANDS.restartRebuilt, when: inSession },
    { command: COMMANDS.savePackets, when: inSession },
    { command: COMMANDS.openSwitches, when: inSession },
    { command: COMMANDS.openTransitions, when: inSession },
    { command: COMMANDS.openKernelLog, when: inSession },
    { command: VIEW_COMMANDS.revealInMemory, when: inSession },
    { command: VIEW_COMMANDS.revealInAddressSpace, when: inSession },
    { command: COMMANDS.runConfig, when: inConfig },
    { command: COMMANDS.debugConfig, when: inConfig },
  ],
  'view/title': (
    [
      [COMMANDS.savePackets, VIEWS.traffic],
      [COMMANDS.savePackets, VIEWS.devices],
      [COMMANDS.openSwitches, VIEWS.switches],
      [COMMANDS.openTransitions, VIEWS.rings],
    ] as const
  ).map(([command, view]) => ({ command, when: `view == ${view}`, group: 'navigation' })),
  'editor/title/run': [
    { command: COMMANDS.debugConfig, when: ofConfig, group: 'navigation@1' },
    { command: COMMANDS.runConfig, when: ofConfig, group: 'navigation@2' },
  ],
  'explorer/context': [
    { command: COMMANDS.debugConfig, when: ofConfig, group: '2_colinux@1' },
    { command: COMMANDS.runConfig, when: ofConfig, group: '2_colinux@2' },
  ],
  'debug/variables/context': Object.values(VIEW_COMMANDS).map((command) => ({
    command,
    when: `${inSession} && canViewMemory`,
    group: 'z_memory@1',
  })),
  'debug/toolBar': [
    { command: COMMANDS.showConsole, when: `${inSession} && colinux.hasConsole`, group: 'navigation@90' },
  ],
};
