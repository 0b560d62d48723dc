/**
 * The CPU's registers as the Variables view shows them: groups of named values, with the bits of flag registers spelled
 * out. Names are those of the manual in lower case (SDM vol. 1, section 3.4; vol. 3A, section 2.5).
 */
import type { CpuSnapshot } from '../core/protocol/machine-protocol.ts';
import type { CoState } from '../core/abi/decode.ts';
import {
  CR0_BITS,
  CR4_BITS,
  DR6_BITS,
  DR7_BITS,
  DR7_FIELDS,
  EFLAGS_BITS,
  type Field,
  fieldOf,
} from './register-bits.ts';
import { SCRATCH } from './symbols/constants.ts';
import type { Homes, Registers } from './symbols/location.ts';
import { say, type Sentence, tell, type Translate } from '../core/sentences/say.ts';

/** Bits by number and name. */
export type BitNames = readonly (readonly [number, string, ...string[]])[];

export interface RegisterRow {
  readonly name: string;
  readonly value: string;
  /** What is doubtful about it, or why it has none. */
  readonly note?: Sentence;
  /** For `memoryReference`; undefined when the value is no address. */
  readonly address?: number;
}

export interface RegisterGroup {
  /** One of `GROUPS`, or the name of a unit that is the same in every language. */
  readonly name: string;
  readonly rows: readonly RegisterRow[];
}

/** Translated where they are shown. */
export const GROUPS = {
  general: 'General',
  segments: 'Segments',
  control: 'Control',
  saved: 'Saved by the passage',
} as const;
export const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags'];

/** gdb's names for what every processor has. (Its `$fp` is what the debug information of a function counts from, not EBP.) */
const COMMON_NAMES: Readonly<Record<string, string>> = { pc: 'eip', sp: 'esp', ps: 'eflags' };

/** The register that somebody means. */
export const registerCalled = (name: string): string =>
  Object.hasOwn(COMMON_NAMES, name) ? COMMON_NAMES[name]! : name;
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'];

export const hex = (value: number, digits = 8): string =>
  '0x' + (value >>> 0).toString(16).padStart(digits, '0');

/** `55 89 e5` */
export const bytesText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

export const bits = (value: number, names: BitNames): string =>
  names
    .filter(([bit]) => ((value >>> bit) & 1) !== 0)
    .map(([, name]) => name)
    .join(' ');

export function eflagsText(value: number): string {
  const iopl = (value >>> 12) & 3;
  return `${hex(value)} [${bits(value, EFLAGS_BITS)}${iopl ? ` IOPL=${iopl}` : ''}]`;
}

export const withBits = (value: number, names: BitNames) => `${hex(value)} [${bits(value, names)}]`;

const fieldText = (value: number, field: Field) => `${field.name}=${field.values[fieldOf(value, field)]!}`;

/** Of breakpoints that are on, what meets them too: `0x000d0001 [L0 R/W0=w LEN0=4]`. */
export function dr7Text(value: number): string {
  const isOn = (field: number) => ((value >>> ((field >> 1) * 2)) & 3) !== 0;
  const fields = DR7_FIELDS.filter((_field, n) => isOn(n)).map((field) => fieldText(value, field));
  return namedIn(value, [bits(value, DR7_BITS), ...fields]);
}

/** The bits of DR6: what has happened. */
export const dr6Text = (value: number): string => namedIn(value, [bits(value, DR6_BITS)]);

/** Mostly nothing is set. */
function namedIn(value: number, names: readonly string[]): string {
  const text = names.filter(Boolean).join(' ');
  return text === '' ? hex(value) : `${hex(value)} [${text}]`;
}

/** Of a frame: its general registers, and where they are. */
export interface FrameRegisters {
  readonly registers: Registers;
  readonly homes: Homes;
  /** 0 for the innermost frame. */
  readonly depth: number;
}

/** The value of a register with what is to be said about it. */
export const rowText = ({ value, note }: RegisterRow, translate: Translate | undefined): string =>
  [value, ...(note ? [tell(note, translate)] : [])].filter(Boolean).join(' ');

/** What is known of the general registers in a frame. */
export function generalRows({ registers, homes, depth }: FrameRegisters): RegisterRow[] {
  return GENERAL.map((name, n) => {
    const value = registers[n];
    if (value === undefined) return { name, value: '', note: say`<not saved>` };
    if (name === 'eflags') return { name, value: eflagsText(value) };
    const isDoubtful = depth > 0 && SCRATCH.includes(n) && homes[n] === undefined;
    return {
      name,
      value: hex(value),
      ...(isDoubtful && { note: say`(unless the call has changed it)` }),
      address: value >>> 0,
    };
  });
}

/** Registers of a frame of the coroutine that owns the CPU. */
export function cpuRegisters(cpu: CpuSnapshot, frame: FrameRegisters): RegisterGroup[] {
  return [
    { name: GROUPS.general, rows: generalRows(frame) },
    {
      name: GROUPS.segments,
      rows: cpu.segments.map(({ selector, base, limit, attributes }, n) => ({
        name: SEGMENTS[n],
        value:
          attributes === 0
            ? `${hex(selector, 4)} (null)`
            : `${hex(selector, 4)} base=${hex(base)} limit=${hex(limit)} DPL=${(attributes >> 5) & 3}`,
      })),
    },
    {
      name: GROUPS.control,
      rows: [
        { name: 'cr0', value: withBits(cpu.cr0, CR0_BITS) },
        { name: 'cr2', value: hex(cpu.cr2), address: cpu.cr2 },
        { name: 'cr3', value: hex(cpu.cr3) },
        { name: 'cr4', value: withBits(cpu.cr4, CR4_BITS) },
        { name: 'cpl', value: String(cpu.cpl) },
        {
          name: 'gdtr',
          value: `base=${hex(cpu.gdt.base)} limit=${hex(cpu.gdt.limit, 4)}`,
          address: cpu.gdt.base,
        },
        {
          name: 'idtr',
          value: `base=${hex(cpu.idt.base)} limit=${hex(cpu.idt.limit, 4)}`,
          address: cpu.idt.base,
        },
        // DR4 and DR5 are other names of DR6 and DR7.
        ...[0, 1, 2, 3].map((n) => ({ name: `dr${n}`, value: hex(cpu.debug[n]), address: cpu.debug[n] })),
        { name: 'dr6', value: dr6Text(cpu.debug[6]) },
        { name: 'dr7', value: dr7Text(cpu.debug[7]) },
      ],
    },
  ];
}

/** Registers of a coroutine that is away: what the passage saved. */
export function savedRegisters(state: CoState, frame: FrameRegisters): RegisterGroup[] {
  const segment = (name: string, selector: number): RegisterRow => ({
    name,
    value: hex(selector & 0xffff, 4),
  });
  return [
    { name: GROUPS.general, rows: generalRows(frame) },
    {
      name: GROUPS.saved,
      rows: [
        segment('cs', state.cs),
        segment('ss', state.ss),
        segment('ds', state.ds),
        segment('es', state.es),
        segment('fs', state.fs),
        segment('gs', state.gs),
        segment('tr', state.tr),
        segment('ldtr', state.ldt),
        { name: 'cr0', value: withBits(state.cr0, CR0_BITS) },
        { name: 'cr2', value: hex(state.cr2), address: state.cr2 },
        { name: 'cr3', value: hex(state.cr3) },
        { name: 'cr4', value: withBits(state.cr4, CR4_BITS) },
        {
          name: 'gdtr',
          value: `base=${hex(state.gdtBase)} limit=${hex(state.gdtLimit, 4)}`,
          address: state.gdtBase,
        },
        {
          name: 'idtr',
          value: `base=${hex(state.idtBase)} limit=${hex(state.idtLimit, 4)}`,
          address: state.idtBase,
        },
      ],
    },
  ];
}
