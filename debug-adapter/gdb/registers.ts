/**
 * The registers of a coroutine as gdb numbers and packs them: `org.gnu.gdb.i386.core`, `org.gnu.gdb.i386.sse` and a feature of our own
 * for control registers and segment bases. The layout is that of 32-bit mode whatever mode the processor is in: gdb cannot
 * change it while it is connected.
 *
 * Source: Debugging with gdb, appendix G.5.6, "i386 Features"; SDM vol. 1, chapters 3, 8 and 10.
 */
import type { CoState } from '../../core/abi/decode.ts';
import type { CpuSnapshot, FpuState } from '../../core/protocol/machine-protocol.ts';
import { CR0_BITS, CR4_BITS, EFLAGS_BITS } from '../register-bits.ts';
import { type BitNames, GENERAL } from '../registers.ts';
import type { Registers } from '../symbols/location.ts';

type Feature = 'org.gnu.gdb.i386.core' | 'org.gnu.gdb.i386.sse' | 'org.colinux.i386.system';

interface Register {
  readonly name: string;
  readonly feature: Feature;
  readonly bytes: number;
  /** Of gdb's target descriptions. */
  readonly type: string;
  readonly group?: 'float' | 'vector' | 'system';
  /** The machine takes a new value by this name. */
  readonly writable: boolean;
}

const CORE = 'org.gnu.gdb.i386.core';
const SSE = 'org.gnu.gdb.i386.sse';
const SYSTEM = 'org.colinux.i386.system';
/** In the order of the snapshot, and in that of gdb. */
const SNAPSHOT_SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;
const SEGMENTS = ['cs', 'ss', 'ds', 'es', 'fs', 'gs'] as const;
const X87 = ['fctrl', 'fstat', 'ftag', 'fiseg', 'fioff', 'foseg', 'fooff', 'fop'] as const;
const CONTROL = ['cr0', 'cr2', 'cr3', 'cr4'] as const;
const TABLES = ['gdtr_base', 'gdtr_limit', 'idtr_base', 'idtr_limit', 'ldtr', 'tr'] as const;

const TYPES: Readonly<Record<string, string>> = {
  esp: 'data_ptr',
  ebp: 'data_ptr',
  eip: 'code_ptr',
  eflags: 'i386_eflags',
  cr0: 'i386_cr0',
  cr4: 'i386_cr4',
};
const word = (name: string, feature: Feature, writable: boolean, group?: Register['group']): Register => ({
  name,
  feature,
  bytes: 4,
  type: TYPES[name] ?? 'int32',
  writable,
  ...(group && { group }),
});
const numbered = (name: string, one: Omit<Register, 'name' | 'writable'>): Register[] =>
  Array.from({ length: 8 }, (_, n) => ({ ...one, name: `${name}${n}`, writable: true }));

/** By gdb's numbers. */
export const REGISTERS: readonly Register[] = [
  ...GENERAL.map((name) => word(name, CORE, true)),
  ...SEGMENTS.map((name) => word(name, CORE, true)),
  ...numbered('st', { feature: CORE, bytes: 10, type: 'i387_ext', group: 'float' }),
  ...X87.map((name) => word(name, CORE, true, 'float')),
  ...numbered('xmm', { feature: SSE, bytes: 16, type: 'vec128' }),
  word('mxcsr', SSE, true, 'vector'),
  ...CONTROL.map((name) => word(name, SYSTEM, true, 'system')),
  ...TABLES.map((name) => word(name, SYSTEM, false, 'system')),
  ...SEGMENTS.map((name) => word(`${name}_base`, SYSTEM, false, 'system')),
];

/** How many of them the packet `g` holds: those that gdb knows without a description. The others are asked for one by one. */
export const PACKED = REGISTERS.findIndex(({ feature }) => feature === SYSTEM);

/** Values by number; undefined for those that nobody knows. */
export type RegisterValues = readonly (Uint8Array | undefined)[];

type Words = Readonly<Record<string, number | undefined>>;

function word32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
  return bytes;
}

/** The tag word in full (SDM vol. 1, 8.1.7): 0 valid, 1 zero, 2 special, 3 empty, by physical register. */
function tagWord({ valid, registers }: FpuState): number {
  const data = new DataView(registers.buffer, registers.byteOffset, registers.byteLength);
  let tags = 0;
  for (let n = 0; n < 8; n++) {
    const significand = data.getBigUint64(16 * n, true);
    const exponent = data.getUint16(16 * n + 8, true) & 0x7fff;
    const full = ((valid >>> n) & 1) !== 0;
    const normal = exponent !== 0 && exponent !== 0x7fff && significand >> 63n !== 0n;
    const tag = !full ? 3 : exponent === 0 && significand === 0n ? 1 : normal ? 0 : 2;
    tags |= tag << (2 * n);
  }
  return tags;
}

function fpuWords(fpu: FpuState): Words {
  const { control, status, last, mxcsr } = fpu;
  return {
    fctrl: control,
    fstat: status,
    ftag: tagWord(fpu),
    fiseg: last.cs,
    fioff: last.ip,
    foseg: last.ds,
    fooff: last.dp,
    fop: last.opcode,
    mxcsr,
  };
}

const named = <T>(names: readonly string[], values: readonly T[]): Record<string, T> =>
  Object.fromEntries(names.map((name, n) => [name, values[n]!]));

/** @param wide what is no word, by name */
function arrange(words: Words, wide: (name: string) => Uint8Array | undefined): RegisterValues {
  return REGISTERS.map(({ name, bytes }) => {
    if (bytes !== 4) return wide(name);
    const value = words[name];
    return value === undefined ? undefined : word32(value);
  });
}

/** Those of the coroutine that owns the CPU. */
export function valuesOfCpu(cpu: CpuSnapshot): RegisterValues {
  const { fpu, gdt, idt } = cpu;
  const selectors = cpu.segments.map(({ selector }) => selector);
  const bases = cpu.segments.map(({ base }) => base);
  const words: Words = {
    ...named(GENERAL, [...cpu.general, cpu.eip, cpu.eflags]),
    ...named(SNAPSHOT_SEGMENTS, selectors),
    ...named(
      SNAPSHOT_SEGMENTS.map((name) => `${name}_base`),
      bases,
    ),
    ...fpuWords(fpu),
    ...named(CONTROL, [cpu.cr0, cpu.cr2, cpu.cr3, cpu.cr4]),
    ...{ gdtr_base: gdt.base, gdtr_limit: gdt.limit, idtr_base: idt.base, idtr_limit: idt.limit },
  };
  const top = (fpu.status >>> 11) & 7;
  return arrange(words, (name) => {
    const number = Number(name.slice(-1));
    if (name.startsWith('xmm')) return fpu.xmm.slice(16 * number, 16 * number + 16);
    const at = 16 * ((top + number) & 7);
    return fpu.registers.slice(at, at + 10);
  });
}

/** Those of a coroutine that is away: what its switch has saved. */
export function valuesOfSaved(state: CoState, registers: Registers): RegisterValues {
  const words: Words = {
    ...named(GENERAL, registers),
    ...named(SEGMENTS, [state.cs, state.ss, state.ds, state.es, state.fs, state.gs]),
    ...named(CONTROL, [state.cr0, state.cr2, state.cr3, state.cr4]),
    ...{ gdtr_base: state.gdtBase, gdtr_limit: state.gdtLimit, ldtr: state.ldt & 0xffff },
    ...{ idtr_base: state.idtBase, idtr_limit: state.idtLimit, tr: state.tr & 0xffff },
  };
  return arrange(words, () => undefined);
}

/** Those of a coroutine that has no state yet. Without an instruction pointer gdb would not let anything run. */
export const valuesAtEntry = (entry: number): RegisterValues => arrange({ eip: entry }, () => undefined);

const flags = (id: string, bits: BitNames): string =>
  `<flags id="${id}" size="4">${bits
    .map(([bit, name]) => `<field name="${name}" start="${bit}" end="${bit}"/>`)
    .join('')}</flags>`;

const TYPES_OF: Readonly<Record<Feature, string>> = {
  [CORE]: flags('i386_eflags', EFLAGS_BITS),
  [SSE]:
    '<vector id="v4f" type="ieee_single" count="4"/><vector id="v2d" type="ieee_double" count="2"/>' +
    '<vector id="v16i8" type="int8" count="16"/><vector id="v8i16" type="int16" count="8"/>' +
    '<vector id="v4i32" type="int32" count="4"/><vector id="v2i64" type="int64" count="2"/>' +
    '<union id="vec128"><field name="v4_float" type="v4f"/><field name="v2_double" type="v2d"/>' +
    '<field name="v16_int8" type="v16i8"/><field name="v8_int16" type="v8i16"/>' +
    '<field name="v4_int32" type="v4i32"/><field name="v2_int64" type="v2i64"/>' +
    '<field name="uint128" type="uint128"/></union>',
  [SYSTEM]: flags('i386_cr0', CR0_BITS) + flags('i386_cr4', CR4_BITS),
};

function featureText(feature: Feature): string {
  const rows = REGISTERS.map((register, n) => ({ ...register, n })).filter((one) => one.feature === feature);
  const registers = rows.map(({ name, bytes, type, group, n }) => {
    const more = group === undefined ? '' : ` group="${group}"`;
    return `<reg name="${name}" bitsize="${8 * bytes}" type="${type}" regnum="${n}"${more}/>`;
  });
  return `<feature name="${feature}">${TYPES_OF[feature]}${registers.join('')}</feature>`;
}

/** The target description, `target.xml`. */
export const TARGET_XML =
  '<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd">' +
  `<target version="1.0"><architecture>i386</architecture>${[CORE, SSE, SYSTEM].map((name) => featureText(name as Feature)).join('')}</target>`;
