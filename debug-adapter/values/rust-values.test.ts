/** Values of Rust in a running program: gdb has the same registers and memory, and must say the same, in its own words. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gdb } from '../symbols/testing/fixtures.ts';
import { compile } from './check.ts';
import { ours } from './testing/answers.ts';
import { compare, known, rowsOf, scopeOf } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const TESTING = join(dirname(fileURLToPath(import.meta.url)), 'testing');
const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const EXPRESSIONS = [
  ...['times', 'pid.0', 'pair.0', 'pair.1', 'tuple.0', 'tuple.2', 'nested.1', 'array[1]', 'big', 'letter'],
  ...[
    '*pointer',
    '(*twofold)',
    '**twofold',
    'word.all',
    'word.part[3]',
    'task.pid',
    'closure',
    '(times)',
    '&times',
  ],
  ...[
    'array',
    '&array[2]',
    '*closure._ref__times',
    'nothing',
    'pid.1',
    'pid.0 + 1',
    'nested.1[1].0',
    'nothing.0',
  ],
];

/** Fields of variants; the last five are of variants that the values do not have, or of none. */
const VARIANTS = [
  ...[
    'some.0',
    'some_bool.0',
    '*some_ref.0',
    'some_text.0',
    'key.0',
    'moved.x',
    'moved.x + moved.y',
    'line.0',
  ],
  ...['line.1', 'inner.0', 'good.0', 'only.0', 'deep.0'],
  ...['moved.0', 'quiet.x', 'none.0', 'key.x', 'bad.1'],
];

/** The stack is elsewhere in another run. */
const withoutAddresses = (text: string): string => text.replace(/0xff\w{6}/g, 'stack');

/** gdb's words in ours: without paths and types before values, `=` for `:`, arrays with their length. */
function inOurWords(text: string): string {
  const plain = text
    .replace(/&?(?:[\w#{}]+::)*\w+<(?:[^<>]|<[^<>]*>)*>(?:::| (?=[({]))/g, '')
    .replace(/(?:[\w#{}]+::)+(?:\w+::)*(\w+|\{[\w#]+\}) ?(?=[({])/g, (whole, last: string) =>
      whole.endsWith(' ') ? '' : last,
    )
    .replace(/(?:\w+::)+/g, '')
    .replace(/&\[.*?\] (?=\[)/g, '')
    .replace(/: /g, '=');
  return withoutAddresses(plain);
}

/** Ours without lengths of arrays and numbers of enumerators. */
function plainly(text: string): string {
  let at = text.replace(/\b([A-Z]\w*) \(-?\d+\)/g, '$1');
  for (let before = ''; before !== at;) {
    before = at;
    at = at.replace(/\[\d+\] \{([^{}]*)\}/, '[$1]');
  }
  return withoutAddresses(at.replace(/ <[^>]*>/g, ''));
}

describe('rustc 1.95', () => {
  let built: ReturnType<typeof workbench.stop>;
  beforeAll(() => {
    built = workbench.stop('clang', '-O0', 4, [...EXPRESSIONS, ...VARIANTS], { sources: ['rust-values.s'] });
  });

  it('shows the locals of a function as gdb does', async () => {
    const [, , , , , text] = gdb(built.image.name, [
      ...[
        'break checkpoint',
        'run >/dev/null 2>&1',
        'set print frame-arguments all',
        'up 3',
        'info args',
        'info locals',
        'kill',
      ],
    ]);
    const locals = [...text!.matchAll(/^(\w+) = (.*)$/gm)].map(([, name, value]) => [name!, value!] as const);
    const theirs = locals
      // What it writes of letters depends on the character set of its terminal; and we write no more than two structures in each other.
      .filter(([name]) => !['letter', 'smile', 'nested'].includes(name))
      .map(([name, value]) => `${name} = ${inOurWords(value)}`);
    const rows = await rowsOf(built);
    const shown = (name: string) => plainly(rows.find((row) => row.name === name)?.value ?? '<nothing>');
    const mine = theirs.map((line) => {
      const name = line.slice(0, line.indexOf(' '));
      return `${name} = ${shown(name)}`;
    });
    expect(mine).toEqual(theirs);
    expect(theirs.length).toBeGreaterThan(33);
    expect(shown('smile')).toBe("9786 '☺'");
    expect(shown('letter')).toBe("223 'ß'");
    expect(shown('nested')).toBe('((1, 2), [(…), (…)])');
  });

  it('has the fields that gdb has, those of tuples by their numbers', async () => {
    const { mine, theirs } = await compare(built, await scopeOf(built), EXPRESSIONS);
    expect(mine).toEqual(theirs);
    expect(known(theirs).length).toBeGreaterThan(20);
    const scope = await scopeOf(built);
    expect(await built.program.memory.compute(() => ours(scope, 'nested.0.1'))).toMatchObject({
      integer: '2',
    });
  });

  it('names frames as gdb does', async () => {
    const [, , text] = gdb(built.image.name, ['break checkpoint', 'run >/dev/null 2>&1', 'bt', 'kill']);
    const theirs = [...text!.matchAll(/^#\d+ +(?:0x\w+ in )?(.*?) \(/gm)].map(([, name]) => name);
    const frames = await built.program.frames();
    expect(frames.slice(0, theirs.length).map(({ name }) => name)).toEqual(theirs);
    expect(theirs).toContain('rust_values::work::{closure#0}');
  });

  it('sets breakpoints on functions by their paths', () => {
    const places = (name: string) => built.image.addressesForFunction(name);
    expect(places('rust_values::task::Task::run')).toEqual(places('Task::run'));
    expect(places('run').length).toBe(1);
    expect(places('generic<u32>')).toEqual(places('rust_values::generic'));
    expect(places('generic<u8>')).toEqual([]);
    expect(places('Pid::run')).toEqual([]);
    expect(places('rust_values::task::runs').length).toBe(1);
    expect(places('rust_values::work::{closure#0}').length).toBe(1);
  });

  it('finds an instance of a generic function as Rust writes it', () => {
    const places = (name: string) => built.image.addressesForFunction(name);
    expect(places('generic::<u32>')).toEqual(places('generic<u32>'));
    expect(places('rust_values::generic::<u32>')).toEqual(places('rust_values::generic'));
    expect(places('generic::<u8>')).toEqual([]);
  });

  it('calls arrays what Rust calls them', async () => {
    const rows = await rowsOf(built);
    const typeOf = (name: string) => rows.find((row) => row.name === name)?.type;
    expect(typeOf('array')).toBe('[u32; 3]');
    expect(typeOf('nested')).toBe('((u8, u8), [(u8, u8); 2])');
  });

  it('has the fields of the variant that an enum has, as gdb has them', async () => {
    const scope = await scopeOf(built);
    const { mine, theirs } = await compare(built, scope, VARIANTS, EXPRESSIONS.length);
    expect(mine).toEqual(theirs);
    expect(known(theirs)).toHaveLength(VARIANTS.length - 5);
    const say = (text: string) => built.program.memory.compute(() => ours(scope, text));
    expect((await say('quiet.x')).error).toBe('The value is Quiet at the moment, which has no field "x".');
    expect((await say('key.9')).error).toBe(
      'There is no member "9": the structure has discriminant, Quiet, Key, Move, Line, Nested.',
    );
    // Beyond gdb: deeper, and by the name of the variant.
    expect(await say('inner.0.0')).toMatchObject({ integer: '9' });
    expect(await say('moved.Move.y')).toMatchObject({ integer: '2' });
  });

  it('has no such fields where nothing can be read before it is asked', async () => {
    const scope = await scopeOf(built);
    const blind = new Proxy(scope, {
      get: (target, key) => (key === 'presentVariant' ? undefined : Reflect.get(target, key, target)),
    });
    await built.program.memory.compute(() => {
      expect(() => compile('moved.x', blind)).toThrow('write the one that is meant, as in ".Move.x"');
      expect(compile('moved.Move.x', blind).root.type).toMatchObject({ name: 'i32' });
    });
  });

  it('unfolds a slice to its elements and an enum to the fields of its variant', async () => {
    const { inspection } = built.program;
    const rows = await rowsOf(built);
    const parts = async (name: string) => {
      const { variablesReference } = rows.find((row) => row.name === name)!;
      const found = await inspection.variables({ variablesReference });
      return found.map((one) => `${one.evaluateName} = ${one.value}`);
    };
    expect(await parts('bytes')).toEqual([
      'bytes.data_ptr[0] = 1',
      'bytes.data_ptr[1] = 2',
      'bytes.data_ptr[2] = 3',
    ]);
    expect(await parts('moved')).toEqual(['moved.Move.x = 1', 'moved.Move.y = 2']);
    expect(await parts('some')).toEqual(['some.Just.0 = 7']);
    expect(await parts('tuple')).toEqual(['tuple.0 = 1', "tuple.1 = 120 'x'", 'tuple.2 = 2147483632']);
    expect(rows.find((row) => row.name === 'quiet')?.variablesReference).toBe(0);
    expect(rows.find((row) => row.name === 'text')).toMatchObject({ value: '"colinux"', type: '&str' });
    expect(rows.find((row) => row.name === 'some_ref')?.type).toBe('rust_values::Maybe<&u32>');
  });
});

describe('variables that are called as C calls types', () => {
  it('are themselves', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rust-names-'));
    try {
      // As rustc would have written `let int = …`: only the names are others.
      const named = [
        '"times" "long"',
        '"letter" "char"',
        '"big" "double"',
        '"unit" "volatile"',
        '"low" "union"',
      ];
      const source = named.reduce(
        (text, pair) => {
          const [from, to] = pair.split(' ') as [string, string];
          expect(text).toContain(`.asciz\t${from}`);
          return text.replace(`.asciz\t${from}`, `.asciz\t${to}`);
        },
        readFileSync(join(TESTING, 'rust-values.s'), 'utf8'),
      );
      writeFileSync(join(folder, 'names.s'), source);
      const stopped = workbench.stop('clang', '-O0', 3, [], {
        sources: [relative(TESTING, join(folder, 'names.s'))],
      });
      const scope = await scopeOf(stopped);
      const say = (text: string) => stopped.program.memory.compute(() => ours(scope, text));
      const times = await say('long');
      expect(times.integer).toBeDefined();
      expect(await say('long + 1')).toMatchObject({ integer: String(Number(times.integer) + 1) });
      expect(await say('(long)')).toMatchObject({ integer: times.integer });
      expect(await say('(char) == 223 ? 1 : 0')).toMatchObject({ integer: '1' });
      expect(await say('double - 5000000000LL')).toMatchObject({ integer: '0' });
      // What no variable is called is a type, and so is every word behind another one.
      expect(await say('(int)double == 705032704 ? 1 : 0')).toMatchObject({ integer: '1' });
      expect(await say('(unsigned long)3 + sizeof(unsigned char)')).toMatchObject({ integer: '4' });
      const inC = await scopeOf(stopped, 'checkpoint');
      expect((await stopped.program.memory.compute(() => ours(inC, 'long'))).error).toContain('is a type');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
