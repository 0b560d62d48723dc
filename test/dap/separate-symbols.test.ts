/** A kernel whose symbols are in another file (`symbols`), and a step over a line of it that calls a hundred thousand times. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
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

/** What a session says of the symbols of a kernel. */
async function toldOf(kernel: string, ask: (session: Session) => Promise<unknown> = () => Promise.resolve()) {
  const session = await tested.open();
  await session.launch({ kernel, stopOnEntry: true });
  await session.stop();
  await ask(session);
  return session.messages.flatMap((message) => {
    const { event, body } = message as { event?: string; body?: { category?: string; output: string } };
    return event === 'output' && body?.category === 'important' ? [body.output] : [];
  });
}

it('says which split-off debug information is missing', async () => {
  const build = { suffix: '.c', flags: ['-O1', '-gsplit-dwarf'] } as const;
  const kernel = buildImage(tested.bundle, 'split', source, build);
  expect(await toldOf(kernel)).toEqual([]);
  rmSync(tested.bundle.file('split.elf-split.dwo'));
  expect(await toldOf(kernel)).toEqual([
    expect.stringMatching(/^split\.elf: The split-off debug information \S*split\.dwo was expected where/),
  ]);
});

it('says that debug information is of another build', async () => {
  const kernel = buildImage(tested.bundle, 'linked', source, { suffix: '.c', flags: ['-O1'] });
  const debug = tested.bundle.file('linked.debug');
  execFileSync('objcopy', ['--only-keep-debug', kernel, debug]);
  execFileSync('objcopy', ['--strip-debug', `--add-gnu-debuglink=${debug}`, kernel]);
  expect(await toldOf(kernel)).toEqual([]);
  copyFileSync(kernel, debug);
  expect(await toldOf(kernel)).toEqual([
    expect.stringContaining('linked.elf has no debug information (DWARF)'),
    expect.stringMatching(/linked\.debug, that file is of another build/),
  ]);
});

it('says what is damaged when it is read', async () => {
  const kernel = buildImage(tested.bundle, 'damaged', source, { suffix: '.c', flags: ['-O1'] });
  const lines = tested.bundle.file('lines');
  writeFileSync(lines, Buffer.alloc(40, 7));
  execFileSync('objcopy', [`--update-section=.debug_line=${lines}`, kernel], { stdio: 'pipe' });
  const file = tested.bundle.file('damaged.c');
  const told = await toldOf(kernel, (session) => session.setBreakpoints(file, 1));
  expect(told).toEqual([expect.stringMatching(/^damaged\.elf: .*\.debug_line/)]);
});

it('shows no variables whose types the debug information leaves out', async () => {
  const kernel = buildImage(tested.bundle, 'brief', source, { suffix: '.c', flags: ['-O1', '-g1'] });
  const file = tested.bundle.file('brief.c');
  const session = await tested.open();
  await session.launch({ kernel, breakpoints: [[file, lineOf(file, '/* behind */')]] });
  await session.stop();
  expect(await session.scope('Globals')).toEqual([]);
  expect(await session.evaluate('*(int *)&turns')).toBe('100000');
});
