/** Views of the machine: containers of the panel for what needs room, trees of the debug side bar for the rest. */
import { IN_SESSION } from './debugger.ts';
import { VIEWS } from './names.ts';
import { text } from './text.ts';

/** Views in the panel: each is a tab of its own, so that it has the whole width. Names are short: all tabs have room in a window of 1280 pixels. */
const panel = [
  { id: VIEWS.addressSpace, key: 'addressSpace', name: 'Paging', icon: 'table' },
  { id: VIEWS.rings, key: 'rings', name: 'Rings', icon: 'target' },
  { id: VIEWS.switches, key: 'switches', name: 'Switches', icon: 'arrow-swap' },
  { id: VIEWS.processor, key: 'processor', name: 'CPU', icon: 'chip' },
  { id: VIEWS.memory, key: 'memory', name: 'Memory', icon: 'file-binary' },
  { id: VIEWS.traffic, key: 'traffic', name: 'Traffic', icon: 'pulse' },
].map(({ key, name, ...view }) => ({ ...view, key, title: text(`view.${key}`, name) }));

export const viewsContainers = {
  panel: panel.map(({ key, title, icon }) => ({ id: `colinux-${key}`, title, icon: `$(${icon})` })),
};

/** Trees of the debug side bar, closed at first: call stack and variables need the room. */
const sideBar = [
  { id: VIEWS.kernels, name: text('view.kernels', 'Kernels and Tasks'), icon: '$(vm)' },
  { id: VIEWS.devices, name: text('view.devices', 'Devices'), icon: '$(circuit-board)' },
].map((view) => ({ ...view, when: IN_SESSION, visibility: 'collapsed', contextualTitle: view.name }));

export const views = {
  debug: sideBar,
  ...Object.fromEntries(
    panel.map(({ id, key, title, icon }) => [
      `colinux-${key}`,
      [{ id, name: title, type: 'webview', icon: `$(${icon})`, when: IN_SESSION, contextualTitle: title }],
    ]),
  ),
};
