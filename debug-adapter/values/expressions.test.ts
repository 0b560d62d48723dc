/**
 * Hundreds of expressions over a stopped program, built by two compilers at three levels of optimisation with two versions of
 * DWARF: gdb and we have the same registers and memory, and must say the same of each.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../frame.ts';
import { compile } from './check.ts';
import { evaluate } from './evaluate.ts';
import { ours } from './testing/answers.ts';
import { compare, known } from './testing/comparison.ts';
import { EXPRESSIONS } from './testing/expressions.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';
import type { StoppedProgram } from './testing/stopped-program.ts';
import { bytesOf } from './value.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const VARIANTS = (['gcc', 'clang'] as const).flatMap((compiler) =>
  ['-O0', '-Og', '-O2'].flatMap((level) =>
    [4, 5].map((version) => [`${compiler} ${level} DWARF ${version}`, compiler, level, version] as const),
  ),
);

describe.each(VARIANTS)('%s', (_label, compiler, level, version) => {
  let program: StoppedProgram;
  let frame: Frame;
  let built: ReturnType<typeof workbench.stop>;
  beforeAll(() => {
    const theirs = EXPRESSIONS.map(([, text]) => text);
    built = workbench.stop(compiler, level, version, theirs);
  });

  it('has the values, sizes and signs that gdb has', async () => {
    ({ program } = built);
    frame = (await program.frames()).find(({ name }) => name === 'work')!;
    const texts = EXPRESSIONS.map(([text]) => text);
    const { mine, theirs } = await compare(built, program.values(frame), texts);
    expect(mine).toEqual(theirs);
    expect(EXPRESSIONS.length).toBeGreaterThan(500);
    expect(known(theirs).length).toBeGreaterThan(480);
  });

  it('rounds 80-bit arithmetic as the processor does, to the last bit', async () => {
    const scope = program.values(frame);
    for (let n = 0; n < 8; n++) {
      for (const [operator, result] of [
        ['+', 'sums'],
        ['-', 'differences'],
        ['*', 'products'],
        ['/', 'quotients'],
      ]) {
        const text = `left[${n}] ${operator} right[${n}]`;
        const bytes = await program.memory.compute(() =>
          [text, `${result}[${n}]`].map((one) =>
            bytesOf(evaluate(compile(one, scope), scope.environment()), scope.environment())!.slice(0, 10),
          ),
        );
        expect([text, ...bytes[0]!]).toEqual([text, ...bytes[1]!]);
      }
      for (const text of [`(double)left[${n}] == as_double[${n}]`, `(float)left[${n}] == as_float[${n}]`])
        expect([text, (await program.memory.compute(() => ours(scope, text))).integer]).toEqual([text, '1']);
    }
  });
});
