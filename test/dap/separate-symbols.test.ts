/** A kernel whose symbols are in another file (`symbols`), and a step over a line of it that calls a hundred thousand times. */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();

const source = `${C_ENTRY}volatile int sum, turns = 100000;

__attribute__((noinline)) static int next(int n)
{
	return n ^ 5;
}

void kmain(void)
{
	for (int i = 0; i < turns; i++) sum += next(i); /* loop */
	sum++; /* behind */
}
`;

it('binds breakpoints by the symbols beside it, and steps over all the calls of a line at once', async () => {
  const symbols = buildImage(tested.bundle, 'separate', source, {
    ...{ suffix: '.c', flags: ['-O1', '-Wl,--emit-relocs'] },
  });
  const kernel = tested.bundle.file('stripped.elf');
  execFileSync('strip', [symbols, '-o', kernel]);
  const file = tested.bundle.file('separate.c');
  const session = await tested.open();
  await session.launch({ kernel, symbols, breakpoints: [[file, lineOf(file, '/* loop */')]] });
  await session.stop();
  await session.setBreakpoints(file);
  expect(await session.go('next')).toMatchObject({ reason: 'step' });
  expect((await session.stack())[0]).toMatchObject({ name: 'kmain', line: lineOf(file, '/* behind */') });
  const all = Array.from({ length: 100_000 }, (_, n) => n ^ 5).reduce((a, b) => (a + b) | 0, 0);
  expect(await session.evaluate('sum')).toBe(String(all));
});
