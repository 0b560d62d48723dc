/**
 * What authors of kernels write: descriptors, page-table entries, bit fields of every kind, several units, shadowed names, inlined calls in
 * inlined calls; expressions over them, one a line in `testing/habits.txt`, and assignments, in the frame and in its caller's. gdb has the
 * same registers and memory, and must say the same.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from './testing/stop-under-gdb.ts';
import { assigned, compare, known, scopeOf, writable } from './testing/comparison.ts';
import { ours } from './testing/answers.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const linesOf = (name: string) =>
  readFileSync(new URL(`testing/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((text) => text !== '');

/** Behind `=>` what gdb is asked where it does not speak C. The type of a size is size_t, which it takes for an int. */
const EXPRESSIONS = linesOf('habits.txt').map((text) => {
  const [mine, theirs = /^(?:sizeof|_Alignof)/.test(mine!) ? `(unsigned)(${mine})` : mine!] =
    text.split(/ +=> /);
  return [mine!, theirs] as const;
});
const TEXTS = EXPRESSIONS.map(([mine]) => mine);

const WRITES = linesOf('habit-writes.txt');
const CALLER_WRITES = [
  ...['saved_a = 5', 'saved_b += 3', 'saved_c--', 'either.i = 9', 'a = 1', 'b++', 'f = 0', 'result = 3'],
];
const STACK = Array.from({ length: 40 }, (_, n) => `((unsigned *)$esp)[${n}]`);
const REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'esi', 'edi'].map((name) => `$${name} + 0u`);
const CALLER_VARIABLES = [
  ...['a', 'b', 'f', 'saved_a', 'saved_b', 'saved_c', 'single', 'twice', 'either.i', 'result', '*f', 'f[2]'],
];

const SOURCES = ['habits.c', 'habits-elsewhere.c'] as const;
const SSE = ['-msse2', '-mfpmath=sse'];
const VARIANTS = (['gcc', 'clang'] as const).flatMap((compiler) =>
  ['-O0', '-Og', '-O2'].map(
    (level, n) => [`${compiler} ${level} DWARF ${4 + (n & 1)}`, compiler, level, 4 + (n & 1)] as const,
  ),
);

describe.each(VARIANTS)('%s', (_label, compiler, level, version) => {
  const stop = (texts: readonly string[], frame = 'work', flags: readonly string[] = []) =>
    workbench.stop(compiler, level, version, texts, { sources: SOURCES, frame, flags });

  it('has the values, sizes and signs that gdb has', async () => {
    const built = stop(EXPRESSIONS.map(([, theirs]) => theirs));
    const { mine, theirs } = await compare(built, await scopeOf(built), TEXTS);
    // gdb 13 does not evaluate what LLVM writes of a variable in two registers for DWARF 5.
    const counts = (_text: string, n: number) => !/DWARF stack/.test(built.answers[n]!.error ?? '');
    expect(mine.filter(counts)).toEqual(theirs.filter(counts));
    expect(known(theirs).length).toBeGreaterThan(600);
  });

  it('writes what gdb writes, and refuses what it refuses', async () => {
    const built = stop([...WRITES, ...STACK, ...REGISTERS]);
    const scope = writable(await scopeOf(built));
    const done = assigned(await compare(built, scope, WRITES));
    expect(done.mine).toEqual(done.theirs);
    const after = await compare(built, scope, [...STACK, ...REGISTERS], WRITES.length);
    expect(after.mine).toEqual(after.theirs);
  });

  it.each([['the x87', []] as const, ['SSE', SSE] as const])(
    'writes variables of a caller where its registers are saved, with %s',
    async (_kind, flags) => {
      const texts = [...CALLER_VARIABLES, ...CALLER_WRITES, ...CALLER_VARIABLES, ...STACK, ...REGISTERS];
      const built = stop(texts, 'caller', flags);
      const scope = writable(await scopeOf(built, 'caller'));
      const before = await compare(built, scope, CALLER_VARIABLES);
      expect(before.mine).toEqual(before.theirs);
      expect(known(before.mine).length).toBeGreaterThan(8);
      const done = assigned(await compare(built, scope, CALLER_WRITES, CALLER_VARIABLES.length));
      expect(done.mine).toEqual(done.theirs);
      expect(done.mine).toContain('saved_a = 5: 4 bytes, 5, signed');
      const rest = texts.slice(CALLER_VARIABLES.length + CALLER_WRITES.length);
      const after = await compare(built, scope, rest, texts.length - rest.length);
      expect(after.mine).toEqual(after.theirs);
    },
  );
});

describe('beyond gdb', () => {
  let built: ReturnType<typeof workbench.stop>;
  beforeAll(() => {
    built = workbench.stop('gcc', '-O2', 5, [], { sources: SOURCES });
  });
  const say = async (text: string): Promise<Answer> => {
    const scope = await scopeOf(built);
    return built.program.memory.compute(() => ours(scope, text));
  };

  it('names the static variables of a function that is only inlined', async () => {
    expect(await say('innermost::entered')).toMatchObject({ integer: '4' });
  });

  it.each([
    ['(int)1e10', 'C leaves it open'],
    ['(unsigned)-1.5', 'C leaves it open'],
    ['1 << thirty_three', 'outside of 0 to 31'],
    ['words@2', 'write x,[n]'],
    ['first_node.key++ ?: 1', 'would be so twice'],
    ["L'ab'", 'One character'],
    ["'\\U00ffffff'", 'no character of number'],
    ["'\\x'", 'digits are needed behind \\x'],
    ['"\\u12"[0]', 'digits are needed behind \\u'],
    ['&bits.tiny', 'bit field'],
  ])('says why %s has no value', async (text, words) => {
    expect((await say(text)).error).toContain(words);
  });
});
