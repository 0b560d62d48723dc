/*
 * The numbers of the cooperative ABI: the TypeScript mirror of kernels/include/colinux/abi.h and console.h, which are
 * the truth. Names are those of the C headers. Layouts are in layouts.ts, decoders in decode.ts and console.ts.
 */

export const CO_ABI_VERSION = 14;

export const CO_ARCH_KERNEL_OFFSET = 0xc0000000;
export const CO_VPTR_PASSAGE_PAGE = 0xfeaff000;
export const CO_VPTR_IO_AREA_START = 0xfea00000;
export const CO_VPTR_IO_AREA_SIZE = 0x10000;

/** The host announces a passage page here: physical address | monitor << 4 | created or withdrawn. */
export const CO_ANNOUNCE_PORT = 0x0c0c;
export const CO_ANNOUNCE_CREATED = 0;
export const CO_ANNOUNCE_WITHDRAWN = 1;
export const CO_MAX_MONITORS = 64;

/** On a wire that several guests share, the module number of a guest carries its monitor number in the upper half. */
export const CO_WIRE_MONITOR_SHIFT = 16;
export const CO_WIRE_MODULE_MASK = 0xffff;

export const CO_PASSAGE_CODE_SIZE = 0x260;
export const CO_PASSAGE_PARAMS = 0x100;
export const CO_EMERGENCY_CODE_SIZE = 0x98;
export const CO_EMERGENCY_STACK_SIZE = 0x180;
export const CO_UNSUPPORTED = 0xffffffff;
export const CO_COMMAND_LINE_SIZE = 256;
export const CO_TERMINATE_TEXT_SIZE = 256;

/** ELF note by which an image says that it is a guest. */
export const CO_NOTE_OWNER = 'coLinux';
export const CO_NOTE_TYPE = 1;
export const CO_NOTE_PAGED_ENTRY = 1;

/** Size of the text screen, when nobody asks for another. */
export const CO_CONSOLE_COLUMNS = 80;
export const CO_CONSOLE_ROWS = 25;
export const CO_CONSOLE_ATTRIBUTE = 0x07;
export const CO_CONSOLE_SCROLLBACK = 500;
export const CO_CONSOLE_COLUMNS_MIN = 16;
export const CO_CONSOLE_ROWS_MIN = 2;
/** Of columns, rows and rows of scrollback. */
export const CO_CONSOLE_MAX = 500;
/** Positions of the mouse are parts of this. */
export const CO_MOUSE_RANGE = 2048;

/** `enum co_operation` */
export const coOperation = {
  EMPTY: 0,
  START: 1,
  IDLE: 2,
  TERMINATE: 3,
  MESSAGE_TO_MONITOR: 4,
  MESSAGE_FROM_MONITOR: 5,
  FORWARD_INTERRUPT: 6,
  DEVICE: 7,
  GET_TIME: 8,
  DEBUG_LINE: 9,
  GET_HIGH_PREC_TIME: 10,
  TRACE_POINT: 11,
  FREE_PAGES: 12,
  ALLOC_PAGES: 13,
  PRINTK: 14,
  GETPP: 15,
} as const;

/** `enum co_terminate_reason` */
export const coTerminateReason = {
  END: 0,
  REBOOT: 1,
  POWEROFF: 2,
  PANIC: 3,
  HALT: 4,
  FORCED_OFF: 5,
  FORCED_END: 6,
  INVALID_OPERATION: 7,
  STACK_OVERFLOW: 8,
  BUG: 9,
  VMXE: 10,
  DOUBLE_FAULT: 11,
  NMI: 12,
} as const;

/** `enum co_monitor_state` */
export const coMonitorState = { EMPTY: 0, INITIALIZED: 1, STARTED: 2, RUNNING: 3, TERMINATED: 4 } as const;

/** `enum co_module`: devices with several units own a run of numbers that begins here. */
export const coModule = {
  LINUX: 0,
  MONITOR: 1,
  DAEMON: 2,
  IDLE: 3,
  KERNEL_SWITCH: 4,
  USER_SWITCH: 5,
  CONSOLE: 6,
  PRINTK: 7,
  CONET0: 8,
  COBD0: 24,
  COFS0: 56,
  SERIAL0: 88,
  COSCSI0: 120,
  COVIDEO0: 152,
  COAUDIO0: 154,
  MAX: 156,
} as const;

/** `enum co_message_priority` */
export const coPriority = { DISCARDABLE: 0, IMPORTANT: 1 } as const;

/** `enum co_message_type` */
export const coMessageType = { STRING: 0, OTHER: 1 } as const;

/** `enum co_device` */
export const coDevice = {
  BLOCK: 0,
  CONSOLE: 1,
  KEYBOARD: 2,
  NETWORK: 3,
  TIMER: 4,
  POWER: 5,
  SERIAL: 6,
  FILESYSTEM: 7,
  MOUSE: 8,
  SCSI: 9,
  VIDEO: 10,
  AUDIO: 11,
  PCI: 12,
  TOTAL: 13,
} as const;

/** `enum co_virtual_irq` */
export const coVirtualIrq = {
  TIMER: 0,
  KEYBOARD: 1,
  SERIAL: 3,
  SOUND: 5,
  POWER: 9,
  NETWORK: 10,
  SCSI: 11,
  MOUSE: 12,
  BLOCKDEV: 15,
} as const;

/** `enum co_console_operation` */
export const coConsoleOperation = {
  STARTUP: 0,
  INIT: 1,
  DEINIT: 2,
  CLEAR: 3,
  PUTC: 4,
  PUTCS: 5,
  CURSOR_DRAW: 6,
  CURSOR_ERASE: 7,
  CURSOR_MOVE: 8,
  SCROLL_UP: 9,
  SCROLL_DOWN: 10,
  BMOVE: 11,
  SWITCH: 12,
  BLANK: 13,
  FONT: 14,
  PALETTE: 15,
  SCROLLDELTA: 16,
  SET_ORIGIN: 17,
  SAVE_SCREEN: 18,
  INVERT_REGION: 19,
  CONFIG: 20,
  INIT_SCROLLBUFFER: 21,
  MOUSE: 22,
} as const;

/** `enum co_keyboard_mode` */
export const coKeyboardMode = { RAW: 0, ASCII: 1 } as const;

/** `enum co_power_type` */
export const coPowerType = { CTRL_ALT_DEL: 0, SHUTDOWN: 1, OFF: 2 } as const;

/** The name of a number in one of the tables above, or the number as text: `nameOf(coOperation, 2)` is `IDLE`. */
export function nameOf(table: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(table).find((name) => table[name] === value) ?? String(value);
}

const moduleUnits = [
  ['CONET', coModule.CONET0],
  ['COBD', coModule.COBD0],
  ['COFS', coModule.COFS0],
  ['SERIAL', coModule.SERIAL0],
  ['COSCSI', coModule.COSCSI0],
  ['COVIDEO', coModule.COVIDEO0],
  ['COAUDIO', coModule.COAUDIO0],
  ['', coModule.MAX],
] as const;

/** The name of a module with its unit: `CONSOLE`, `COBD3`. */
export function moduleName(module: number): string {
  if (module < coModule.CONET0 || module >= coModule.MAX) return nameOf(coModule, module);
  const next = moduleUnits.findIndex(([, first]) => first > module);
  const [name, first] = moduleUnits[next - 1]!;
  return `${name}${String(module - first)}`;
}
