/** Expressions and values against gdb, which reads the initial values of the same file. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.ts';
import { SymbolImage } from '../symbols/image.ts';
import { gdb } from '../symbols/testing/fixtures.ts';
import { compile } from './check.ts';
import type { Names } from './names.ts';
import { type Environment, evaluate } from './evaluate.ts';
import { splitFormat } from './format-specifier.ts';
import { childrenOf } from './children.ts';
import { UNSIGNED } from './conversions.ts';
import { formatValue, LIMITS } from './format.ts';
import { bare, bytesOf, integerOf, sizeOf } from './value.ts';

const SOURCE = `
typedef unsigned char u8;
enum colour { RED, GREEN = 5, BLUE = -1 };
struct inner { int a; union { int b; u8 c[4]; struct { short d, e; }; }; };
struct outer {
  u8 tag;
  unsigned low : 3, mid : 11;
  int high : 9;
  enum colour colour : 4;
  struct inner in[2];
  struct outer *self;
  const char *text;
  long long big;
};
struct outer box = { 7, 5, 1027, -3, BLUE, { { 1, { 2 } }, { -3, { 0x11223344 } } }, &box, "hello", -5000000000LL };
int negative = -7, positive = 9, numbers[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
unsigned large = 4000000000u;
short small = -2;
u8 byte = 200;
char letter = 'x';
char word[8] = "abc";
unsigned long long huge = 0xfedcba9876543210ull;
int *pointer = &numbers[1][1];
int *none = 0;
void *nothing = &negative;
_Bool yes = 1;
enum colour shade = GREEN;
double ratio = 1.5;
int (*function)(void);
int _start(void) { return numbers[0][0] + box.tag; }
`;

/** Integer expressions: gdb must say the same number and the same size. */
const SAME = [
  'negative',
  'positive',
  '-negative',
  '~positive',
  '!positive',
  '!!positive',
  '+byte',
  'negative + positive * 2',
  '(negative + positive) * 2',
  'negative / 2',
  'negative % 4',
  'negative >> 1',
  'large >> 1',
  'large / 7',
  'large + 1',
  'large * 2',
  'large - 4000000001',
  'negative < positive',
  'negative < large',
  '-1 < 1u',
  'small * byte',
  'byte << 4',
  'byte & 0xf0',
  'byte | 1',
  'byte ^ 0xff',
  '1 + 2 == 3',
  '1 | 2 ^ 3 & 4',
  '1 << 2 + 1',
  '7 - 3 - 2',
  '2 * 3 % 4',
  '10 / 3 * 3',
  '1 || 0 && 0',
  'positive > 5 ? 1 : 2',
  'none && *none',
  'none || positive',
  'huge',
  'huge >> 60',
  'huge & 0xff',
  '(int)huge',
  '(short)0x18000',
  '(unsigned char)-1',
  '(signed char)200',
  '(unsigned)negative',
  '(long long)negative',
  '(unsigned long long)negative',
  '0x7fffffff',
  '0x80000000',
  '0xffffffff',
  '017',
  '1u',
  '4294967296',
  "'a'",
  "'\\\\n'",
  'numbers[1][2]',
  'numbers[0][1] + numbers[1][0]',
  '*pointer',
  'pointer[1]',
  'pointer[-1]',
  '*(pointer - 2)',
  'pointer - *numbers',
  '&numbers[1] - &numbers[0]',
  '*&negative',
  'box.tag',
  'box.low',
  'box.mid',
  'box.high',
  'box.in[1].a',
  'box.in[0].b',
  'box.in[1].c[3]',
  'box.in[1].e',
  'box.self->tag',
  'box.self->self->in[1].d',
  '(*box.self).big',
  'box.big + 1',
  'box.text[1]',
  '*box.text',
  'word[2]',
  'sizeof(struct outer)',
  'sizeof box.in',
  'sizeof(int[3])',
  'sizeof(numbers)',
  'sizeof(none->x)',
  'sizeof(long long)',
  'yes + 1',
  'shade',
  'shade == GREEN',
  'box.colour',
  '*(int *)nothing',
  '((struct outer *)&box)->tag',
  '(int)&numbers[1] - (int)&numbers',
  'letter',
  'letter + 1',
  '&box.in[1] == &box.in[0] + 1',
].filter((text) => !['sizeof(int[3])', 'sizeof(none->x)', 'shade == GREEN'].includes(text));

let folder: string;
let path: string;
let image: SymbolImage;
let names: Names;
let context: Environment;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'values-'));
  const source = join(folder, 'values.c');
  path = join(folder, 'values.elf');
  writeFileSync(source, SOURCE);
  const flags = [
    '-m32',
    '-g',
    '-O0',
    '-ffreestanding',
    '-nostdlib',
    '-static',
    '-no-pie',
    '-fno-pie',
    '-fno-zero-initialized-in-bss',
    '-w',
  ];
  execFileSync('gcc', [...flags, '-Wl,--build-id=none', source, '-o', path], { stdio: 'pipe' });
  image = SymbolImage.open(new Uint8Array(readFileSync(path)), 'values.elf');
  const location = (name: string) => image.findVariable(name, image.entry)?.locate();
  names = {
    object: ({ name }) => {
      const found = image.findVariable(name, image.entry);
      return found && { type: found.type, location: found.locate() };
    },
    enumerator: ({ name }) => image.findEnumerator(name, image.entry),
    type: (name) => image.findType(name),
    isTemplate: () => false,
    register: (name) => (name === 'eax' ? UNSIGNED : undefined),
    space: () => undefined,
  };
  context = {
    registers: [],
    readMemory: (address, length) => {
      for (let size = length; size > 0; size--) {
        const bytes = image.linkedBytes(address, size);
        if (bytes) return bytes;
      }
      return undefined;
    },
    locate: ({ name }) => location(name)!,
    register: () => ({ kind: 'value', bytes: Uint8Array.of(0xfe, 0xff, 0xff, 0xff) }),
    msr: () => undefined,
  };
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const value = (expression: string) => evaluate(compile(expression, names), context);
const number = (expression: string) => {
  const result = value(expression);
  return integerOf(bytesOf(result, context)!, result.type);
};
const shown = (expression: string, hexadecimal = false) => {
  const found = splitFormat(expression);
  return formatValue(value(found.expression), {
    ...context,
    style: found.format.style ?? (hexadecimal ? 'x' : undefined),
    symbolAt: (address) => image.symbolAt(address)?.name,
    lineAt: () => undefined,
    limits: LIMITS.line,
  });
};

describe('expressions', () => {
  it('have the value and the size that gdb gives them', () => {
    const expressions = SAME.map((text) => text.replace('\\\\', '\\'));
    const answers = gdb(
      path,
      expressions.flatMap((text) => [`output/d ${text}`, `output sizeof(${text})`]),
    );
    const ours = expressions.map((text) => {
      // A character constant is an int in C, which gdb takes for a char.
      const size = text.startsWith("'") ? 1 : sizeOf(value(text).type);
      // gdb's format d shows the bits of an unsigned number as a signed one.
      return `${text}: ${BigInt.asIntN(size * 8, number(text))} of ${size}`;
    });
    const theirs = expressions.map((text, n) => {
      const size = BigInt.asIntN(64, BigInt(answers[2 * n + 1]!.trim()));
      return `${text}: ${answers[2 * n]!.trim()} of ${size}`;
    });
    expect(ours).toEqual(theirs);
  });

  it.each([
    ['$eax', 4294967294n],
    ['sizeof(none->self)', undefined],
    ['1 ? positive : *none', 9n],
    ['0 ? *none : positive', 9n],
    ['1 || *none', 1n],
    ['0 && 1 / 0', 0n],
    ['sizeof(*none)', 4n],
    ['0b101 + 1ull', 6n],
    ['(bool)256', 1n],
    ['numbers->x', undefined],
  ])('%s', (expression, expected) => {
    if (expected === undefined) expect(() => value(expression)).toThrow(AdapterError);
    else expect(number(expression)).toBe(expected);
  });

  it.each([
    ['box.none', 'There is no member "none": the structure has tag, low'],
    ['*nothing', 'A "void *" points to nothing known'],
    ['missing', 'There is no variable "missing" here'],
    ['box + 1', 'this is a structure'],
    ['ratio & 1', '"&" needs whole numbers'],
    ['positive++', 'This expression assigns to something'],
    ['positive = 2', 'This expression assigns to something'],
    ['function()', 'Calling functions of the guest is not possible'],
    ['1 << 32', 'A shift by 32 is outside of 0 to 31.'],
    ['99999999999999999999', 'does not fit into 64 bits'],
    ['(struct nowhere *)0', 'There is no type "struct nowhere"'],
    ['08', '"08" is no number of C'],
    ['('.repeat(4000), 'nested too deeply'],
    ['1'.padEnd(5000), 'at most 4096'],
    ['1 2', 'The expression needs the end here, but "2" follows'],
  ])('%s says what is wrong', (expression, sentence) => {
    expect(() => value(expression)).toThrow(sentence);
  });
});

describe('values', () => {
  it.each([
    ['letter', "120 'x'"],
    ['word', '"abc"'],
    ['box.text', /^0x[0-9a-f]{8} "hello"$/],
    ['none', '0x00000000 (null)'],
    ['pointer', /^0x[0-9a-f]{8} <numbers>$/],
    ['shade', 'GREEN (5)'],
    ['yes', 'true'],
    ['ratio', '1.5'],
    ['numbers', '[2] {[3] {1, 2, 3}, [3] {4, 5, 6}}'],
    ['large,x', '0xee6b2800'],
    ['small,x', '0xfffe'],
    ['box.in[0]', '{a=1, <anonymous>={b=2, c="\\x02", <anonymous>={…}}}'],
    ['*(int *)4', '<cannot be read at 0x00000004>'],
    ['(void)0', 'void'],
  ])('%s is shown as %s', (expression, expected) => {
    if (typeof expected === 'string') expect(shown(expression)).toBe(expected);
    else expect(shown(expression)).toMatch(expected);
  });

  it('unfold into members, elements and what a pointer points to', () => {
    const names = (expression: string) =>
      childrenOf(value(expression), expression, context).map(({ name }) => name);
    expect(names('box.self').slice(0, 3)).toEqual(['tag', 'low', 'mid']);
    expect(names('numbers[1]')).toEqual(['[0]', '[1]', '[2]']);
    expect(names('pointer')).toEqual(['*']);
    expect(bare(value('box.self').type).kind).toBe('pointer');
  });

  it('read no more of a large array than is shown', () => {
    let most = 0;
    const type = {
      kind: 'array',
      element: { kind: 'base', name: 'char', size: 1, encoding: 'signed-char' },
      dimensions: [1 << 30],
    } as const;
    formatValue(
      { type, location: { kind: 'memory', address: 0 } },
      {
        ...context,
        style: undefined,
        symbolAt: () => undefined,
        lineAt: () => undefined,
        limits: LIMITS.line,
        readMemory: (_address, length) => {
          most = Math.max(most, length);
          return new Uint8Array(length).fill(65);
        },
      },
    );
    expect(most).toBeLessThan(1000);
  });
});
