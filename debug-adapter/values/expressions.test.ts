/**
 * Hundreds of expressions over a stopped program, built by two compilers at three levels of optimisation with two versions of
 * DWARF: gdb and we have the same registers and memory, and must say the same of each.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.ts';
import type { FrameValues } from '../frame-values.ts';
import type { Frame } from '../stack.ts';
import { compile } from './check.ts';
import { evaluate } from './evaluate.ts';
import { formatValue, LIMITS } from './format.ts';
import { scalarOf } from './scalar.ts';
import { EXPRESSIONS } from './testing/expressions.ts';
import { type Answer, openWorkbench } from './testing/stop-under-gdb.ts';
import type { StoppedProgram } from './testing/stopped-program.ts';
import { bare, bytesOf, isFloat, isSigned, sizeOf } from './value.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const VARIANTS = (['gcc', 'clang'] as const).flatMap((compiler) =>
  ['-O0', '-Og', '-O2'].flatMap((level) =>
    [4, 5].map((version) => [`${compiler} ${level} DWARF ${version}`, compiler, level, version] as const),
  ),
);

/** The same facts about our value. */
function ours(scope: FrameValues, text: string): Answer {
  try {
    const environment = scope.environment();
    const value = evaluate(compile(text, scope), environment);
    const { location } = value;
    const type = bare(value.type);
    const size = type.kind === 'function' ? 1 : sizeOf(type);
    if (type.kind === 'array' || type.kind === 'function')
      return location.kind === 'memory' ? { size, address: location.address } : { size };
    if (location.kind === 'optimised-out') return { gone: true };
    if (type.kind === 'struct' || type.kind === 'union') return { size };
    const bytes = bytesOf(value, environment);
    if (!bytes) return { error: 'unreadable' };
    const number = scalarOf(bytes, type);
    if (type.kind === 'pointer') return { size, address: Number(number) };
    if (isFloat(type)) {
      const context = { ...environment, symbolAt: () => undefined, lineAt: () => undefined };
      return {
        size,
        float: formatValue(value, { ...context, style: undefined, limits: LIMITS.line }),
      };
    }
    return { size, integer: String(number), signed: isSigned(type) };
  } catch (error) {
    if (error instanceof AdapterError) return { error: error.message };
    throw error;
  }
}

/** Both as one line, with what cannot be compared left out. */
function line(text: string, answer: Answer, other: Answer): string {
  if (answer.error !== undefined) return `${text}: fails`;
  if (answer.gone) return `${text}: gone`;
  if (answer.float !== undefined) return `${text}: ${answer.size} bytes, ${floatText(answer)}`;
  if (answer.address !== undefined && other.address !== undefined)
    return `${text}: ${answer.size} bytes at ${(answer.address >>> 0).toString(16)}`;
  if (answer.integer === undefined) return `${text}: ${answer.size} bytes`;
  const value = BigInt.asUintN((answer.size ?? 4) * 8, BigInt(answer.integer));
  return `${text}: ${answer.size} bytes, ${value}, ${answer.signed ? 'signed' : 'unsigned'}`;
}

/** Python and JavaScript write the same doubles differently; 80-bit ones have their own test. */
function floatText({ size = 0, float = '' }: Answer): string {
  const number = Number(float.replace(/^(-?)inf.*$/, '$1Infinity'));
  if (Number.isNaN(number)) return 'nan';
  return String(size === 4 ? Math.fround(number) : size > 8 ? number.toPrecision(14) : number);
}

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
    const scope = program.values(frame);
    const mine: string[] = [];
    const theirs: string[] = [];
    for (const [n, [text]] of EXPRESSIONS.entries()) {
      const answer = built.answers[n]!;
      const found = await program.memory.compute(() => ours(scope, text));
      mine.push(line(text, found, answer));
      theirs.push(line(text, answer, found));
    }
    expect(mine).toEqual(theirs);
    expect(EXPRESSIONS.length).toBeGreaterThan(500);
    expect(theirs.filter((text) => !/: (?:fails|gone)$/.test(text)).length).toBeGreaterThan(480);
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
