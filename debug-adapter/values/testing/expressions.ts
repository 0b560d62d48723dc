/** Expressions over `expressions.c`: hand-picked ones and, for every operator and type, made ones. */
import { seededRandom } from '../../symbols/testing/random.ts';
import { PICKED } from './picked-expressions.ts';

const INTEGERS = [
  ...[
    'yes',
    'no',
    'letter',
    'negative_char',
    'tiny',
    'byte',
    'small',
    'ushort_max',
    'negative',
    'positive',
    'int_min',
  ],
  ...['large', 'two', 'long_value', 'ulong_value', 'huge_negative', 'huge', 'shade', 'cold', 'rights'],
];
const FLOATS = ['quarter', 'third', 'big_float', 'ratio', 'minus', 'large_double'];
const SCALARS = [...INTEGERS, ...FLOATS];
const TYPES = [
  ...['_Bool', 'char', 'signed char', 'unsigned char', 'short', 'unsigned short', 'int', 'unsigned', 'long'],
  ...['unsigned long', 'long long', 'unsigned long long', 'u8', 'u64', 'enum colour'],
];
const FLOAT_TYPES = ['float', 'double', 'long double'];
const ARITHMETIC = ['+', '-', '*', '/'];
const INTEGER_ONLY = ['%', '&', '|', '^'];
const COMPARISONS = ['==', '!=', '<', '>', '<=', '>='];

/** Where gdb has no word for what C says: our expression, and what it must be for gdb. */
const TRANSLATED: readonly (readonly [ours: string, gdb: string])[] = [
  ['1[numbers[0]]', 'numbers[0][1]'],
  ['(_Bool)quarter', '(_Bool)1'],
  ['1 ? byte : ratio', '(double)byte'],
  ['&box.low', 'nothing_like_an_address'],
  ['&$eax', 'nothing_like_an_address'],
  ...['$eax', '$eax + 1', '$eip', '$esp', '$esp + 4'].map((text) => [text, `(unsigned)(${text})`] as const),
  ...['$al', '$ah', '$bl'].map((text) => [text, `(unsigned char)(${text})`] as const),
  ['$ax', '(unsigned short)$ax'],
  ['offsetof(struct outer, big)', '(unsigned long)&((struct outer *)0)->big'],
  ['offsetof(struct outer, in[1].c[2])', '(unsigned long)&((struct outer *)0)->in[1].c[2]'],
  ['offsetof(struct inner, e)', '(unsigned long)&((struct inner *)0)->e'],
  ['container_of(tasks.next, struct task, node)', '&first'],
  ['container_of(tasks.prev, struct task, node)->id', 'second.id'],
  ['sizeof(typeof(box.in))', '(unsigned)sizeof(box.in)'],
  ['(typeof(negative))huge', '(int)huge'],
  ['*(typeof(&box))&box.self->tag', '*(struct outer *)&box.self->tag'],
  ["'a'", "(int)'a'"],
  ["'ab'", '0x6162'],
  ['0b101 + 1ull', '5 + 1ull'],
  ['expressions.c::hidden', 'hidden'],
  ['"hello"[1]', '(char)101'],
  ['1, huge', '(1, huge)'],
  ['box.low - 6 < 0', '1'],
  ['-box.mid', '-1027'],
  ['first.run == add', '1'],
  ['sizeof(box.big += 1)', '8UL'],
  ['__alignof__(struct outer)', '4UL'],
  ['_Alignof(double)', '4UL'],
  ['(long unsigned)two', '(unsigned long)two'],
  ['sizeof(void)', '1UL'],
];

/** Made expressions; the same for every run. */
function made(): string[] {
  const random = seededRandom(1);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  // gdb computes with two _Bool in a type of its own.
  const other = (name: string, list: readonly string[]): string => {
    const found = pick(list);
    return ['yes', 'no'].includes(name) && ['yes', 'no'].includes(found) ? 'negative' : found;
  };
  const found = new Set<string>();
  for (const name of SCALARS) {
    found.add(name);
    for (const operator of ['-', '+', '!']) found.add(`${operator}${name}`);
    found.add(`(${pick(FLOAT_TYPES)})${name}`);
  }
  for (const name of INTEGERS) {
    found.add(`~${name}`);
    for (let n = 0; n < 3; n++) found.add(`(${pick(TYPES)})${name}`);
    found.add(`${name} << ${random(8)}`);
    found.add(`${name} >> ${random(8)}`);
  }
  for (const operator of [...ARITHMETIC, ...COMPARISONS, '&&', '||'])
    for (let n = 0; n < 12; n++) {
      const left = pick(SCALARS);
      found.add(`${left} ${operator} ${other(left, SCALARS)}`);
    }
  for (const operator of INTEGER_ONLY)
    for (let n = 0; n < 12; n++) {
      const left = pick(INTEGERS);
      found.add(`${left} ${operator} ${other(left, INTEGERS)}`);
    }
  for (let n = 0; n < 60; n++) {
    const left = pick(SCALARS);
    found.add(`(${left} ${pick(ARITHMETIC)} ${other(left, SCALARS)}) ${pick(COMPARISONS)} ${pick(SCALARS)}`);
  }
  return [...found];
}

/** gdb gives `?:` the type of the operand that is taken: what they have in common is written out for it. */
function conditionals(): (readonly [ours: string, gdb: string])[] {
  const random = seededRandom(2);
  const wide = SCALARS.filter((name) => name !== 'yes' && name !== 'no');
  return SCALARS.map((condition) => {
    const [a, b] = [wide[random(wide.length)]!, wide[random(wide.length)]!];
    return [`${condition} ? ${a} : ${b}`, `${condition} ? ${a} + 0 * ${b} : ${b} + 0 * ${a}`];
  });
}

/** The type of a size is size_t, which gdb takes for an int. */
const forGdb = (text: string) => (/^(?:sizeof|_Alignof)/.test(text) ? `(unsigned)(${text})` : text);

export const EXPRESSIONS: readonly (readonly [ours: string, gdb: string])[] = [
  ...[...new Set([...PICKED, ...made()])].map((text) => [text, forGdb(text)] as const),
  ...TRANSLATED,
  ...conditionals(),
];
