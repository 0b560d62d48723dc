/** Arithmetic with integers that are wider than those of C: it is exact, and its results are as wide. */
import { describe, expect, it } from 'vitest';
import { littleEndian } from '../symbols/location.ts';
import type { BaseType } from '../symbols/types.ts';
import { compile } from './check.ts';
import { evaluate } from './evaluate.ts';
import type { Names } from './names.ts';
import { scalarOf } from './scalar.ts';
import { bytesOf } from './value.ts';

const LOW = -(1n << 127n);
const I128: BaseType = { kind: 'base', name: 'i128', size: 16, encoding: 'signed' };
const U128: BaseType = { kind: 'base', name: 'u128', size: 16, encoding: 'unsigned' };
const VARIABLES: Readonly<Record<string, readonly [BaseType, bigint]>> = {
  low: [I128, LOW],
  five: [I128, 5n],
  high: [U128, (1n << 128n) - 1n],
};

const names: Names = {
  object: ({ name }) => {
    const [type, value] = VARIABLES[name] ?? [];
    return type && { type, location: { kind: 'value', bytes: littleEndian(value!, type.size) } };
  },
  enumerator: () => undefined,
  type: () => undefined,
  isTemplate: () => false,
  register: () => undefined,
  space: () => undefined,
};

function valueOf(text: string): readonly [unknown, string] {
  const none = () => {
    throw new Error('nothing is read');
  };
  const environment = {
    ...{ registers: [], readMemory: none, locate: none, register: none, msr: none },
  };
  const value = evaluate(compile(text, names), environment);
  return [scalarOf(bytesOf(value, environment)!, value.type), (value.type as BaseType).name];
}

describe('integers of 128 bits', () => {
  it.each([
    ['low + 1', LOW + 1n, 'i128'],
    ['1 + low', LOW + 1n, 'i128'],
    ['five * five - low', 25n - LOW - (1n << 128n), 'i128'],
    ['low / 3', LOW / 3n, 'i128'],
    ['-five', -5n, 'i128'],
    ['~five', -6n, 'i128'],
    ['low >> 100', LOW >> 100n, 'i128'],
    ['high + 1', 0n, 'u128'],
    ['high & 0xff', 255n, 'u128'],
    ['five + high', 4n, 'u128'],
    ['five + 5ull', 10n, 'i128'],
    ['low < 0', 1n, 'int'],
    ['low == 0', 0n, 'int'],
    ['high > 0xffffffffffffffffull', 1n, 'int'],
    ['five ? five : 1', 5n, 'i128'],
    ['(int)high', -1n, 'int'],
  ])('%s is %s', (text, value, type) => {
    expect(valueOf(text)).toEqual([value, type]);
  });
});
