/** The DWARF stack machine, operator by operator (DWARF 5 §2.5), on expressions assembled here. */
import { describe, expect, it } from 'vitest';
import { DW_OP as OP } from './constants.ts';
import { SymbolError } from './errors.ts';
import { evaluateLocation, evaluateNumber, type ExpressionScope } from './expression.ts';
import { type Location, readLocation, toNumber } from './location.ts';
import { tell } from '../../core/sentences/say.ts';

const memory = Uint8Array.from({ length: 64 }, (_, i) => i * 3);
const scope: ExpressionScope = {
  frame: {
    registers: [10, 11, 12, 13, 0x1000, 0x2000, undefined, 17, 0x8048000],
    pc: 0x8048000,
    cfa: () => 0x1010,
    readMemory: (address, length) =>
      address >= 0x1000 && address + length <= 0x1040
        ? memory.subarray(address - 0x1000, address - 0x1000 + length)
        : undefined,
  },
  frameBase: () => 0x1020,
  addressAt: (index) => 0xaa00 + index,
  baseType: (offset) =>
    ({
      1: { size: 8, encoding: 5 },
      2: { size: 8, encoding: 4 },
      3: { size: 1, encoding: 6 },
      4: { size: 4, encoding: 4 },
    })[offset],
  callee: (offset) => (offset === 7 ? Uint8Array.of(OP.lit0 + 9) : undefined),
};

const at = (...bytes: number[]): Location => evaluateLocation(Uint8Array.from(bytes), scope);
const num = (...bytes: number[]): number | undefined => evaluateNumber(Uint8Array.from(bytes), scope);
const lit = (n: number): number => OP.lit0 + n;

describe('numbers', () => {
  it.each([
    ['lit31', [OP.lit31], 31],
    ['addr', [OP.addr, 0x78, 0x56, 0x34, 0xf2], 0xf2345678],
    ['addrx', [OP.addrx, 5], 0xaa05],
    ['const1u', [OP.const1u, 0xff], 0xff],
    ['const1s', [OP.const1s, 0xff], 0xffffffff],
    ['const2u', [OP.const2u, 0xff, 0xff], 0xffff],
    ['const2s', [OP.const2s, 0xfe, 0xff], 0xfffffffe],
    ['const4s', [OP.const4s, 0xff, 0xff, 0xff, 0x7f], 0x7fffffff],
    ['const8u', [OP.const8u, 1, 0, 0, 0, 9, 0, 0, 0], 1],
    ['constu', [OP.constu, 0xe5, 0x8e, 0x26], 624485],
    ['consts', [OP.consts, 0x80, 0x7f], 0xffffff80],
    ['breg', [OP.breg0 + 4, 0x7c], 0xffc],
    ['bregx', [OP.bregx, 5, 4], 0x2004],
    ['fbreg', [OP.fbreg, 0x78], 0x1018],
    ['call_frame_cfa', [OP.call_frame_cfa], 0x1010],
    ['dup', [lit(3), OP.dup, OP.mul], 9],
    ['drop', [lit(3), lit(4), OP.drop], 3],
    ['over', [lit(3), lit(4), OP.over, OP.minus], 1],
    ['pick', [lit(5), lit(3), lit(4), OP.pick, 2], 5],
    ['swap', [lit(3), lit(4), OP.swap, OP.minus], 1],
    ['rot', [lit(1), lit(2), lit(3), OP.rot, OP.minus], 0xffffffff],
    ['abs', [OP.const1s, 0xfb, OP.abs], 5],
    ['neg', [lit(5), OP.neg], 0xfffffffb],
    ['not', [lit(5), OP.not], 0xfffffffa],
    ['and', [lit(12), lit(10), OP.and], 8],
    ['or', [lit(12), lit(10), OP.or], 14],
    ['xor', [lit(12), lit(10), OP.xor], 6],
    ['div is signed', [OP.const1s, 0xf8, lit(2), OP.div], 0xfffffffc],
    ['mod is unsigned', [OP.const1s, 0xff, lit(16), OP.mod], 15],
    ['plus wraps', [OP.const4u, 255, 255, 255, 255, lit(2), OP.plus], 1],
    ['plus_uconst', [lit(1), OP.plus_uconst, 0x80, 1], 129],
    ['shl', [lit(1), lit(31), OP.shl], 0x80000000],
    ['shl out', [lit(1), OP.const1u, 40, OP.shl], 0],
    ['shr', [OP.const1s, 0x80, lit(28), OP.shr], 15],
    ['shra', [OP.const1s, 0x80, lit(4), OP.shra], 0xfffffff8],
    ['lt is signed', [OP.const1s, 0xff, lit(0), OP.lt], 1],
    ['gt', [OP.const1s, 0xff, lit(0), OP.gt], 0],
    ['eq', [lit(4), lit(4), OP.eq], 1],
    ['ne', [lit(4), lit(4), OP.ne], 0],
    ['ge', [lit(4), lit(4), OP.ge], 1],
    ['le', [lit(5), lit(4), OP.le], 0],
    ['skip', [OP.skip, 1, 0, lit(9), lit(2)], 2],
    ['bra taken', [lit(7), lit(1), OP.bra, 1, 0, lit(9)], 7],
    ['bra not taken', [lit(7), lit(0), OP.bra, 1, 0, lit(9)], 9],
    ['deref', [OP.addr, 4, 0x10, 0, 0, OP.deref], 0x15120f0c],
    ['deref_size', [OP.addr, 4, 0x10, 0, 0, OP.deref_size, 2], 0x0f0c],
    ['call2', [OP.call2, 7, 0], 9],
    ['nop', [lit(2), OP.nop], 2],
    ['convert to a signed char and back', [OP.const1u, 0xff, OP.convert, 3, OP.convert, 0], 0xffffffff],
    ['a double sum', [lit(3), OP.convert, 2, lit(4), OP.convert, 2, OP.plus, OP.convert, 0], 7],
    ['a float quotient', [lit(7), OP.convert, 4, lit(2), OP.convert, 4, OP.div, OP.convert, 0], 3],
    ['const_type', [OP.const_type, 3, 1, 0xfe, OP.convert, 0], 0xfffffffe],
    ['regval_type', [OP.regval_type, 1, 3, OP.convert, 0], 11],
    ['deref_type', [OP.addr, 0, 0x10, 0, 0, OP.deref_type, 1, 3, OP.convert, 0], 0],
  ])('%s', (_, bytes, expected) => {
    expect(num(...bytes)).toBe(expected);
  });

  it('keep 64 bits in a 64-bit type', () => {
    const value = at(OP.const_type, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, OP.stack_value);
    expect(value).toEqual({ kind: 'value', bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
  });
});

describe('a register as a number of 64 bits', () => {
  it('has its upper half in the next one of gcc’s order', () => {
    const ecx = at(OP.regval_type, 1, 1, OP.stack_value);
    expect(ecx).toEqual({ kind: 'value', bytes: Uint8Array.of(11, 0, 0, 0, 13, 0, 0, 0) });
    const eax = at(OP.GNU_regval_type, 0, 1, OP.stack_value);
    expect(eax).toEqual({ kind: 'value', bytes: Uint8Array.of(10, 0, 0, 0, 12, 0, 0, 0) });
  });

  it('is not known where that is not, or there is none', () => {
    expect(at(OP.regval_type, 3, 1, OP.stack_value).kind).toBe('optimised-out');
    expect(at(OP.regval_type, 4, 1, OP.stack_value).kind).toBe('optimised-out');
  });
});

describe('locations', () => {
  it('are memory by default, registers and values when said', () => {
    expect(at(OP.fbreg, 4)).toEqual({ kind: 'memory', address: 0x1024 });
    expect(at(OP.reg0 + 3)).toEqual({ kind: 'register', number: 3 });
    expect(at(OP.regx, 40)).toEqual({ kind: 'register', number: 40 });
    expect(at(lit(5), OP.stack_value)).toEqual({ kind: 'value', bytes: Uint8Array.of(5, 0, 0, 0) });
    expect(at(OP.implicit_value, 2, 8, 9)).toEqual({ kind: 'value', bytes: Uint8Array.of(8, 9) });
  });

  it('join pieces of registers, memory and bits', () => {
    const pair = at(OP.reg0, OP.piece, 4, OP.addr, 0, 0x10, 0, 0, OP.piece, 4);
    const read = (location: Location, size: number): bigint | undefined => {
      const bytes = readLocation(location, size, scope.frame!);
      return bytes && toNumber(bytes);
    };
    expect(read(pair, 8)).toBe(0x090603000000000an);
    expect(read(at(OP.reg0 + 1, OP.bit_piece, 3, 1, OP.reg0 + 2, OP.bit_piece, 5, 0), 1)).toBe(0x65n);
    expect(read(at(OP.reg0, OP.piece, 4, OP.piece, 4), 8)).toBeUndefined();
  });

  it('keep the pieces that are known when one is not', () => {
    const location = at(
      OP.breg0 + 6,
      1,
      OP.stack_value,
      OP.piece,
      4,
      OP.breg0 + 3,
      1,
      OP.stack_value,
      OP.piece,
      4,
    );
    const pieces = location.kind === 'pieces' ? location.pieces.map((piece) => piece.location) : [];
    expect(pieces).toMatchObject([
      { kind: 'optimised-out' },
      { kind: 'value', bytes: Uint8Array.of(14, 0, 0, 0) },
    ]);
  });

  it.each([
    ['nothing', []],
    ['entry_value', [OP.entry_value, 1, OP.reg0, OP.stack_value]],
    ['GNU_entry_value', [OP.GNU_entry_value, 1, OP.reg0, OP.stack_value]],
    ['implicit_pointer', [OP.implicit_pointer, 0, 0, 0, 0, 0]],
    ['an unknown register', [OP.breg0 + 6, 0]],
    ['a division by one', [lit(1), OP.breg0 + 6, 0, OP.div]],
    ['a jump that depends on one', [lit(1), OP.breg0 + 6, 0, OP.bra, 0, 0]],
    ['unreadable memory', [lit(0), OP.deref]],
    ['a division by zero', [lit(1), lit(0), OP.div]],
    ['thread-local storage', [lit(1), OP.form_tls_address]],
  ])('are optimised out with a reason: %s', (_, bytes) => {
    const location = at(...bytes);
    expect(location.kind).toBe('optimised-out');
    expect(location.kind === 'optimised-out' && tell(location.reason).length).toBeGreaterThan(10);
  });

  it.each([
    ['an empty stack', [OP.plus]],
    ['an unknown operator', [0x02]],
    ['an endless loop', [OP.skip, 0xfd, 0xff]],
    ['a jump out', [OP.skip, 0x10, 0]],
    ['a cut operand', [OP.addr, 1]],
    ['a stack without end', [lit(1), OP.dup, OP.skip, 0xfc, 0xff]],
    ['an enormous piece', [OP.reg0, OP.piece, 0xff, 0xff, 0xff, 0x7f]],
  ])('refuse %s', (_, bytes) => {
    expect(() => at(...bytes)).toThrow(SymbolError);
  });
});
