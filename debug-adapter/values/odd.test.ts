/**
 * What C programs seldom have: bit fields far away and across words, anonymous members, enumerations of every width, arrays of variable
 * length, complex numbers, casts to pointers to functions; and what optimisers leave of values. gdb has the same registers and memory, and
 * must say the same.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from './check.ts';
import { evaluate } from './evaluate.ts';
import { formatValue, LIMITS } from './format.ts';
import { ours } from './testing/answers.ts';
import { compare, known, scopeOf } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const GLOBALS = [
  ...['one', 'across', 'small', 'tiny', 'yes', 'top', 'sign', 'after'].map((name) => `far_bits.${name}`),
  ...['first', 'second', 'third', 'fourth', 'fifth'].map((name) => `tight.${name}`),
  ...['low', 'high', 'both', 'word', 'bits', 'rest', 'named.at[1].y'].map((name) => `anonymous.${name}`),
  ...['anonymous_pointer->high[1]', '&anonymous.both', '&far_bits.after'],
  ...['tail->items[2].y', 'tail->items[1]', '*tail', 'empty', 'sign', 'wide', 'tiny', 'huge_enum'],
  ...['-tiny', 'wide + 1', 'sign < 0', 'tiny < 0', '(enum sign)7', '(char)sign', '(unsigned char)tiny'],
  ...['(long long)tiny', 'T_MINUS', 'H_TOP', 'H_MINUS', 'TOP', 'wide == TOP'],
  ...[
    'atomic',
    'atomic + 1',
    '(u8)atomic',
    '*atomic_pointer',
    'atomic_pointer->x',
    'cv',
    '*cvp',
    '**chain',
    'chain',
  ],
  ...['broad[5]', 'sixteen[0]', 'lanes[1]', 'functions[0]', 'operation', '!operation', 'operation && 1'],
  ...['(int (*)(int,int))operation', '(void (*)(void))0', '*(int (**)(int, int))&operation', 'chooser'],
  ...['(int (*(*)(int))(int, int))chooser', 'matrix', 'planes[1][2][0]', '*planes', '*(int (*)[3][2])matrix'],
  ...['matrix[1]', '&matrix[1]', '*matrix[1]', '&*matrix', 'points_pointer', '(*points_pointer)[1]->y'],
  ...['*points[0]', 'dissected.f', 'dissected.exponent', 'dissected.mantissa', 'dissected.negative'],
  ...['flags[2]', 'letters[1]', 'letters[1][0]', '&letters[1]', '*(u8 (*)[4])&anonymous.word'],
];
const LOCALS = [
  ...['argument', 'where', 'where->head', 'scale', 'big', 'lost', 'pair.x', 'pair.y', 'constant'],
  ...['*to_constant', 'single', 'twofold', 'shifted', 'packed_local.a', 'packed_local.b', 'packed_local.c'],
  ...['count', 'alias', 'result'],
];
const LENGTHS = [
  ...[
    'varying',
    'varying[1]',
    'varying[2]',
    'varying[1][2]',
    '&varying[1][3]',
    '*varying[1]',
    '*(varying[1] + 2)',
  ],
];

const VARIANTS = (['gcc', 'clang'] as const).flatMap((compiler) =>
  ['-O0', '-Og', '-O2'].flatMap((level) =>
    [4, 5].map((version) => [`${compiler} ${level} DWARF ${version}`, compiler, level, version] as const),
  ),
);

describe.each(VARIANTS)('%s', (_label, compiler, level, version) => {
  let built: ReturnType<typeof workbench.stop>;
  // gdb takes a length that is optimised out for 0 or 1.
  const texts = [...GLOBALS, ...LOCALS, ...(compiler === 'gcc' || level === '-O0' ? LENGTHS : [])];
  beforeAll(() => {
    built = workbench.stop(compiler, level, version, texts, { sources: ['odd.c'] });
  });
  const scope = () => scopeOf(built);

  it('has the values, sizes and signs that gdb has', async () => {
    const { mine, theirs } = await compare(built, await scope(), texts);
    expect(mine).toEqual(theirs);
    expect(known(theirs).length).toBeGreaterThan(90);
  });

  it('computes with arrays of variable length, which gdb does not, or says that a length is not known', async () => {
    const values = await scope();
    const number = async (text: string) => {
      const { integer, address, error } = await built.program.memory.compute(() => ours(values, text));
      return integer ?? address ?? error;
    };
    const start = Number(await number('(unsigned)alias'));
    if (Number.isNaN(start)) return;
    const isKnown = texts.includes('varying');
    const unless = (known: unknown) =>
      isKnown ? known : expect.stringMatching('length of this array|optimised out');
    expect(await number('(unsigned)(varying + 1)')).toEqual(unless(String(start + 16)));
    expect(await number('sizeof varying')).toEqual(unless('48'));
    expect(await number('sizeof(varying[0]) / sizeof(varying[0][0])')).toEqual(unless('4'));
    // clang describes a pointer to such an array without any length.
    expect(await number('table[1][2]')).toEqual(
      compiler === 'gcc' ? '77' : expect.stringMatching('length of this array|optimised out'),
    );
  });

  it('shows complex numbers, and says why it does not compute with them', async () => {
    const values = await scope();
    const shown = (text: string) =>
      built.program.memory.compute(() => {
        const environment = values.environment();
        const context = { ...environment, symbolAt: () => undefined, lineAt: () => undefined };
        const value = evaluate(compile(text, values), environment);
        return formatValue(value, { ...context, style: undefined, limits: LIMITS.line });
      });
    expect(await shown('complex_float')).toBe('1.5 - 2.5i');
    expect(await shown('complex_double')).toBe('-0.25 + 3i');
    expect(await shown('complex_long')).toBe('0.333333333333333333342 + 2i');
    expect(await shown('complex_int')).toBe('-3 + 4i');
    expect(await shown('complex_bytes')).toBe('1 + 2i');
    await expect(shown('complex_int + 1')).rejects.toThrow('complex');
    await expect(shown('complex_float + 1')).rejects.toThrow('complex');
    await expect(shown('(point_t){ .x = 1 }')).rejects.toThrow('Initialisers in braces');
    await expect(shown('({ int x = 1; x; })')).rejects.toThrow('Initialisers in braces and statements');
  });
});
