/** Types as large as memory: sizes and places as gdb has them, and nothing is read or listed as a whole. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare, scopeOf } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const TEXTS = [
  ...[
    '(unsigned)sizeof *memory',
    '(unsigned)sizeof(both)',
    '(unsigned)sizeof *screen',
    '(unsigned)sizeof *words',
  ],
  ...['*memory', '*views', '*screen', '*words', 'memory->bytes', '&memory->bytes[0x7ffffffe]'],
  ...[
    'memory->bytes[0x2000]',
    'views->tail[0x800]',
    '&views->tail[0x1ffffffe]',
    '(*screen)[0]',
    '(*screen)[1]',
  ],
  ...['&(*screen)[0x7ffe][0xfffe]', '(*words)[0x801]', '&(*words)[0x1ffffffe]', '&memory[1]', 'memory + 1'],
  ...[
    'endless.next->next->all[0]',
    '(*endless.many)[0]->next',
    '&(*endless.many)[0x0ffffffe]',
    '*endless.many',
  ],
];

describe('a program of types as large as memory', () => {
  let built: ReturnType<typeof workbench.stop>;
  beforeAll(() => {
    built = workbench.stop('gcc', '-O0', 5, TEXTS, { sources: ['huge.c'] });
  });

  it('has the sizes and places that gdb has', async () => {
    const { mine, theirs } = await compare(built, await scopeOf(built), TEXTS);
    expect(mine).toEqual(theirs);
  });

  it('shows and pages them, the last element too', async () => {
    const { inspection, frames } = built.program;
    const frame = (await frames()).find(({ name }) => name === 'work')!;
    const shown = async (text: string) =>
      (await inspection.evaluate(text, frame, { hexadecimal: false, context: 'watch' })).body;
    const words = await shown('*words');
    expect(words).toMatchObject({ indexedVariables: 0x1fffffff });
    expect(words.result).toMatch(/^\[536870911\] \{/);
    const { variablesReference } = words;
    const last = await inspection.variables({ variablesReference, start: 0x1ffffffe, count: 10 });
    expect(last.map(({ name }) => name)).toEqual(['[536870910]']);
    // Nobody can use all of them at once, and no answer has room for them.
    const all = await inspection.variables({ variablesReference });
    expect(all.length).toBeLessThan(100_000);
    expect((await shown('*memory')).result).toContain('bytes=');
    expect((await shown('middle,[0x1000000]')).result.length).toBeLessThan(1000);
    await expect(shown('middle,[0x7fffffff]')).rejects.toThrow('elements can be shown');
    expect((await shown('endless')).result.length).toBeLessThan(1000);
  });
});
