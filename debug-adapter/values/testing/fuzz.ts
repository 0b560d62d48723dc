/**
 * Random and broken expressions over random and broken types and memory: whatever is written, evaluating, showing, completing and
 * assigning ends soon, with a value or an error of the catalogue.
 */
import { AdapterError } from '../../errors.ts';
import { type Home, littleEndian } from '../../symbols/location.ts';
import type { FuzzTarget } from '../../symbols/testing/fuzz.ts';
import { type Random, seededRandom } from '../../symbols/testing/random.ts';
import type { CType, Member } from '../../symbols/types.ts';
import { childrenOf, childCounts, listEntries } from '../children.ts';
import { completeExpression, type CompletionSource } from '../completion.ts';
import { INT } from '../conversions.ts';
import type { Environment } from '../evaluate.ts';
import { STYLES } from '../format-specifier.ts';
import { formatValue, LIMITS } from '../format.ts';
import { Journal } from '../journal.ts';
import { assignShown, evaluateShown, type Shown } from '../shown.ts';
import { pointerTo, type TypedValue } from '../value.ts';
import { say } from '../../../core/sentences/say.ts';

const SIZES = [0, 1, 2, 3, 4, 8, 10, 12, 16, 255, 0xffff, 2 ** 31, 2 ** 40, -1];
const ENCODINGS = [
  'signed',
  'unsigned',
  'signed-char',
  'unsigned-char',
  'boolean',
  'float',
  'complex',
  'other',
] as const;
const NAMES = ['a', 'b', 'c', 'next', 'prev', 'd', 'e', 'f', 'host', 'x'];
const PIECES = [
  ...NAMES,
  ...[
    '.',
    '->',
    '[',
    ']',
    '(',
    ')',
    '*',
    '&',
    '-',
    '+',
    '++',
    '--',
    '=',
    '+=',
    '<<=',
    '?',
    ':',
    ',',
    '::',
    '$',
  ],
  ...[
    '1',
    '0x7fffffff',
    '0xffffffffffffffff',
    '1.5',
    '1e400L',
    '0x',
    "'",
    '"',
    "'a'",
    '"abc"',
    '%',
    '/',
    '0',
    '<<',
    '>>',
  ],
  ...[
    'sizeof',
    '_Alignof',
    'offsetof(',
    'container_of(',
    'typeof(',
    'struct s',
    'int',
    'unsigned long',
    'const',
    '(int *)',
  ],
  ...[
    '(*)[3]',
    '(*)(int)',
    'void',
    'float',
    'long double',
    '_Bool',
    '==',
    '<',
    '&&',
    '||',
    '!',
    '~',
    '$eax',
    '$ah',
    '$st0',
  ],
  ...[
    '$msr[1]',
    'host:',
    'physical:',
    'guest0:',
    ',[2]',
    ',list(struct s, a)',
    ...Object.keys(STYLES).map((style) => `,${style}`),
  ],
  ...['\\', '\0', '\u{1f600}', '@', '#', ' ', '\n'],
  ...[
    '::',
    'n::',
    'struct n::s',
    'static_cast<int>(',
    '?:',
    "L'x'",
    'u"a"',
    "'\\u263a'",
    'true',
    'NULL',
    'this',
    '$sp',
  ],
];

/** A reference, of what comes later or of itself too. */
const reference = (target: () => CType, alignment: number): CType => {
  let found: CType | undefined;
  return {
    ...{ kind: 'pointer', size: 4, isReference: '&', alignment },
    get target() {
      return (found ??= target());
    },
  };
};

/** Types that refer to each other in any way, sizes that cannot be. */
function brokenTypes(random: Random): CType[] {
  const types: CType[] = [INT, { kind: 'void' }];
  const any = () => types[random(types.length)]!;
  const size = () => SIZES[random(SIZES.length)]!;
  for (let n = 0; n < 24; n++) {
    const kind = random(8);
    if (kind === 0)
      types.push({
        kind: 'base',
        name: 'long x',
        size: size(),
        encoding: ENCODINGS[random(ENCODINGS.length)]!,
      });
    else if (kind === 1) types.push(random(3) ? pointerTo(any()) : reference(any, size()));
    else if (kind === 2)
      types.push({ kind: 'array', element: any(), dimensions: [size(), undefined].slice(random(2)) });
    else if (kind === 3)
      types.push({
        kind: 'enum',
        name: 'e',
        size: size(),
        signed: random(2) === 0,
        enumerators: [{ name: 'E', value: 1n << BigInt(random(70)) }],
      });
    else if (kind === 4)
      types.push({
        kind: 'function',
        returns: any(),
        parameters: [any()],
        variadic: false,
        prototyped: true,
      });
    else if (kind === 5) types.push({ kind: 'typedef', name: 't', target: any() });
    else types.push(brokenRecord(random, size, types));
  }
  return types;
}

function brokenRecord(random: Random, size: () => number, types: readonly CType[]): CType {
  const members: Member[] = Array.from({ length: random(6) }, () => ({
    name: random(4) === 0 ? undefined : NAMES[random(NAMES.length)],
    offset: random(3) === 0 ? size() : random(16),
    ...(random(3) === 0 && { bitOffset: random(200), bitSize: random(80) }),
    // Read when it is asked for, so that a structure may contain itself.
    get type() {
      return types[(this.offset * 7 + members.length) % types.length] ?? INT;
    },
  }));
  return {
    kind: random(2) ? 'struct' : 'union',
    name: 's',
    size: size(),
    incomplete: random(8) === 0,
    members,
  };
}

function brokenProgram(random: Random): { names: CompletionSource; environment: Environment } {
  const types = brokenTypes(random);
  const typed = (name: string) => types[(name.charCodeAt(0) * 31 + name.length) % types.length]!;
  const hole = random(3) * 0x1000;
  const readMemory = (address: number, length: number) =>
    address >>> 12 === hole >>> 12
      ? undefined
      : Uint8Array.from({ length: Math.min(length, 0x2000) }, (_, n) => (address + n) * 37);
  const locate = (name: string): TypedValue['location'] => {
    const place = name.charCodeAt(0) % 5;
    if (place === 0) return { kind: 'optimised-out', reason: say`this part was not kept` };
    if (place === 1) return { kind: 'register', number: name.charCodeAt(0) % 12 };
    if (place === 2) return { kind: 'value', bytes: littleEndian(0x1234n, 3) };
    if (place === 3)
      return {
        kind: 'pieces',
        pieces: [{ bits: 13, bitOffset: 3, location: { kind: 'register', number: 1 } }],
      };
    return { kind: 'memory', address: name.charCodeAt(0) * 0x100 };
  };
  const names: CompletionSource = {
    object: ({ name }) =>
      NAMES.includes(name)
        ? { type: typed(name), location: random(2) ? locate(name) : undefined }
        : name === 'this'
          ? { type: pointerTo(typed(name)), location: undefined, isArtificial: true }
          : undefined,
    enumerator: ({ name }) => (name === 'E' ? { type: INT, value: 1n } : undefined),
    type: (name) => (['struct s', 'x'].includes(name) ? typed(name) : undefined),
    isTemplate: (name) => name === 's',
    register: (name) => (['eax', 'ah', 'st0'].includes(name) ? typed(name) : undefined),
    space: (prefix) => (prefix === 'guest0' ? undefined : { kind: 'physical' }),
    namesWith: () => NAMES.map((name) => ({ name, type: 'variable' as const })),
    typesWith: () => ['s'],
    registerNames: ['eax'],
  };
  const environment: Environment = {
    registers: [1, 2, undefined, 4, 5, 6, 7, 8, 9],
    readMemory,
    locate: ({ name }) => locate(name),
    register: locate,
    msr: (index) => (index & 1 ? new Uint8Array(8) : undefined),
  };
  return { names, environment };
}

/** Shows a value and some of what unfolds from it. */
function look({ value, path, style, list }: Shown, environment: Environment): void {
  for (const limits of [LIMITS.line, { ...LIMITS.whole, values: 200 }]) {
    const context = { ...environment, symbolAt: () => 'symbol', lineAt: () => 'file.c:1', style, limits };
    formatValue(value, context);
  }
  childCounts(value, environment);
  for (const child of childrenOf(value, path, environment, 0, 20))
    childrenOf(child.value, child.path ?? '', environment, 5, 3);
  if (list) listEntries(value, environment, 100);
}

const homeOf = (kind: number, number: number): Home | undefined =>
  kind === 0
    ? undefined
    : kind === 1
      ? { kind: 'register', number }
      : { kind: 'memory', address: number * 4 };

/** @throws Error for anything that is thrown and not an AdapterError, with the text that brings it about */
function tryExpressions(random: Random, iterations: number): void {
  let program = brokenProgram(random);
  for (let n = 0; n < iterations; n++) {
    if (n % 16 === 0) program = brokenProgram(random);
    const words = Array.from({ length: 1 + random(12) }, () => PIECES[random(PIECES.length)]!);
    const text = words.join(random(3) === 0 ? '' : ' ');
    const { names, environment } = program;
    const journal = new Journal(environment, {
      homes: environment.registers.map((_value, number) => homeOf(random(3), number)),
      lost: { format: 'it is nowhere.', values: [] },
      fixed: random(2) ? undefined : { format: 'Registers are fixed.', values: [] },
      ofVariables: {
        homes: environment.registers.map((_value, number) => homeOf(random(3), number)),
        fixed: undefined,
      },
    });
    const writing = journal.environment();
    for (const attempt of [
      () => {
        look(evaluateShown(text, names, writing), writing);
      },
      () => {
        look(assignShown(NAMES[random(NAMES.length)]!, text, names, writing), writing);
      },
      () => completeExpression(text, random(text.length + 2), names),
    ]) {
      try {
        attempt();
      } catch (error) {
        if (error instanceof AdapterError && /^[A-Z"$&~'].*\.$/s.test(error.message)) continue;
        throw new Error(`expression ${n}: ${JSON.stringify(text)}: ${String(error)}`, {
          cause: error,
        });
      }
    }
  }
}

/** Expressions of one round of the long-running fuzzer. */
const ROUND = 400;

/** @throws Error what misbehaves, like a round of `npm run fuzz` that has the seed */
export function fuzz(seed: number, iterations: number): void {
  tryExpressions(seededRandom(seed), iterations);
}

export const fuzzTargets = (): Promise<FuzzTarget[]> =>
  Promise.resolve([
    {
      name: 'expressions',
      round: (random) => {
        tryExpressions(random, ROUND);
        return Promise.resolve();
      },
    },
  ]);
