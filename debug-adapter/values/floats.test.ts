/**
 * Variables in SSE and x87 registers, whole and in pieces, and computed from them: gdb has the same registers, and must say the same of each,
 * before and after they are written.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say } from '../../core/sentences/say.ts';
import type { FrameValues } from '../frame-values.ts';
import { compile } from './check.ts';
import { evaluate } from './evaluate.ts';
import { Journal } from './journal.ts';
import { line, ours } from './testing/answers.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const SSE = ['-msse2', '-mfpmath=sse'];
const LOCALS = [
  ...['seed', 'factor', 'x', 'g', 'value.re', 'value.im', 'point.x', 'point.y', 'point.z'],
  ...['vector[0]', 'vector[1]', 'vector[2]', 'vector[3]', 'two[0]', 'two[1]', 'whole[0]', 'whole[3]'],
  ...['unused', 'unused_too', 'constant', 'rounded', 'x * 2 + g', '(int)x', 'value', 'point'],
];
const X87_LOCALS = ['seed', 'factor', 'x', 'g', 'wide', 'x * 2', '(float)x'];
const WRITES = ['x = 2.0625', 'g = -x', 'value.im = 1e300', 'vector[2] = 42', 'whole[1] = -1'];
const X87_WRITES = ['x = 0.1', 'g = -7.25', 'x += g'];
const XMM = Array.from({ length: 8 }, (_, n) =>
  [0, 1, 2, 3].map((part) => `$xmm${n}.v4_int32[${part}]`),
).flat();
const ST = ['(double)$st0', '(double)$st1'];

const VARIANTS = (['gcc', 'clang'] as const).flatMap((compiler) =>
  ['-O0', '-Og', '-O2'].flatMap((level) =>
    [4, 5].map((version) => [`${compiler} ${level} DWARF ${version}`, compiler, level, version] as const),
  ),
);

type Built = ReturnType<typeof workbench.stop>;

const frameOf = async ({ program }: Built): Promise<FrameValues> => {
  const frames = await program.frames();
  return program.values(frames.find(({ name }) => name === 'work')!);
};

/** What we and gdb say of expressions, where there is something to say. */
async function compare(built: Built, texts: readonly string[], from = 0, scope?: FrameValues) {
  const values = scope ?? (await frameOf(built));
  const mine: string[] = [];
  const theirs: string[] = [];
  for (const [n, text] of texts.entries()) {
    const answer = built.answers[from + n]!;
    const found = await built.program.memory.compute(() => ours(values, text));
    mine.push(line(text, found, answer));
    theirs.push(line(text, answer, found));
  }
  return { mine, theirs };
}

/** The frame as assignments leave it that gdb carries out; what gdb does not, we do not either. */
async function written(built: Built, writes: readonly string[], from: number) {
  const values = await frameOf(built);
  const lost = say`lost`;
  return built.program.memory.compute(() => {
    const journal = new Journal(values.environment(), { homes: values.frame.homes, lost, fixed: undefined });
    const environment = journal.environment();
    for (const [n, text] of writes.entries()) {
      const write = () => evaluate(compile(text, values), environment);
      const { error, gone } = built.answers[from + n]!;
      if (error !== undefined || gone) expect(write).toThrow();
      else write();
    }
    return Object.assign(Object.create(values) as FrameValues, { environment: () => environment });
  });
}

describe.each(VARIANTS)('%s', (_label, compiler, level, version) => {
  let sse: Built;
  let x87: Built;
  beforeAll(() => {
    sse = workbench.stop(
      compiler,
      level,
      version,
      [...LOCALS, ...WRITES, ...LOCALS, ...XMM],
      'floats.c',
      SSE,
    );
    const texts = [...X87_LOCALS, ...X87_WRITES, ...X87_LOCALS, ...ST];
    x87 = workbench.stop(compiler, level, version, texts, 'floats.c', ['-DX87', '-mno-sse']);
  });

  it('has the variables in SSE registers that gdb has', async () => {
    const { mine, theirs } = await compare(sse, LOCALS);
    expect(mine).toEqual(theirs);
    expect(theirs.filter((text) => !/: (?:fails|gone)$/.test(text)).length).toBeGreaterThan(14);
  });

  it('has those in x87 registers', async () => {
    const { mine, theirs } = await compare(x87, X87_LOCALS);
    expect(mine).toEqual(theirs);
    expect(theirs.filter((text) => !/: (?:fails|gone)$/.test(text)).length).toBeGreaterThan(1);
  });

  it.each(['SSE', 'x87'] as const)('writes those in %s registers as gdb does', async (kind) => {
    const [built, locals, writes, registers] =
      kind === 'SSE' ? ([sse, LOCALS, WRITES, XMM] as const) : ([x87, X87_LOCALS, X87_WRITES, ST] as const);
    const after = await written(built, writes, locals.length);
    const found = await compare(built, [...locals, ...registers], locals.length + writes.length, after);
    expect(found.mine).toEqual(found.theirs);
  });

  it('shows them among the variables, and says what to write into the processor', async () => {
    const { inspection, frames } = sse.program;
    const frame = (await frames()).find(({ name }) => name === 'work')!;
    const scopes = await inspection.scopes(frame);
    const shown = new Map<string, string>();
    for (const { variablesReference } of scopes.filter(({ name }) => name !== 'Registers'))
      for (const { name, value } of await inspection.variables({ variablesReference }))
        shown.set(name, value);
    const isKnown = ({ gone, error }: { gone?: boolean; error?: string }) => !gone && error === undefined;
    for (const name of ['x', 'g', 'unused']) {
      const answer = sse.answers[LOCALS.indexOf(name)]!;
      if (isKnown(answer))
        expect([name, Math.fround(Number(shown.get(name)))]).toEqual([
          name,
          Math.fround(Number(answer.float)),
        ]);
    }
    // What gdb does with the first of the assignments.
    if (!isKnown(sse.answers[LOCALS.length]!)) {
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
