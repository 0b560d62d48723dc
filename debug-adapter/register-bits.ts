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

/** Two bits of a register that are one number. */
export interface Field {
  /** The lower one. */
  readonly bit: number;
  readonly name: string;
  readonly meaning: string;
  /** What is written for each of the four numbers. */
  readonly values: readonly string[];
}

export const EFLAGS_FIELDS: readonly Field[] = [
  { bit: 12, name: 'IOPL', meaning: 'I/O privilege level', values: ['0', '1', '2', '3'] },
];

/** The number that a field has in the value of its register. */
export const fieldOf = (value: number, { bit }: Field): number => (value >>> bit) & 3;

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

/** Executed, written, used as a port (with CR4.DE), read or written (SDM vol. 3B, 17.2.4). */
const ACCESSES = ['x', 'w', 'io', 'rw'];
const LENGTHS = ['1', '2', '8', '4'];

const fieldsOf = (n: number, access: string, length: string): Field[] => [
  { bit: 16 + n * 4, name: `R/W${n}`, meaning: access, values: ACCESSES },
  { bit: 18 + n * 4, name: `LEN${n}`, meaning: length, values: LENGTHS },
];

/** Of each breakpoint its access and its length, from breakpoint 0 on. */
export const DR7_FIELDS: readonly Field[] = [
  ...fieldsOf(0, 'accesses that meet breakpoint 0', 'bytes of breakpoint 0'),
  ...fieldsOf(1, 'accesses that meet breakpoint 1', 'bytes of breakpoint 1'),
  ...fieldsOf(2, 'accesses that meet breakpoint 2', 'bytes of breakpoint 2'),
  ...fieldsOf(3, 'accesses that meet breakpoint 3', 'bytes of breakpoint 3'),
];

export const EFER_BITS: BitTable = [
  [0, 'SCE', 'SYSCALL'],
  [8, 'LME', 'long mode enabled'],
  [10, 'LMA', 'long mode active'],
  [11, 'NXE', 'pages may forbid execution'],
];
