/**
 * Variables in SSE, x87 and MMX registers, whole and in pieces, and computed from them: gdb has the same registers, and must say the same
 * of each, before and after they are written.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assigned, compare, known, scopeOf, writable } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const XMM = Array.from({ length: 8 }, (_, n) =>
  [0, 1, 2, 3].map((part) => `$xmm${n}.v4_int32[${part}]`),
).flat();
const MM = Array.from({ length: 8 }, (_, n) => [0, 1].map((part) => `$mm${n}.v2_int32[${part}]`)).flat();

/** Kinds of registers: variables that optimisers keep in them, what to assign, and the registers. */
const KINDS = {
  SSE: {
    flags: ['-msse2', '-mfpmath=sse'],
    locals: [
      ...['seed', 'factor', 'x', 'g', 'value.re', 'value.im', 'point.x', 'point.y', 'point.z'],
      ...['vector[0]', 'vector[1]', 'vector[2]', 'vector[3]', 'two[0]', 'two[1]', 'whole[0]', 'whole[3]'],
      ...['unused', 'unused_too', 'constant', 'rounded', 'x * 2 + g', '(int)x', 'value', 'point'],
    ],
    writes: ['x = 2.0625', 'g = -x', 'value.im = 1e300', 'vector[2] = 42', 'whole[1] = -1'],
    registers: XMM,
    known: 15,
  },
  x87: {
    flags: ['-DX87', '-mno-sse'],
    locals: ['seed', 'factor', 'x', 'g', 'wide', 'x * 2', '(float)x'],
    writes: ['x = 0.1', 'g = -7.25', 'x += g'],
    registers: ['(double)$st0', '(double)$st1'],
    known: 2,
  },
  MMX: {
    flags: ['-DMMX', '-mmmx', '-mno-sse'],
    locals: [
      ...['low[0]', 'low[1]', 'high[0]', 'high[1]', 'doubled[0]', 'doubled[1]', 'low', 'words'],
      ...['words[0]', 'words[1]', 'words[2]', 'words[3]', 'low[1] * high[0]', 'words[1] + 1'],
    ],
    writes: ['low[1] = 77', 'words[2] = -words[1]', 'high[0] += 5', 'high[1] = 0x80000000'],
    registers: MM,
    known: 0, // LLVM describes none of them.
  },
} as const;
const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];

const VARIANTS = (['gcc', 'clang'] as const).flatMap((compiler) =>
  ['-O0', '-Og', '-O2'].flatMap((level) =>
    [4, 5].map((version) => [`${compiler} ${level} DWARF ${version}`, compiler, level, version] as const),
  ),
);

type Built = ReturnType<typeof workbench.stop>;

describe.each(VARIANTS)('%s', (_label, compiler, level, version) => {
  const stopped = {} as Record<keyof typeof KINDS, Built>;
  beforeAll(() => {
    for (const kind of NAMES) {
      const { flags, locals, writes, registers } = KINDS[kind];
      const texts = [...locals, ...writes, ...locals, ...registers];
      stopped[kind] = workbench.stop(compiler, level, version, texts, { sources: ['floats.c'], flags });
    }
  });

  it.each(NAMES)('has the variables in %s registers that gdb has', async (kind) => {
    const built = stopped[kind];
    const { mine, theirs } = await compare(built, await scopeOf(built), KINDS[kind].locals);
    expect(mine).toEqual(theirs);
    const least = kind === 'MMX' && (compiler === 'gcc' || level === '-O0') ? 12 : KINDS[kind].known;
    expect(known(theirs).length).toBeGreaterThanOrEqual(least);
  });

  it.each(NAMES)('writes those in %s registers as gdb does', async (kind) => {
    const { locals, writes, registers } = KINDS[kind];
    const built = stopped[kind];
    const scope = writable(await scopeOf(built));
    const done = assigned(await compare(built, scope, writes, locals.length));
    expect(done.mine).toEqual(done.theirs);
    const after = await compare(built, scope, [...locals, ...registers], locals.length + writes.length);
    expect(after.mine).toEqual(after.theirs);
  });

  it('shows them among the variables, and says what to write into the processor', async () => {
    const { inspection, frames } = stopped.SSE.program;
    const locals: readonly string[] = KINDS.SSE.locals;
    const frame = (await frames()).find(({ name }) => name === 'work')!;
    const scopes = await inspection.scopes(frame);
    const shown = new Map<string, string>();
    for (const { variablesReference } of scopes.filter(({ name }) => name !== 'Registers'))
      for (const { name, value } of await inspection.variables({ variablesReference }))
        shown.set(name, value);
    const isKnown = ({ gone, error }: { gone?: boolean; error?: string }) => !gone && error === undefined;
    for (const name of ['x', 'g', 'unused']) {
      const answer = stopped.SSE.answers[locals.indexOf(name)]!;
      if (isKnown(answer))
        expect([name, Math.fround(Number(shown.get(name)))]).toEqual([
          name,
          Math.fround(Number(answer.float)),
        ]);
    }
    // What gdb does with the first of the assignments.
    if (!isKnown(stopped.SSE.answers[locals.length]!)) {
      await expect(inspection.assign('x', '2.0625', frame, false)).rejects.toThrow('optimised out');
      return;
    }
    const { writes } = await inspection.assign('x', '2.0625', frame, false);
    const [write] = writes;
    if (level === '-O0') expect(write).toMatchObject({ kind: 'memory' });
    else {
      expect(write).toMatchObject({ kind: 'register', name: expect.stringMatching(/^xmm[0-7]$/) as string });
      const value = Buffer.from((write as { value: Uint8Array }).value);
      expect([value.length, value.readDoubleLE(0), value.readDoubleLE(8)]).toEqual([16, 2.0625, 0]);
    }
  });
});
