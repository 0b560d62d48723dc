/**
 * x87, MMX and SSE registers as the Variables view shows them, under the names that gdb gives them. Source: SDM vol. 1,
 * chapters 8 (x87), 9 (MMX) and 10 (SSE).
 */
import type { FpuState } from '../core/protocol/machine-protocol.ts';
import { type BitNames, bits, hex, type RegisterGroup, type RegisterRow } from './registers.ts';
import { extendedText } from './values/extended.ts';
import { joined, say, type Sentence } from '../core/sentences/say.ts';

const EXCEPTIONS: BitNames = [
  [0, 'IE'],
  [1, 'DE'],
  [2, 'ZE'],
  [3, 'OE'],
  [4, 'UE'],
  [5, 'PE'],
];
const STATUS_BITS: BitNames = [
  ...EXCEPTIONS,
  [6, 'SF'],
  [7, 'ES'],
  [8, 'C0'],
  [9, 'C1'],
  [10, 'C2'],
  [14, 'C3'],
];
const CONTROL_BITS: BitNames = [
  [0, 'IM'],
  [1, 'DM'],
  [2, 'ZM'],
  [3, 'OM'],
  [4, 'UM'],
  [5, 'PM'],
];
const MXCSR_BITS: BitNames = [
  ...EXCEPTIONS,
  [6, 'DAZ'],
  ...CONTROL_BITS.map(([bit, name]) => [bit + 7, name] as const),
  [15, 'FZ'],
];
const ROUNDING = [say`rounding nearest`, say`rounding down`, say`rounding up`, say`rounding truncate`];
const PRECISION = [
  say`precision single`,
  say`precision reserved`,
  say`precision double`,
  say`precision extended`,
];
/** RC: bits 10 and 11 of the x87 control word, 13 and 14 of MXCSR. */
const roundingOf = (field: number): Sentence => ROUNDING[field & 3]!;

const REGISTER_BYTES = 16;
const dataOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const list = (values: readonly (number | bigint)[]) => `{${values.map(String).join(', ')}}`;
const hex64 = (value: bigint) => value.toString(16).padStart(16, '0');

function x87Rows({ control, status, valid, last, registers }: FpuState): RegisterRow[] {
  const top = (status >>> 11) & 7;
  const data = dataOf(registers);
  const stack = Array.from({ length: 8 }, (_, n) => {
    const physical = (top + n) & 7;
    const at = physical * REGISTER_BYTES;
    const significand = data.getBigUint64(at, true);
    const signExponent = data.getUint16(at + 8, true);
    const raw = `0x${signExponent.toString(16).padStart(4, '0')}:${hex64(significand)}`;
    const full = ((valid >>> physical) & 1) !== 0;
    return {
      name: `st${n}`,
      ...(full
        ? { value: `${extendedText({ significand, signExponent })} (${raw})` }
        : { value: '', note: say`<empty>` }),
    };
  });
  const modes = joined([roundingOf(control >>> 10), PRECISION[(control >>> 8) & 3]!], ', ');
  return [
    ...stack,
    { name: 'fctrl', value: `${hex(control, 4)} [${bits(control, CONTROL_BITS)}]`, note: modes },
    { name: 'fstat', value: `${hex(status, 4)} [${bits(status, STATUS_BITS)}] TOP=${top}` },
    { name: 'fop', value: hex(last.opcode, 3) },
    { name: 'fiseg', value: hex(last.cs, 4) },
    { name: 'fioff', value: hex(last.ip), address: last.ip },
    { name: 'foseg', value: hex(last.ds, 4) },
    { name: 'fooff', value: hex(last.dp), address: last.dp },
  ];
}

function mmxRows({ registers }: FpuState): RegisterRow[] {
  const data = dataOf(registers);
  return Array.from({ length: 8 }, (_, n) => {
    const at = n * REGISTER_BYTES;
    const words = [0, 2, 4, 6].map((offset) => data.getInt16(at + offset, true));
    return { name: `mm${n}`, value: `0x${hex64(data.getBigUint64(at, true))} words ${list(words)}` };
  });
}

function sseRows({ mxcsr, xmm }: FpuState): RegisterRow[] {
  const data = dataOf(xmm);
  const registers = Array.from({ length: 8 }, (_, n) => {
    const at = n * REGISTER_BYTES;
    const raw = `0x${hex64(data.getBigUint64(at + 8, true))}${hex64(data.getBigUint64(at, true))}`;
    const singles = [0, 4, 8, 12].map((offset) => shortest(data.getFloat32(at + offset, true)));
    const doubles = [0, 8].map((offset) => data.getFloat64(at + offset, true));
    return { name: `xmm${n}`, value: `${raw} float {${singles.join(', ')}} double ${list(doubles)}` };
  });
  const value = `${hex(mxcsr)} [${bits(mxcsr, MXCSR_BITS)}]`;
  return [...registers, { name: 'mxcsr', value, note: roundingOf(mxcsr >>> 13) }];
}

/** A single with as many digits as tell it from its neighbours. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(value);
}

export function fpuRegisters(fpu: FpuState): RegisterGroup[] {
  return [
    { name: 'x87', rows: x87Rows(fpu) },
    { name: 'MMX', rows: mmxRows(fpu) },
    { name: 'SSE', rows: sseRows(fpu) },
  ];
}
