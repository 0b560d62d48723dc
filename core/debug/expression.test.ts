/** Expressions of conditions: C's arithmetic in the widths that they have, short circuits, and what has no value. */
import { describe, expect, it } from 'vitest';
import type { Expression, ValueType } from '../protocol/debug-protocol.ts';
import { compileExpression, ExpressionError, ExpressionFailure } from './expression.ts';

const memory = Uint8Array.of(0xff, 0x80, 0x34, 0x12, 0, 0, 0, 0, 0, 0, 0, 0x40);
const source = {
  register: (name: string) => (name === 'eax' ? () => 0xffff_fff0 : undefined),
  read: (address: number, length: number) => memory.subarray(address, address + length),
};
const evaluate = (expression: Expression) => compileExpression(expression, source)();
const constant = (type: ValueType, value: number | bigint): Expression => ({ kind: 'constant', type, value });
const binary = (type: ValueType, operator: string, a: number | bigint, b: number | bigint) =>
  evaluate({ kind: 'binary', operator, type, left: constant(type, a), right: constant(type, b) });
const load = (address: number, size: 1 | 2 | 4 | 8, signed: boolean, type: ValueType = 'i32') =>
  evaluate({ kind: 'load', type, size, signed, physical: false, address: constant('u32', address) });

describe('expressions of the core', () => {
  it.each<[ValueType, string, number | bigint, number | bigint, number | bigint]>([
    ['i32', '+', 0x7fff_ffff, 1, -0x8000_0000],
    ['u32', '-', 0, 1, 0xffff_ffff],
    ['i32', '*', 0x1_0000, 0x1_0001, 0x1_0000],
    ['u32', '*', 0xffff_ffff, 0xffff_ffff, 1],
    ['i32', '/', -7, 2, -3],
    ['i32', '%', -7, 2, -1],
    ['i32', '>>', -8, 1, -4],
    ['u32', '>>', 0x8000_0000, 31, 1],
    ['i32', '<', -1, 1, 1],
    ['u32', '<', 0xffff_ffff, 1, 0],
    ['u64', '+', 0xffff_ffff_ffff_ffffn, 1n, 0n],
    ['i64', '/', -9n, 2n, -4n],
    ['u64', '^', 5n, 3n, 6n],
    ['f64', '/', 1, 4, 0.25],
    ['f64', '>=', 0.5, 0.5, 1],
  ])('%s: %s of %s and %s', (type, operator, a, b, result) => {
    expect(binary(type, operator, a, b)).toBe(result);
  });

  it('load by size and sign', () => {
    expect(load(0, 1, true)).toBe(-1);
    expect(load(0, 1, false)).toBe(255);
    expect(load(0, 2, true)).toBe(-32513);
    expect(load(0, 4, false, 'u32')).toBe(0x1234_80ff);
    expect(load(0, 8, false, 'u64')).toBe(0x1234_80ffn);
    expect(load(4, 8, false, 'f64')).toBe(2);
  });

  it('take bits, convert and choose', () => {
    const word: Expression = { kind: 'register', name: 'eax' };
    expect(evaluate({ kind: 'bits', type: 'i32', shift: 4, width: 4, signed: true, operand: word })).toBe(-1);
    expect(evaluate({ kind: 'convert', from: 'u32', to: 'i32', operand: word })).toBe(-16);
    expect(evaluate({ kind: 'convert', from: 'i64', to: 'u32', operand: constant('i64', -1n) })).toBe(
      0xffff_ffff,
    );
    expect(evaluate({ kind: 'convert', from: 'f64', to: 'i32', operand: constant('f64', -3.9) })).toBe(-3);
    const chosen = evaluate({ kind: 'select', test: word, yes: constant('i32', 1), no: constant('i32', 2) });
    expect(chosen).toBe(1);
  });

  it('do not evaluate what the left side decides', () => {
    const broken: Expression = {
      ...{ kind: 'binary', operator: '/', type: 'i32' },
      ...{ left: constant('i32', 1), right: constant('i32', 0) },
    };
    expect(evaluate({ kind: 'or', left: constant('i32', 1), right: broken })).toBe(1);
    expect(evaluate({ kind: 'and', left: constant('i32', 0), right: broken })).toBe(0);
    expect(() => evaluate({ kind: 'and', left: constant('i32', 1), right: broken })).toThrow(
      ExpressionFailure,
    );
    expect(() => load(11, 4, false)).toThrow(/nothing is mapped at 0x0000000b/);
  });

  it('are refused when they are none', () => {
    expect(() => evaluate({ kind: 'register', name: 'nothing' })).toThrow(ExpressionError);
    expect(() => binary('i32', '**', 1, 2)).toThrow(/no operator/);
    let deep = constant('i32', 1);
    for (let n = 0; n < 200; n++) deep = { kind: 'unary', operator: '-', type: 'i32', operand: deep };
    expect(() => evaluate(deep)).toThrow(/too deeply/);
  });
});
