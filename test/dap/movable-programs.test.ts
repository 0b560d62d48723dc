/** Position-independent programs: where a kernel has put one is found by what is mapped. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { inRoot, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const kernel = inRoot('samples/unix-guest/build/unix-guest.elf');
/** Where the loader is thought to put it. */
const BASE = 0x0804_8000;

const PROGRAM = `
static volatile int total = 5;

static int call(int number, int argument)
{
	int result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(argument) : "memory");
	return result;
}

static int add(int n)
{
	total += n; /* here */
	return total;
}

void _start(void)
{
	add(7);
	add(call(64, 0));
	call(1, 0);
}
`;

const tested = testedAdapter();
let session: Session;
let source: string;
let movable: string;
beforeAll(async () => {
  mkdirSync(tested.bundle.file('shared'));
  [source, movable] = [tested.bundle.file('movable.c'), tested.bundle.file('movable.elf')];
  writeFileSync(source, PROGRAM);
  const object = tested.bundle.file('movable.o');
  const gcc = (...args: string[]) => execFileSync('gcc', ['-m32', '-nostdlib', ...args], { stdio: 'pipe' });
  const compiler = ['-g', '-O1', '-fno-inline', '-ffreestanding', '-fpie', '-fno-stack-protector'];
  gcc(...compiler, '-fcf-protection=none', '-fno-asynchronous-unwind-tables', '-c', source, '-o', object);
  const script = inRoot('test/dap/support/movable.ld');
  const linker = (base: number) => `-Wl,-m,elf_i386,--build-id=none,-T,${script},--defsym,BASE=${base}`;
  // The sample's kernel loads programs where they are linked: linked once more, it is where another kernel would have put it.
  gcc('-pie', '-Wl,--no-dynamic-linker', linker(0), object, '-o', movable);
  gcc('-static', '-no-pie', linker(BASE), object, '-o', tested.bundle.file('shared/placed.elf'));
  const words = 'cofs0=shared run=mount+cofs0+/mnt;/mnt/placed.elf';
  writeFileSync(tested.bundle.file('movable.colinux'), `kernel="${kernel}" ${words}`);
});

it('a breakpoint waits for the program and stops in it; its data has moved along', async () => {
  session = await tested.open();
  const config = tested.bundle.file('movable.colinux');
  const breakpoints = [[source, lineOf(source, '/* here */')]] as const;
  const launch = { kernel: undefined, config, programs: [movable], breakpoints };
  const [bound] = await session.launch(launch);
  expect(bound).toMatchObject({ verified: false, reason: 'pending' });
  expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 2 });
  expect(await session.evaluate(`$eip >= ${BASE} && $eip < ${BASE + 0x2000}`)).toBe('1');
  expect((await session.names()).slice(0, 2)).toEqual(['add', '_start']);
  expect(await session.evaluate('total * 10 + n')).toBe('57');
  const { modules } = (await session.client.modulesRequest({})).body;
  expect(modules.find(({ id }) => id === 'program:movable.elf')).toMatchObject({ bias: '+0x08048000' });
  await session.go('continue');
  expect(await session.evaluate('total')).toBe('12');
});
