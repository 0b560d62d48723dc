/** Values as text: styles, flags, numbers that are none, what is not there, words of the processor. */
import { describe, expect, it } from 'vitest';
import { littleEndian, type Location } from '../symbols/location.ts';
import type { BaseEncoding, CType } from '../symbols/types.ts';
import { compile } from './check.ts';
import { childrenOf } from './children.ts';
import { evaluate } from './evaluate.ts';
import { type FormatContext, formatValue, LIMITS } from './format.ts';
import { splitFormat, type Style } from './format-specifier.ts';
import { extendedFromDouble } from './long-double.ts';
import { bytesOfScalar } from './scalar.ts';
import { pointerTo, sizeOf, type TypedValue } from './value.ts';
import { say } from '../../core/sentences/say.ts';

const base = (size: number, encoding: BaseEncoding): CType => ({
  kind: 'base',
  name: 'base',
  size,
  encoding,
});
const INT = base(4, 'signed');
const UNSIGNED = base(4, 'unsigned');
const LONG_LONG = base(8, 'unsigned');
const CHAR = base(1, 'signed-char');
const FUNCTION: CType = { kind: 'function', returns: INT, parameters: [], variadic: false, prototyped: true };

/** A page at 1000h that begins with a string; nothing else is mapped. */
const PAGE = new Uint8Array(0x1000);
PAGE.set(new TextEncoder().encode('tab\t"quoted"\\\u00e9'));
PAGE.fill(0x78, 0xff0);

const context = (style?: Style): FormatContext => ({
  registers: [0x1122_3344],
  readMemory: (address, length) => {
    const at = address - 0x1000;
    return at >= 0 && at < PAGE.length ? PAGE.slice(at, Math.min(at + length, PAGE.length)) : undefined;
  },
  symbolAt: (address) => (address >= 0xc010_0000 ? `kmain+${address - 0xc010_0000}` : undefined),
  lineAt: (address) => (address >= 0xc010_0000 ? 'main.c:31' : undefined),
  style,
  limits: LIMITS.line,
});
const text = (value: TypedValue, style?: Style) => formatValue(value, context(style));
const number = (value: bigint, type: CType, style?: Style) =>
  text({ type, location: { kind: 'value', bytes: littleEndian(value, sizeOf(type)) } }, style);
const memory = (type: CType, address: number): TypedValue => ({
  type,
  location: { kind: 'memory', address },
});

describe('arrays of bytes', () => {
  const array = (element: CType, ...bytes: number[]): TypedValue => ({
    type: { kind: 'array', element, dimensions: [bytes.length] },
    location: { kind: 'value', bytes: Uint8Array.from(bytes) },
  });
  const BYTE = base(1, 'unsigned-char');

  it('are text up to its end where nothing but zeros follows', () => {
    expect(text(array(BYTE, 0x68, 0x69, 0, 0))).toBe('"hi"');
    expect(text(array(BYTE, 0, 0))).toBe('""');
    // What an earlier, longer string has left there.
    expect(text(array(CHAR, 0x68, 0x69, 0, 0x78))).toBe('"hi"');
  });

  it('are numbers where something follows: an address of Ethernet that begins with 0 was ""', () => {
    expect(text(array(BYTE, 0, 0x80, 0x41))).toBe("[3] {0 '\\0', 128 '\\x80', 65 'A'}");
    expect(text(array(BYTE, 0x68, 0, 1), 's')).toBe('"h"');
  });

  it('can be read back: a hexadecimal escape would take the digits that follow', () => {
    expect(text(array(CHAR, 1, 0x32, 1, 0x67, 0xe9, 0x46, 0))).toBe('"\\0012\\x01g\\351F"');
  });
});

describe('integers of 128 bits', () => {
  it('are decimal, those with a sign too', () => {
    expect(number(-5n, base(16, 'signed'))).toBe('-5');
    expect(number(-(1n << 127n), base(16, 'signed'))).toBe('-170141183460469231731687303715884105728');
    expect(number(1n << 127n, base(16, 'unsigned'))).toBe('170141183460469231731687303715884105728');
  });
});

describe('styles', () => {
  it.each([
    ['x', '0xfffffffe'],
    ['d', '-2'],
    ['u', '4294967294'],
    ['o', '037777777776'],
    ['b', `0b${'1'.repeat(31)}0`],
    ['c', "-2 '\\xfe'"],
    ['f', 'nan(0x7ffffe)'],
    ['p', '0xfffffffe'],
    ['a', '0xfffffffe <kmain+1072693246>'],
    ['eflags', '0xfffffffe'],
    [undefined, '-2'],
  ] as const)(',%s writes -2 as %s', (style, expected) => {
    const shown = number(-2n, INT, style);
    if (style === 'eflags') expect(shown).toMatch(/^0xfffffffe \[PF AF ZF SF/);
    else expect(shown).toBe(style === 'f' ? `-${expected}` : expected);
  });

  it.each([
    ['buffer,[16]x', 'buffer', { style: 'x', count: '16' }],
    ['buffer, [n + 1]', 'buffer', { count: 'n + 1' }],
    ['f(a, x)', 'f(a, x)', {}],
    ['(a, x)', '(a, x)', {}],
    ['a, x', 'a', { style: 'x' }],
    ['"a,x"', '"a,x"', {}],
    ['a[b,x', 'a[b,x', {}],
    [',x', ',x', {}],
    ['head,list(struct task, node.link)', 'head', { list: { type: 'struct task', member: 'node.link' } }],
    ['head,list(struct task, node),x', 'head', { style: 'x', list: { type: 'struct task', member: 'node' } }],
    ['table,gate', 'table', { style: 'gate' }],
  ])('%s is %s with its specifiers', (source, expression, format) => {
    expect(splitFormat(source)).toEqual({
      expression,
      format: { style: undefined, count: undefined, list: undefined, ...format },
    });
  });
});

describe('numbers', () => {
  it.each([
    [0x7fc0_0000n, 4, 'nan(0x400000)'],
    [0xff80_0000n, 4, '-inf'],
    [0x7f80_0000n, 4, 'inf'],
    [0x8000_0000n, 4, '-0'],
    [1n, 4, '1e-45'],
    [0x3dcc_cccdn, 4, '0.1'],
    [0x7ff0_0000_0000_0001n, 8, 'nan(0x1)'],
    [0x3fb9_9999_9999_999an, 8, '0.1'],
    [1n, 8, '5e-324'],
  ])('%s of %i bytes is %s', (bits, size, expected) => {
    expect(number(bits, base(size, 'float'))).toBe(expected);
  });

  it('of 80 bits, and of widths that are no numbers', () => {
    const type = base(12, 'float');
    const location: Location = { kind: 'value', bytes: bytesOfScalar(extendedFromDouble(0.1), type) };
    expect(text({ type, location })).toMatch(/^0\.1000000000000000055/);
    expect(number(0x1234n, base(2, 'float'))).toBe('0x1234');
    expect(number(2n, base(1, 'boolean'))).toBe('true (2)');
  });
});

describe('enumerations', () => {
  const of = (...values: readonly [string, bigint][]): CType => {
    const enumerators = values.map(([name, value]) => ({ name, value }));
    return { kind: 'enum', name: 'e', size: 4, signed: false, enumerators };
  };
  const flags = of(['READ', 1n], ['WRITE', 2n], ['USER', 0x100n], ['NONE', 0n]);
  it.each([
    [flags, 0x103n, 'READ | WRITE | USER (259)'],
    [flags, 0x12n, 'WRITE | 0x10 (18)'],
    [flags, 0x10n, '16'],
    [flags, 0n, 'NONE (0)'],
    [of(['A', 1n], ['B', 2n], ['BOTH', 3n]), 3n, 'BOTH (3)'],
    [of(['A', 1n], ['B', 2n], ['BOTH', 3n]), 7n, '7'],
    [of(['A', 5n], ['B', 6n]), 7n, '7'],
  ])('%# shows its names', (type, value, expected) => {
    expect(number(value, type)).toBe(expected);
  });
});

describe('pointers and strings', () => {
  it.each([
    [pointerTo(FUNCTION), 0xc010_0004n, '0xc0100004 kmain+4 <main.c:31>'],
    [pointerTo(FUNCTION), 0n, '0x00000000 (null)'],
    [pointerTo(INT), 0xc010_0004n, '0xc0100004 <kmain+4>'],
    [pointerTo(INT), 0x1000n, '0x00001000'],
    [pointerTo(CHAR), 0x1000n, '0x00001000 "tab\\t\\"quoted\\"\\\\\\xc3\\xa9"'],
    [pointerTo(CHAR), 0x1ff0n, `0x00001ff0 "${'x'.repeat(16)}"…`],
    [pointerTo(CHAR), 0x5000n, '0x00005000 <cannot be read>'],
  ])('%# shows what is there', (type, value, expected) => {
    expect(number(value, type)).toBe(expected);
  });

  it('arrays of bytes as text only when asked', () => {
    const bytes: CType = { kind: 'array', element: base(1, 'unsigned'), dimensions: [3] };
    expect(text(memory(bytes, 0x1000))).toBe('[3] {116, 97, 98}');
    expect(text(memory(bytes, 0x1000), 's')).toBe('"tab"');
    expect(text(memory({ kind: 'array', element: CHAR, dimensions: [300] }, 0x1000))).toMatch(/^"tab.*"$/);
  });
});

describe('what is not there', () => {
  const record: CType = {
    kind: 'struct',
    name: 's',
    size: 8,
    incomplete: false,
    members: [
      { name: 'low', offset: 0, type: INT },
      { name: 'high', offset: 4, type: INT },
    ],
  };
  it('is said for the parts that are gone, and the others are shown', () => {
    const location: Location = {
      kind: 'pieces',
      pieces: [
        { bits: 32, bitOffset: 0, location: { kind: 'register', number: 0 } },
        { bits: 32, bitOffset: 0, location: { kind: 'optimised-out', reason: say`nobody needs it` } },
      ],
    };
    expect(text({ type: record, location })).toBe('{low=287454020, high=<optimised out: nobody needs it>}');
  });

  it('is found behind a pointer that has no value of its own', () => {
    const locate = (): Location => ({ kind: 'value', bytes: littleEndian(0x0000_0007_0000_0005n, 8) });
    const pointee = { name: 'box', dieOffset: 0, byteOffset: 4, locate };
    const location: Location = { kind: 'optimised-out', reason: say`it points to box + 4`, pointee };
    const pointer: TypedValue = { type: pointerTo(INT), location };
    expect(text(pointer)).toBe('<optimised out: it points to box + 4>');
    expect(childrenOf(pointer, 'p', context()).map((child) => [child.path, text(child.value)])).toEqual([
      ['*p', '7'],
    ]);
    const names = {
      object: () => ({ type: pointerTo(INT), location }),
      ...{
        enumerator: () => undefined,
        type: () => undefined,
        isTemplate: () => false,
        register: () => undefined,
        space: () => undefined,
      },
    };
    const environment = {
      ...context(),
      locate: () => location,
      register: () => location,
      msr: () => undefined,
    };
    expect(text(evaluate(compile('*p + 1', names), environment))).toBe('8');
    expect(() => evaluate(compile('p == 0', names), environment)).toThrow('optimised out: it points to box');
  });

  it('is said for memory that is not mapped', () => {
    expect(text(memory(record, 0x5000))).toBe('<cannot be read at 0x00005000>');
    expect(text(memory(record, 0x1ffc))).toBe('{low=2021161080, high=<cannot be read at 0x00002000>}');
    expect(text(memory({ ...record, incomplete: true }, 0x1000))).toBe('<incomplete struct>');
  });

  it('ends when there is too much', () => {
    const few = { ...context(), limits: { ...LIMITS.line, values: 2 } };
    expect(formatValue(memory(record, 0x1000), few)).toMatch(/^\{low=\d+, high=…\}$/);
  });

  it('are elements of an array without a length', () => {
    const flexible: CType = { kind: 'array', element: INT, dimensions: [undefined] };
    expect(childrenOf(memory(flexible, 0x1000), 'x', context())).toEqual([]);
  });

  it('is the length of a flexible array: it has a place and, of characters, a text', () => {
    const flexible = (element: CType, length?: number): CType => ({
      ...{ kind: 'array', element, dimensions: [length] },
    });
    expect(text(memory(flexible(INT), 0x1000))).toBe('0x00001000');
    expect(text(memory(flexible(INT, 0), 0xc010_0004))).toBe('0xc0100004 <kmain+4>');
    expect(text(memory(flexible(CHAR), 0x1004))).toMatch(/^0x00001004 "\\"quoted/);
  });

  it('is a length that depends on what the compiler has not kept', () => {
    const varying: CType = { kind: 'array', element: INT, dimensions: [undefined], counted: [0x40] };
    expect(text(memory(varying, 0x1000))).toMatch(/^<optimised out: the length of this array/);
  });
});

describe('words of the processor', () => {
  it.each([
    ['pte', UNSIGNED, 0x0010_3067n, '0x00103067 (P W U A D) → 0x00103000'],
    ['pte', UNSIGNED, 0x0010_3066n, '0x00103066 (not present)'],
    ['pde', UNSIGNED, 0x0040_00e3n, '0x004000e3 (P W A D PS) → 0x00400000'],
    ['pte', LONG_LONG, 0x8000_0000_0010_3063n, '0x80000000_00103063 (P W A D XD) → 0x00103000'],
    [
      'desc',
      LONG_LONG,
      0x00cf_9b00_0000_ffffn,
      'code, execute/read, 32-bit, DPL 0, base 0x00000000, limit 0xffffffff',
    ],
    ['desc', LONG_LONG, 0n, 'null'],
    [
      'gate',
      LONG_LONG,
      0xc010_8e00_0010_0020n,
      '32-bit interrupt gate to 0x0010:0xc0100020, DPL 0 <kmain+32>',
    ],
    ['gate', LONG_LONG, 0x00cf_9b00_0000_ffffn, /^no gate: code/],
    ['cr0', UNSIGNED, 0x8001_0001n, '0x80010001 [PE WP PG]'],
    ['cr4', UNSIGNED, 0x30n, '0x00000030 [PSE PAE]'],
    ['eflags', UNSIGNED, 0x3246n, '0x00003246 [PF ZF IF IOPL=3]'],
  ] as const)(',%s', (style, type, value, expected) => {
    if (typeof expected === 'string') expect(number(value, type, style)).toBe(expected);
    else expect(number(value, type, style)).toMatch(expected);
  });
});
