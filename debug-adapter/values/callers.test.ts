/**
 * Variables of a caller in registers that called functions may change. LLVM says of them that they are there until behind the call, and
 * gdb shows what the called function has made of the registers; here nothing is shown that was not the variable's.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { line, ours } from './testing/answers.ts';
import { assigned, rowsOf, scopeOf, writable } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

/** What the variables of `work` are from their definitions on. */
const TRUTH: Readonly<Record<string, string>> = {
  ...{ used: '2.5', single: '3.5', 'halves[0]': '-8', 'halves[1]': '0.5' },
  ...{ word: '42', other: '42', pair: String(0x123456789bn), 'split.a': '43', 'split.b': '43' },
};
const NAMES = Object.keys(TRUTH);
const WRITES = [
  'used = 7.5',
  'single = 1.25',
  'word = 77',
  'other += 2',
  'pair = 5',
  'split.a = 9',
  'halves[1] = 3',
];

const SSE = ['-msse2', '-mfpmath=sse'];
const X87 = ['-mno-sse'];
const VARIANTS = (['gcc', 'clang'] as const).flatMap((compiler) =>
  [
    ['-O0', SSE, 4],
    ['-Og', SSE, 5],
    ['-O2', SSE, 4],
    ['-O2', SSE, 5],
    ['-O2', X87, 5],
    ['-O2', [...SSE, '-DQUIET'], 5],
    // LLVM spills what is in the x87 as a double, and says of the float in it that it is there.
    ...(compiler === 'gcc' ? [['-O2', [...X87, '-DQUIET'], 5]] : []),
  ].map(
    ([level, flags, version]) =>
      [compiler, level as string, flags as readonly string[], version as number] as const,
  ),
);

describe.each(VARIANTS)('%s %s %j DWARF %i', (compiler, level, flags, version) => {
  let built: ReturnType<typeof workbench.stop>;
  beforeAll(() => {
    built = workbench.stop(compiler, level, version, NAMES, { sources: ['callers.c'], flags });
  });

  const answersOf = async () => {
    const frames = await built.program.frames();
    const scope = built.program.values(frames.find(({ name }) => name === 'work')!);
    return Promise.all(NAMES.map((name) => built.program.memory.compute(() => ours(scope, name))));
  };

  it('are what they were, or gone', async () => {
    const answers = await answersOf();
    for (const [n, name] of NAMES.entries()) {
      const { gone, integer, float } = answers[n]!;
      expect([name, gone ? TRUTH[name] : (integer ?? float)]).toEqual([name, TRUTH[name]]);
    }
    if (level === '-O0') expect(answers.filter(({ gone }) => gone)).toEqual([]);
    // GCC knows that a function of the same file leaves registers alone, and says so.
    if (compiler === 'gcc' && flags.includes('-msse2') && flags.includes('-DQUIET'))
      expect(answers[NAMES.indexOf('used')]).toMatchObject({ float: '2.5' });
  });

  it('are as gdb shows them, unless it shows what the called function left', async () => {
    const answers = await answersOf();
    const text = (n: number) => [
      line(NAMES[n]!, answers[n]!, built.answers[n]!),
      line(NAMES[n]!, built.answers[n]!, answers[n]!),
    ];
    const others = NAMES.filter((_name, n) => new Set(text(n)).size > 1);
    if (compiler === 'gcc' || level === '-O0') expect(others).toEqual([]);
    for (const name of others) expect(answers[NAMES.indexOf(name)]).toEqual({ gone: true });
  });

  it('are set as gdb sets them, where they are known', async () => {
    const texts = [...NAMES, ...WRITES, ...NAMES];
    const stopped = workbench.stop(compiler, level, version, texts, { sources: ['callers.c'], flags });
    const scope = writable(await scopeOf(stopped));
    const known = new Set<string>();
    for (const [n, name] of NAMES.entries()) {
      const found = await stopped.program.memory.compute(() => ours(scope, name));
      if (!found.gone && !stopped.answers[n]!.gone) known.add(name);
    }
    const writes = WRITES.filter((text) => known.has(text.split(' ')[0]!));
    for (const text of writes) {
      const theirs = stopped.answers[NAMES.length + WRITES.indexOf(text)]!;
      const mine = await stopped.program.memory.compute(() => ours(scope, text));
      const done = assigned({ mine: [line(text, mine, theirs)], theirs: [line(text, theirs, mine)] });
      expect(done.mine).toEqual(done.theirs);
    }
    // What the compiler computes of another variable is computed of what that was before the expressions.
    for (const name of [...known].filter((one) => !one.startsWith('split'))) {
      const theirs = stopped.answers[NAMES.length + WRITES.length + NAMES.indexOf(name)]!;
      const mine = await stopped.program.memory.compute(() => ours(scope, name));
      expect(line(name, mine, theirs)).toBe(line(name, theirs, mine));
    }
    if (compiler === 'gcc' && flags.includes('-msse2') && flags.includes('-DQUIET')) {
      expect(writes).toContain('used = 7.5');
      expect((await stopped.program.memory.compute(() => ours(scope, 'used'))).float).toBe('7.5');
      const refused = await stopped.program.memory.compute(() => ours(scope, '$xmm0.v4_float[0] = 1'));
      expect(refused.error).toBeDefined();
    }
  });

  it('say why they are gone', async () => {
    const pair = (await rowsOf(built)).find(({ name }) => name === 'pair')!.value;
    const [known] = (await answersOf()).slice(NAMES.indexOf('pair'));
    if (known!.gone) expect(pair).toMatch(/^<optimised out: .+>$/);
    else expect(pair).toBe(TRUTH.pair);
    if (compiler === 'clang' && level === '-O2')
      expect(pair).toContain('it was in edx, which the called function may have changed');
  });
});
