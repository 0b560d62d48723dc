/**
 * Registers as expressions see them: `$eax` and its parts, segment, control and debug registers, the FPU's under the names and
 * with the types that gdb gives them.
 */
import type { CoState } from '../core/abi/decode.ts';
import type { CpuSnapshot, FpuState } from '../core/protocol/machine-protocol.ts';
import { GENERAL } from './registers.ts';
import { littleEndian, type Location } from './symbols/location.ts';
import type { BaseEncoding, CType, Member } from './symbols/types.ts';
import { UNSIGNED } from './values/conversions.ts';
import { X87_BYTES } from './values/x87-format.ts';
import { say } from '../core/sentences/say.ts';

export interface RegisterValue {
  readonly type: CType;
  readonly location: Location;
}

const base = (name: string, size: number, encoding: BaseEncoding): CType => ({
  kind: 'base',
  name,
  size,
  encoding,
});
const UNSIGNED_SHORT = base('unsigned short', 2, 'unsigned');
const UNSIGNED_CHAR = base('unsigned char', 1, 'unsigned');
const LONG_DOUBLE_BYTES = 12;
const LONG_DOUBLE = base('long double', LONG_DOUBLE_BYTES, 'float');

/** Names of the low words, and of the low and high bytes, of EAX to EDI; `sp` is all of ESP, as in gdb. */
const WORDS = ['ax', 'cx', 'dx', 'bx', undefined, 'bp', 'si', 'di', 'ip', 'flags'];
const LOW = ['al', 'cl', 'dl', 'bl'];
const HIGH = ['ah', 'ch', 'dh', 'bh'];
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'];
const CONTROL = ['cr0', 'cr2', 'cr3', 'cr4'] as const;

function union(name: string, size: number, views: readonly (readonly [string, CType])[]): CType {
  const members: Member[] = views.map(([view, element]) => {
    const each = element.kind === 'base' ? element.size : size;
    const type: CType = each === size ? element : { kind: 'array', element, dimensions: [size / each] };
    return { name: view, offset: 0, type };
  });
  return { kind: 'union', name, size, incomplete: false, members };
}
const VEC128 = union('vec128', 16, [
  ['v4_float', base('float', 4, 'float')],
  ['v2_double', base('double', 8, 'float')],
  ['v16_int8', base('int8_t', 1, 'signed')],
  ['v8_int16', base('int16_t', 2, 'signed')],
  ['v4_int32', base('int32_t', 4, 'signed')],
  ['v2_int64', base('int64_t', 8, 'signed')],
]);
const VEC64 = union('vec64', 8, [
  ['uint64', base('uint64_t', 8, 'unsigned')],
  ['v2_int32', base('int32_t', 4, 'signed')],
  ['v4_int16', base('int16_t', 2, 'signed')],
  ['v8_int8', base('int8_t', 1, 'signed')],
]);
const TABLE: CType = {
  kind: 'struct',
  name: 'descriptor_table',
  size: 6,
  incomplete: false,
  members: [
    { name: 'limit', offset: 0, type: UNSIGNED_SHORT },
    { name: 'base', offset: 2, type: UNSIGNED },
  ],
};

/** A general register or a part of one; the location says where in a frame's registers. */
export function generalRegister(name: string): RegisterValue | undefined {
  const whole = GENERAL.indexOf(name);
  if (whole >= 0) return { type: UNSIGNED, location: { kind: 'register', number: whole } };
  const part = (number: number, bits: number, bitOffset: number, type: CType): RegisterValue => ({
    type,
    location: { kind: 'pieces', pieces: [{ bits, bitOffset, location: { kind: 'register', number } }] },
  });
  const word = WORDS.indexOf(name);
  if (word >= 0) return part(word, 16, 0, UNSIGNED_SHORT);
  const [low, high] = [LOW.indexOf(name), HIGH.indexOf(name)];
  if (low >= 0) return part(low, 8, 0, UNSIGNED_CHAR);
  return high >= 0 ? part(high, 8, 8, UNSIGNED_CHAR) : undefined;
}

const number = (value: number, type: CType = UNSIGNED): RegisterValue => ({
  type,
  location: { kind: 'value', bytes: littleEndian(BigInt(value >>> 0), type === UNSIGNED_SHORT ? 2 : 4) },
});
const bytes = (type: CType, data: Uint8Array): RegisterValue => ({
  type,
  location: { kind: 'value', bytes: data },
});

function table({ base: address, limit }: { base: number; limit: number }): RegisterValue {
  const data = new Uint8Array(6);
  const view = new DataView(data.buffer);
  view.setUint16(0, limit, true);
  view.setUint32(2, address, true);
  return bytes(TABLE, data);
}

/** A register of the CPU that belongs to no frame. */
export function cpuRegister(name: string, cpu: CpuSnapshot): RegisterValue | undefined {
  const control = CONTROL.find((known) => known === name);
  if (control) return number(cpu[control]);
  const segment = SEGMENTS.indexOf(name);
  if (segment >= 0) return number(cpu.segments[segment].selector, UNSIGNED_SHORT);
  const hidden = SEGMENTS.indexOf(name.replace(/_base$/, ''));
  if (hidden >= 0) return number(cpu.segments[hidden].base);
  if (name === 'gdtr') return table(cpu.gdt);
  if (name === 'idtr') return table(cpu.idt);
  if (name === 'cpl') return number(cpu.cpl);
  const debug = /^dr([0-7])$/.exec(name);
  return debug ? number(cpu.debug[Number(debug[1])]) : fpuRegister(name, cpu);
}

/** All bytes of `st0`, `mm1`, `xmm2`; undefined for what is none of these, and for an x87 register that is empty. */
export function wideBytes({ status, valid, registers, xmm }: FpuState, name: string): Uint8Array | undefined {
  const [, kind, digit] = /^(st|mm|xmm)([0-7])$/.exec(name) ?? [];
  const n = Number(digit);
  if (kind === 'xmm') return xmm.slice(n * 16, n * 16 + 16);
  if (kind === 'mm') return registers.slice(n * 16, n * 16 + 8);
  const physical = (((status >>> 11) & 7) + n) & 7;
  if (kind === undefined || ((valid >>> physical) & 1) === 0) return undefined;
  const data = new Uint8Array(LONG_DOUBLE_BYTES);
  data.set(registers.subarray(physical * 16, physical * 16 + X87_BYTES));
  return data;
}

const WIDE_TYPES = { st: LONG_DOUBLE, mm: VEC64, xmm: VEC128 } as const;

function fpuRegister(name: string, { fpu }: CpuSnapshot): RegisterValue | undefined {
  const [, kind] = /^(st|mm|xmm)[0-7]$/.exec(name) ?? [];
  if (kind !== undefined) {
    const type = WIDE_TYPES[kind as keyof typeof WIDE_TYPES];
    const data = wideBytes(fpu, name);
    return data
      ? bytes(type, data)
      : { type, location: { kind: 'optimised-out', reason: say`the register is empty` } };
  }
  const words: Readonly<Record<string, number>> = {
    fctrl: fpu.control,
    fstat: fpu.status,
    fop: fpu.last.opcode,
    fiseg: fpu.last.cs,
    fioff: fpu.last.ip,
    foseg: fpu.last.ds,
    fooff: fpu.last.dp,
    mxcsr: fpu.mxcsr,
  };
  return Object.hasOwn(words, name) ? number(words[name]) : undefined;
}

/** The same for a coroutine that is away: what the passage has saved. */
export function savedRegister(name: string, state: CoState): RegisterValue | undefined {
  const control = CONTROL.find((known) => known === name);
  if (control) return number(state[control]);
  if (name === 'gdtr') return table({ base: state.gdtBase, limit: state.gdtLimit });
  if (name === 'idtr') return table({ base: state.idtBase, limit: state.idtLimit });
  if (!SEGMENTS.includes(name)) return undefined;
  return number(state[name === 'ldtr' ? 'ldt' : (name as 'cs')] & 0xffff, UNSIGNED_SHORT);
}

/** Names that may follow `$`. */
export const REGISTER_NAMES: readonly string[] = [
  ...['pc', 'sp', 'ps'],
  ...[
    ...GENERAL,
    ...WORDS.filter((name) => name !== undefined),
    ...LOW,
    ...HIGH,
    ...SEGMENTS,
    ...CONTROL,
    'gdtr',
    'idtr',
    'cpl',
    'msr',
  ],
  ...[0, 1, 2, 3, 6, 7].map((n) => `dr${n}`),
  ...['fctrl', 'fstat', 'fop', 'fiseg', 'fioff', 'foseg', 'fooff', 'mxcsr'],
  ...['st', 'mm', 'xmm'].flatMap((kind) => Array.from({ length: 8 }, (_, n) => `${kind}${n}`)),
];
