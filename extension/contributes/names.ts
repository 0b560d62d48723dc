/** Identifiers that package.json and the extension share: nothing else is here, so that activation reads no more. */

/** The debug type. */
export const DEBUG_TYPE = 'colinux';
/** The type of our tasks. */
export const TASK_TYPE = 'colinux';

/** Commands. */
export const COMMANDS = {
  showConsole: 'colinux.showConsole',
  showLog: 'colinux.showLog',
  sendCtrlAltDel: 'colinux.sendCtrlAltDel',
  shutDownGuest: 'colinux.shutDownGuest',
  raiseNmi: 'colinux.raiseNmi',
  startProfile: 'colinux.startProfile',
  stopProfile: 'colinux.stopProfile',
  newGuest: 'colinux.newGuest',
  /** Of a code lens: a file and a line from 0 on. */
  runToHere: 'colinux.runToHere',
  firstSteps: 'colinux.firstSteps',
  savePackets: 'colinux.savePackets',
  openSwitches: 'colinux.openSwitches',
  openTransitions: 'colinux.openTransitions',
  /** Of a kernel: its thread. */
  openKernelLog: 'colinux.openKernelLog',
  restartRebuilt: 'colinux.restartRebuilt',
  runConfig: 'colinux.runConfig',
  debugConfig: 'colinux.debugConfig',
} as const;

/** Identifiers of the views, for package.json and for the providers. */
export const VIEWS = {
  addressSpace: 'colinux.addressSpace',
  rings: 'colinux.rings',
  switches: 'colinux.switches',
  traffic: 'colinux.traffic',
  processor: 'colinux.processor',
  memory: 'colinux.memory',
  kernels: 'colinux.kernels',
  devices: 'colinux.devices',
} as const;

/** Commands of views; they take a memory reference. */
export const VIEW_COMMANDS = {
  revealInMemory: 'colinux.revealInMemory',
  revealInAddressSpace: 'colinux.revealInAddressSpace',
} as const;
