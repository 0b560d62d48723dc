/** A kernel in a folder behind a symbolic link: sources have the names that the client goes by. */
import { copyFileSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
const SOURCE = `${C_ENTRY}
volatile int seen;
void kmain(void) {
	seen = 1; /* here */
}`;

/** @returns the folder by a link, in which `name.c` and `name.elf` are */
function linked(name: string): { kernel: string; link: string } {
  const kernel = buildImage(tested.bundle, name, SOURCE, { suffix: '.c', flags: ['-O0'] });
  const link = join(tested.bundle.file(`${name}-home`), 'link');
  mkdirSync(dirname(link));
  symlinkSync(realpathSync(dirname(kernel)), link);
  return { kernel, link };
}

const pathsOf = async (session: Session) => {
  const [frame] = await session.stack();
  const { body } = await session.client.customRequest('loadedSources', {});
  const { sources } = body as { readonly sources: readonly { readonly path?: string }[] };
  // Disassembly has no path.
  return [frame!.source!.path, ...sources.flatMap(({ path = [] }) => path)];
};

it('named by the link, its frames and sources are, too', async () => {
  const { kernel, link } = linked('by-kernel');
  const session = await tested.open();
  const named = join(link, 'by-kernel.c');
  await session.launch({ kernel: join(link, 'by-kernel.elf'), stopOnEntry: true });
  await session.stop();
  await session.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'kmain' }] });
  await session.go('continue');
  expect(await pathsOf(session)).toEqual([named, named]);
  expect(dirname(kernel)).not.toBe(link);
});

it('so are they when the client has a breakpoint in a source by the link', async () => {
  const { kernel, link } = linked('by-source');
  const session = await tested.open();
  const named = join(link, 'by-source.c');
  const bound = await session.launch({ kernel, breakpoints: [[named, lineOf(named, '/* here */')]] });
  expect(bound).toMatchObject([{ verified: true, source: { path: named } }]);
  await session.stop();
  expect(await pathsOf(session)).toEqual([named, named]);
});

it('and when it works there, and the kernel is built elsewhere', async () => {
  const { kernel, link } = linked('by-folder');
  const elsewhere = join(dirname(kernel), 'elsewhere');
  mkdirSync(elsewhere);
  copyFileSync(kernel, join(elsewhere, 'kernel.elf'));
  const session = await tested.open();
  await session.launch({ kernel: join(elsewhere, 'kernel.elf'), cwd: link, stopOnEntry: true });
  await session.stop();
  await session.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'kmain' }] });
  await session.go('continue');
  const named = join(link, 'by-folder.c');
  expect(await pathsOf(session)).toEqual([named, named]);
});
