/** Expressions over `expressions.c`: hand-picked ones and, for every operator and type, made ones. */
import { seededRandom } from '../../symbols/testing/random.ts';

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

/** What gdb understands as we do. */
const PICKED = [
  ...[
    '-1 < 1u',
    '1 | 2 ^ 3 & 4',
    '1 << 2 + 1',
    '7 - 3 - 2',
    '2 * 3 % 4',
    '1 || 0 && 0',
    '10 / 3 * 3',
    '0x7fffffff',
  ],
  ...[
    '0x80000000',
    '0xffffffff',
    '017',
    '1u',
    '4294967296',
    '1.5',
    '1.5f',
    '0x1.8p3',
    '1e10',
    '.5',
    '5.',
    '1.25L',
  ],
  ...[
    'sizeof(struct outer)',
    'sizeof box.in',
    'sizeof(numbers)',
    'sizeof numbers[0]',
    'sizeof(long double)',
    'sizeof(int *)',
  ],
  ...[
    'sizeof(union number)',
    'sizeof(struct flexible)',
    'sizeof(char)',
    'sizeof(u64)',
    'sizeof positive',
    'sizeof(enum colour)',
  ],
  ...[
    'sizeof (int (*)[3])',
    'sizeof(int[3])',
    'sizeof(binary)',
    'sizeof "hello"',
    '_Alignof(int)',
    '_Alignof(short)',
  ],
  ...['_Alignof(char)', '_Alignof(struct inner)', '_Alignof(int *)'],
  ...[
    'numbers',
    'numbers[1]',
    'numbers[1][2]',
    '*numbers',
    '**numbers',
    '*numbers[1]',
    '&numbers',
    '&numbers[1]',
  ],
  ...['&numbers[1][2]', 'numbers + 1', '*(numbers + 1)', '*(*(numbers + 1) + 2)', 'numbers[0] + 2'],
  ...[
    'pointer',
    '*pointer',
    'pointer[1]',
    'pointer[-1]',
    '*(pointer - 2)',
    '*pointer + 1',
    'pointer + 1',
    '1 + pointer',
  ],
  ...[
    'pointer - *numbers',
    '&numbers[1] - &numbers[0]',
    'pointer - &numbers[0][0]',
    'pointer > &numbers[0][0]',
  ],
  ...[
    'pointer == &numbers[1][1]',
    'none == 0',
    '!none',
    '!pointer',
    'none && *none',
    'none || positive',
    'pointer != none',
  ],
  ...[
    'row',
    '*row',
    '(*row)[1]',
    'row[0][2]',
    'row + 1',
    '*(int *)nothing',
    '((int *)nothing)[1]',
    'nothing',
    '(char *)nothing + 1',
  ],
  ...[
    '*&negative',
    '&*pointer',
    '&pointer',
    '*&*&positive',
    '(unsigned)pointer',
    '(int)&numbers[1] - (int)&numbers',
  ],
  ...[
    'names',
    'names[1]',
    '*names[1]',
    'names[1][2]',
    '*(names + 1)',
    '**names',
    'names[2]',
    'names[2] == 0',
  ],
  ...[
    'word',
    'word[2]',
    '*word',
    'word + 1',
    '*(word + 1)',
    'full[3]',
    'raw[3]',
    'raw[2] << 4',
    'shorts[4]',
    'shorts[1] * shorts[2]',
  ],
  ...[
    'box',
    'box.tag',
    'box.low',
    'box.mid',
    'box.high',
    'box.colour',
    'box.in',
    'box.in[1]',
    'box.in[1].a',
    'box.in[0].b',
  ],
  ...[
    'box.in[1].c',
    'box.in[1].c[3]',
    'box.in[1].d',
    'box.in[1].e',
    'box.self',
    'box.self->tag',
    'box.self->self->in[1].d',
  ],
  ...[
    '(*box.self).big',
    'box.big',
    'box.big + 1',
    'box.text',
    'box.text[1]',
    '*box.text',
    'box.wide',
    'box.ready',
    '&box',
  ],
  ...[
    '&box.big',
    '&box.in[1].e',
    '*&box.in[1].e',
    '&box.in[1] == &box.in[0] + 1',
    '(&box)->tag',
    '((struct outer *)&box)->tag',
  ],
  ...[
    'box.high + 1',
    'box.in[0].a ? 1 : 2',
    'box.in->a',
    '&box.self->in[1].c[2]',
    '&*box.self',
    '*box.self->text',
  ],
  ...[
    'number',
    'number.d',
    'number.f',
    'number.u',
    'number.q',
    'number.bytes',
    'number.bytes[7]',
    '&number.bytes[3]',
  ],
  ...[
    'flexible',
    'flexible->count',
    'flexible->items[0]',
    'flexible->items[2]',
    '&flexible->items[1]',
    'flexible->items[1] + 1',
  ],
  ...[
    'add',
    '&add',
    '*add',
    'operation',
    '*operation',
    'operation == subtract',
    'operation == &subtract',
    'operations[0] == add',
  ],
  ...['operations[1]', '*operations[1]', '&operations[1]', 'first.run', '&work', 'first.run != second.run'],
  ...[
    'tasks',
    'tasks.next',
    'tasks.next->next->next == &tasks',
    'first.node.next',
    '&second.node',
    'first.name',
    'second.name[1]',
  ],
  ...['first.access', 'second.access', 'second.access & 4', 'second.access == 6'],
  ...[
    'RED',
    'GREEN',
    'BLUE',
    'GREEN + 1',
    'BLUE < 0',
    'shade == GREEN',
    'A_USER | 1',
    '(enum colour)5',
    '(enum colour)5 == GREEN',
  ],
  ...[
    "'a' + 0",
    "'\\n' + 0",
    "'\\0' + 0",
    "'\\x41' + 0",
    "'\\101' + 0",
    'letter',
    'letter + 1',
    "letter == 'x'",
  ],
  ...['1 ? positive : negative', '0 ? positive : huge', '0 ? pointer : none', 'positive > 5 ? 1 : 2'],
  ...[
    '(1, 2)',
    '(positive, negative)',
    '!1.5',
    '!quarter',
    'ratio && quarter',
    'no || minus',
    '-quarter',
    '+third',
  ],
  ...[
    '-ratio',
    '-extended',
    'extended',
    'extended * 2',
    'extended - 3',
    'extended > 3',
    'extended < ratio',
    '(double)extended',
  ],
  ...[
    '(float)extended',
    '(int)extended',
    '(long long)extended',
    'nan_float == nan_float',
    'nan_float != nan_float',
    'nan_float < 1',
  ],
  ...[
    'infinite < 0',
    'infinite - 1 == infinite',
    '-infinite',
    'quarter + third',
    'quarter * 3',
    'third * 3 == 1',
    'ratio + quarter',
  ],
  ...[
    'big_float * big_float',
    'large_double + 1 == large_double',
    '(int)ratio',
    '(int)minus',
    '(unsigned char)ratio',
    '(long long)large_double',
  ],
  ...[
    '(_Bool)256',
    '(_Bool)0.0',
    '(char)511',
    '(signed char)200',
    '(unsigned char)-1',
    '(short)0x18000',
    '(int)huge',
  ],
  ...[
    '(unsigned)negative',
    '(long long)negative',
    '(unsigned long long)negative',
    '(float)16777217',
    '(double)huge',
    '(float)huge',
  ],
  ...[
    '(long double)huge',
    '(const volatile int)negative',
    '(const char *)word',
    '(int *)0',
    '(void *)word',
    '(u8 *)pointer + 1',
  ],
  ...[
    '*(int (*)[3])numbers',
    '(*(int (*)[3])numbers)[1]',
    '(int (*)(int, int))operation',
    '(void (*)(void))0',
    '*(short *)raw',
  ],
  ...[
    '*(struct inner *)&box.in[1]',
    '((struct inner *)box.in)[1].a',
    '*(u64 *)&huge',
    '*(float *)&number',
    '*(char **)names',
  ],
  ...[
    'local',
    'narrow',
    'narrow + local',
    'copy.a',
    'copy.c',
    'copy.e',
    '&local',
    '*&local',
    'argument + 0',
    'where->tag',
    'scale * 2',
  ],
  ...[
    'shadow',
    'inner_only',
    'inner_only >> 32',
    'inner_only + shadow',
    'text[1]',
    '*text',
    'calls',
    'work::calls',
    "'expressions.c'::hidden",
  ],
  ...['hidden', 'hidden + local', '$eflags & 1', '$cs & 3'],
  ...[
    '*(int *)4',
    '*none',
    'nowhere',
    'box.nowhere',
    'positive / 0',
    '1 % 0',
    'positive +',
    '(positive',
    'box + 1',
    'positive.x',
    '*1.5',
  ],
  ...[
    '~ratio',
    'ratio & 1',
    'ratio % 2',
    '-box',
    '!box',
    '(struct nowhere *)0',
    '(nowhere)1',
    'numbers[',
    '1 +* 2',
    '& 1',
  ],
];

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
