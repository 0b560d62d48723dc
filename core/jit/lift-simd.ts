/**
 * From decoded MMX, SSE and SSE2 instructions to operations (SDM vol. 2, appendix A, tables ). Masked stores, approximations
 * and conversions to and from MMX registers are the interpreter's.
 */
import type { Insn } from '../cpu/decode/insn.ts';
import { NO_PREFIX, PREFIX_66, PREFIX_F2, PREFIX_F3 } from '../cpu/decode/opcode-map.ts';
import { IMMEDIATE_SHIFTS, LANE_CODES, SHIFT_CODES } from '../cpu/sse/simd.ts';
import type { Bare, FloatForm, FloatName, Vector, VectorSource } from './ir.ts';
import { constant, memoryOf, whole } from './lift-operands.ts';

/** FXSAVE, FXRSTOR, LDMXCSR, STMXCSR, by their digits. */
const STATE = NO_PREFIX | 0xae;

const PS: FloatForm = { packed: true, double: false };
const PD: FloatForm = { packed: true, double: true };
const SS: FloatForm = { packed: false, double: false };
const SD: FloatForm = { packed: false, double: true };
const formOf = (plane: number): FloatForm =>
  plane === NO_PREFIX ? PS : plane === PREFIX_66 ? PD : plane === PREFIX_F3 ? SS : SD;

const vector = (register: number): Vector => ({ kind: 'vector', register, mmx: false });
const mmx = (register: number): Vector => ({ kind: 'vector', register, mmx: true });
const sourceOf = (i: Insn, named = vector): VectorSource => (i.memory ? memoryOf(i) : named(i.rm));

const ARITHMETIC: Readonly<Record<number, FloatName>> = {
  0x51: 'sqrt',
  0x58: 'add',
  0x59: 'mul',
  0x5c: 'sub',
  0x5d: 'min',
  0x5e: 'div',
  0x5f: 'max',
};

/** Bytes of elements, by their numbers among both operands. */
const elements = (size: number, numbers: readonly number[]) =>
  numbers.flatMap((n) => Array.from({ length: size }, (_, byte) => n * size + byte));
/** Interleaving of the lower halves, or of others from an element on. */
function interleaved(size: number, first = 0): number[] {
  const count = 16 / size;
  const pairs = Array.from({ length: count / 2 }, (_, n) => [first + n, count + first + n]);
  return elements(size, pairs.flat());
}
/** Of the upper halves. */
const interleavedAbove = (size: number) => interleaved(size, 8 / size);
const field = (order: number, n: number) => (order >> (n * 2)) & 3;

/** Byte order of shuffles and interleavings, by their index in the opcode map. */
function arrangement({ imm }: Insn, opcode: number): readonly number[] | undefined {
  switch (opcode) {
    case NO_PREFIX | 0x14:
    case NO_PREFIX | 0x15:
      return (opcode & 1) === 0 ? interleaved(4) : interleavedAbove(4);
    case PREFIX_66 | 0x14:
    case PREFIX_66 | 0x15:
    case PREFIX_66 | 0x6c:
    case PREFIX_66 | 0x6d:
      return (opcode & 1) === 0 ? interleaved(8) : interleavedAbove(8);
    case NO_PREFIX | 0x60:
    case NO_PREFIX | 0x61:
    case NO_PREFIX | 0x62:
    case PREFIX_66 | 0x60:
    case PREFIX_66 | 0x61:
    case PREFIX_66 | 0x62:
      return interleaved(1 << (opcode & 3));
    case PREFIX_66 | 0x68:
    case PREFIX_66 | 0x69:
    case PREFIX_66 | 0x6a:
      return interleavedAbove(1 << (opcode & 3));
    // The upper half of a lower half: what comes behind does not matter.
    case NO_PREFIX | 0x68:
    case NO_PREFIX | 0x69:
    case NO_PREFIX | 0x6a: {
      const size = 1 << (opcode & 3);
      return [...interleaved(size).slice(8), ...interleaved(size).slice(8)];
    }
    case NO_PREFIX | 0xc6:
      return elements(4, [field(imm, 0), field(imm, 1), 4 + field(imm, 2), 4 + field(imm, 3)]);
    case PREFIX_66 | 0xc6:
      return elements(8, [imm & 1, 2 + ((imm >> 1) & 1)]);
    case PREFIX_66 | 0x70:
      return elements(
        4,
        [0, 1, 2, 3].map((n) => 4 + field(imm, n)),
      );
    case NO_PREFIX | 0x70:
    case PREFIX_F2 | 0x70:
      return elements(2, [...[0, 1, 2, 3].map((n) => 8 + field(imm, n)), 12, 13, 14, 15]);
    case PREFIX_F3 | 0x70:
      return elements(2, [8, 9, 10, 11, ...[0, 1, 2, 3].map((n) => 12 + field(imm, n))]);
  }
  return undefined;
}

function move(i: Insn, opcode: number): Bare | undefined {
  const register = vector(i.reg);
  const load = (bytes: 4 | 8 | 16, aligned = false): Bare => ({
    op: 'vector-load',
    to: register,
    from: sourceOf(i),
    bytes,
    aligned,
  });
  const store = (bytes: 4 | 8 | 16, aligned = false, upper = false): Bare =>
    i.memory
      ? { op: 'vector-store', from: register, to: memoryOf(i), bytes, upper, aligned }
      : { op: 'vector-load', to: vector(i.rm), from: register, bytes, aligned };
  const insert = (bytes: 4 | 8, to: Vector, from: VectorSource, toLane = 0, fromLane = 0): Bare => ({
    ...{ op: 'vector-insert', to, from, bytes, toLane, fromLane },
  });
  switch (opcode) {
    case NO_PREFIX | 0x10:
    case PREFIX_66 | 0x10:
    case PREFIX_F3 | 0x6f:
      return load(16);
    case NO_PREFIX | 0x28:
    case PREFIX_66 | 0x28:
    case PREFIX_66 | 0x6f:
      return load(16, true);
    case NO_PREFIX | 0x11:
    case PREFIX_66 | 0x11:
    case PREFIX_F3 | 0x7f:
      return store(16);
    case NO_PREFIX | 0x29:
    case PREFIX_66 | 0x29:
    case PREFIX_66 | 0x7f:
    case NO_PREFIX | 0x2b:
    case PREFIX_66 | 0x2b:
    case PREFIX_66 | 0xe7:
      return store(16, true);
    case PREFIX_F3 | 0x10:
      return i.memory ? load(4) : insert(4, register, vector(i.rm));
    case PREFIX_F2 | 0x10:
      return i.memory ? load(8) : insert(8, register, vector(i.rm));
    case PREFIX_F3 | 0x11:
      return i.memory ? store(4) : insert(4, vector(i.rm), register);
    case PREFIX_F2 | 0x11:
      return i.memory ? store(8) : insert(8, vector(i.rm), register);
    case NO_PREFIX | 0x12:
    case PREFIX_66 | 0x12:
      return insert(8, register, sourceOf(i), 0, 1);
    case NO_PREFIX | 0x16:
    case PREFIX_66 | 0x16:
      return insert(8, register, sourceOf(i), 1, 0);
    case NO_PREFIX | 0x13:
    case PREFIX_66 | 0x13:
      return store(8);
    case NO_PREFIX | 0x17:
    case PREFIX_66 | 0x17:
      return store(8, false, true);
    case PREFIX_F3 | 0x7e:
      return load(8);
    case PREFIX_66 | 0xd6:
      return store(8);
    case PREFIX_66 | 0x6e:
      return {
        op: 'vector-load',
        to: register,
        from: i.memory ? memoryOf(i) : whole(i.rm),
        bytes: 4,
        aligned: false,
      };
    case PREFIX_66 | 0x7e: {
      const to = i.memory ? memoryOf(i) : whole(i.rm);
      return { op: 'vector-store', from: register, to, bytes: 4, upper: false, aligned: false };
    }
    case NO_PREFIX | 0xc3:
      return { op: 'mov', width: 32, to: memoryOf(i), from: whole(i.reg) };
    case PREFIX_66 | 0xc4: {
      const from = i.memory ? memoryOf(i) : whole(i.rm);
      return { op: 'vector-insert', to: register, from, bytes: 2, toLane: i.imm & 7, fromLane: 0 };
    }
    case PREFIX_66 | 0xc5:
      return { op: 'vector-extract', to: whole(i.reg), from: vector(i.rm), lane: i.imm & 7 };
    case NO_PREFIX | 0x50:
      return { op: 'vector-signs', to: whole(i.reg), from: vector(i.rm), lanes: 4 };
    case PREFIX_66 | 0x50:
      return { op: 'vector-signs', to: whole(i.reg), from: vector(i.rm), lanes: 2 };
    case PREFIX_66 | 0xd7:
      return { op: 'vector-signs', to: whole(i.reg), from: vector(i.rm), lanes: 16 };
  }
  return undefined;
}

/** @param named the kind of register */
function integers(i: Insn, second: number, named: typeof vector): Bare | undefined {
  const source = sourceOf(i, named);
  if (LANE_CODES.includes(second))
    return { op: 'vector-lanes', code: second, to: named(i.reg), from: source };
  if (SHIFT_CODES.includes(second))
    return { op: 'vector-shift', code: second, to: named(i.reg), count: source };
  const to = named(i.rm);
  const code = IMMEDIATE_SHIFTS[second]?.[i.digit];
  if (code !== undefined) return { op: 'vector-shift', code, to, count: constant(i.imm) };
  if (second !== 0x73 || to.mmx) return undefined;
  // PSLLDQ and PSRLDQ: byte n of the result from beside the register, which is zero.
  const distance = Math.min(i.imm, 16);
  const bytes = Array.from({ length: 16 }, (_, n) => {
    const from = i.digit === 7 ? n - distance : n + distance;
    return from < 0 || from > 15 ? 16 : from;
  });
  return { op: 'vector-shuffle', to, from: constant(0), bytes, reads: 16 };
}

/** Data movement of MMX. */
function moveMmx(i: Insn, opcode: number): Bare | undefined {
  const register = mmx(i.reg);
  const general = () => (i.memory ? memoryOf(i) : whole(i.rm));
  switch (opcode) {
    case NO_PREFIX | 0x6e:
      return { op: 'vector-load', to: register, from: general(), bytes: 4, aligned: false };
    case NO_PREFIX | 0x6f:
      return { op: 'vector-load', to: register, from: sourceOf(i, mmx), bytes: 8, aligned: false };
    case NO_PREFIX | 0x7e:
      return { op: 'vector-store', from: register, to: general(), bytes: 4, upper: false, aligned: false };
    case NO_PREFIX | 0x7f:
    case NO_PREFIX | 0xe7:
      if (!i.memory) return { op: 'vector-load', to: mmx(i.rm), from: register, bytes: 8, aligned: false };
      return {
        ...{ op: 'vector-store', from: register, to: memoryOf(i), bytes: 8, upper: false, aligned: false },
      };
    case NO_PREFIX | 0x77:
      return { op: 'vector-empty-mmx' };
    case NO_PREFIX | 0xc4:
      return { op: 'vector-insert', to: register, from: general(), bytes: 2, toLane: i.imm & 3, fromLane: 0 };
    case NO_PREFIX | 0xc5:
      return { op: 'vector-extract', to: whole(i.reg), from: mmx(i.rm), lane: i.imm & 3 };
    case NO_PREFIX | 0xd7:
      return { op: 'vector-signs', to: whole(i.reg), from: mmx(i.rm), lanes: 16 };
    case PREFIX_F3 | 0xd6:
      return { op: 'vector-load', to: vector(i.reg), from: mmx(i.rm), bytes: 8, aligned: false };
    case PREFIX_F2 | 0xd6:
      return { op: 'vector-load', to: register, from: vector(i.rm), bytes: 8, aligned: false };
  }
  return undefined;
}

function conversion(i: Insn, opcode: number): Bare | undefined {
  const to = vector(i.reg);
  const from = sourceOf(i);
  switch (opcode) {
    case NO_PREFIX | 0x5a:
    case PREFIX_66 | 0x5a:
    case PREFIX_F3 | 0x5a:
    case PREFIX_F2 | 0x5a:
      return { op: 'float-convert', form: formOf(opcode & 0x700), to, from };
    case NO_PREFIX | 0x5b:
      return { op: 'float-from-integer', form: PS, to, from };
    case PREFIX_F3 | 0xe6:
      return { op: 'float-from-integer', form: PD, to, from };
    case PREFIX_66 | 0x5b:
    case PREFIX_F3 | 0x5b:
      return { op: 'float-to-integer', form: PS, truncate: opcode >= PREFIX_F3, to, from };
    case PREFIX_66 | 0xe6:
    case PREFIX_F2 | 0xe6:
      return { op: 'float-to-integer', form: PD, truncate: opcode < PREFIX_F3, to, from };
    case PREFIX_F3 | 0x2a:
    case PREFIX_F2 | 0x2a:
      return {
        op: 'float-from-integer',
        form: formOf(opcode & 0x700),
        to,
        from: i.memory ? memoryOf(i) : whole(i.rm),
      };
    case PREFIX_F3 | 0x2c:
    case PREFIX_F3 | 0x2d:
    case PREFIX_F2 | 0x2c:
    case PREFIX_F2 | 0x2d: {
      const truncate = (opcode & 1) === 0;
      return { op: 'float-to-integer', form: formOf(opcode & 0x700), truncate, to: whole(i.reg), from };
    }
  }
  return undefined;
}

/** Control and state in memory. CLFLUSH, which only looks at its operand, is the interpreter's. */
function stateAccess(i: Insn): Bare | undefined {
  const memory = memoryOf(i);
  switch (i.digit) {
    case 0:
      return { op: 'x87-save-state', to: memory };
    case 1:
      return { op: 'x87-restore-state', from: memory };
    case 2:
      return { op: 'vector-load-control', from: memory };
    case 3:
      return { op: 'vector-store-control', to: memory };
  }
  return undefined;
}

/** @returns undefined for what the interpreter does */
export function liftSimd(i: Insn): Bare | undefined {
  const { opcode } = i;
  const plane = opcode & 0x700;
  const second = opcode & 0xff;
  const to = vector(i.reg);
  if (opcode === STATE) return stateAccess(i);
  const moved = move(i, opcode) ?? moveMmx(i, opcode) ?? conversion(i, opcode);
  if (moved) return moved;
  const bytes = arrangement(i, opcode);
  if (bytes) {
    if (plane !== NO_PREFIX || second < 0x60 || second > 0x70)
      return { op: 'vector-shuffle', to, from: sourceOf(i), bytes, reads: 16 };
    // Where only the lower halves are interleaved, a half is read.
    const reads = second <= 0x62 ? 4 : 8;
    return { op: 'vector-shuffle', to: mmx(i.reg), from: sourceOf(i, mmx), bytes, reads };
  }
  const name = ARITHMETIC[second];
  if (name) return { op: 'float', name, form: formOf(plane), to, from: sourceOf(i) };
  if (second === 0xc2)
    return { op: 'float-compare', predicate: i.imm & 7, form: formOf(plane), to, from: sourceOf(i) };
  if (plane > PREFIX_66) return undefined;
  if (second === 0x2e || second === 0x2f) {
    const form = plane === PREFIX_66 ? SD : SS;
    return { op: 'float-order', quietly: second === 0x2e, form, a: to, b: sourceOf(i) };
  }
  if (second >= 0x54 && second <= 0x57) return { op: 'vector-lanes', code: second, to, from: sourceOf(i) };
  return integers(i, second, plane === PREFIX_66 ? vector : mmx);
}
