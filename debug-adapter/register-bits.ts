/** Bits of system registers: number, name, and what it means when it is set (SDM vol. 1, 3.4.3; vol. 3A, 2.5 and 17.2; vol. 4). */

export type BitTable = readonly (readonly [bit: number, name: string, meaning: string])[];

export const EFLAGS_BITS: BitTable = [
  [0, 'CF', 'carry'],
  [2, 'PF', 'parity of the low byte is even'],
  [4, 'AF', 'carry out of bit 3'],
  [6, 'ZF', 'zero'],
  [7, 'SF', 'sign'],
  [8, 'TF', 'trap: debug exception after each instruction'],
  [9, 'IF', 'maskable interrupts are delivered'],
  [10, 'DF', 'string instructions go down'],
  [11, 'OF', 'overflow'],
  [14, 'NT', 'nested task: IRET switches tasks'],
  [16, 'RF', 'resume: no breakpoint at the next instruction'],
  [17, 'VM', 'virtual-8086 mode'],
  [18, 'AC', 'alignment is checked in ring 3'],
  [19, 'VIF', 'virtual interrupt flag'],
  [20, 'VIP', 'virtual interrupt pending'],
  [21, 'ID', 'can be changed where CPUID exists'],
];

/** EFLAGS.IOPL: its lowest bit, and how many it has. */
export const IOPL = { bit: 12, width: 2 } as const;

export const CR0_BITS: BitTable = [
  [0, 'PE', 'protected mode'],
  [1, 'MP', 'WAIT heeds TS'],
  [2, 'EM', 'no x87: its instructions fault'],
  [3, 'TS', 'task switched: the next x87 or SSE instruction faults'],
  [4, 'ET', 'extension type, always 1'],
  [5, 'NE', 'x87 errors are exceptions, not interrupts'],
  [16, 'WP', 'ring 0 heeds read-only pages'],
  [18, 'AM', 'EFLAGS.AC counts'],
  [29, 'NW', 'not write-through'],
  [30, 'CD', 'caches are disabled'],
  [31, 'PG', 'paging'],
];

export const CR4_BITS: BitTable = [
  [0, 'VME', 'virtual-8086 extensions'],
  [1, 'PVI', 'virtual interrupts in protected mode'],
  [2, 'TSD', 'RDTSC only in ring 0'],
  [3, 'DE', 'debug extensions: I/O breakpoints'],
  [4, 'PSE', '4 MiB pages'],
  [5, 'PAE', '36-bit physical addresses, three levels of tables'],
  [6, 'MCE', 'machine checks'],
  [7, 'PGE', 'global pages'],
  [8, 'PCE', 'RDPMC in every ring'],
  [9, 'OSFXSR', 'FXSAVE and SSE'],
  [10, 'OSXMMEXCPT', 'SSE exceptions'],
];

export const DR6_BITS: BitTable = [
  [0, 'B0', 'breakpoint 0 was met'],
  [1, 'B1', 'breakpoint 1 was met'],
  [2, 'B2', 'breakpoint 2 was met'],
  [3, 'B3', 'breakpoint 3 was met'],
  [13, 'BD', 'the next instruction uses a debug register'],
  [14, 'BS', 'single step'],
  [15, 'BT', 'task switch with the T bit'],
];

export const DR7_BITS: BitTable = [
  [0, 'L0', 'breakpoint 0 until the next task switch'],
  [1, 'G0', 'breakpoint 0'],
  [2, 'L1', 'breakpoint 1 until the next task switch'],
  [3, 'G1', 'breakpoint 1'],
  [4, 'L2', 'breakpoint 2 until the next task switch'],
  [5, 'G2', 'breakpoint 2'],
  [6, 'L3', 'breakpoint 3 until the next task switch'],
  [7, 'G3', 'breakpoint 3'],
  [8, 'LE', 'exact data breakpoints until the next task switch'],
  [9, 'GE', 'exact data breakpoints'],
  [13, 'GD', 'uses of debug registers are exceptions'],
];

export const EFER_BITS: BitTable = [
  [0, 'SCE', 'SYSCALL'],
  [8, 'LME', 'long mode enabled'],
  [10, 'LMA', 'long mode active'],
  [11, 'NXE', 'pages may forbid execution'],
];
