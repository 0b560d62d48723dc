/** Programs that a kernel loads from files: their symbols are found by what is mapped, at every stop anew. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CoverageBody } from '../../debug-adapter/custom-protocol.ts';
import { buildImage } from './support/build-image.ts';
import { type Frame, inRoot, lineOf, placeOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const kernel = inRoot('samples/unix-guest/build/unix-guest.elf');
const syscalls = inRoot('samples/unix-guest/kernel/syscalls.c');

/** `_start` asks for its parent with a number in hand; both programs are linked at the same address. */
const program = (name: string, number: number) => `
static int call(int number)
{
	int result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number) : "memory");
	return result;
}

static int ${name}(volatile int secret)
{
	int parent = call(64);

	return parent + secret;
}

void _start(void)
{
	volatile int result = ${name}(${number});

	result++;
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
}
`;

const tested = testedAdapter();
let session: Session;
let images: string[];
beforeAll(async () => {
  mkdirSync(tested.bundle.file('shared'));
  const build = (name: string, number: number) =>
    buildImage(tested.bundle, `shared/${name}`, program(name, number), {
      suffix: '.c',
      flags: ['-O0', '-fno-asynchronous-unwind-tables', '-fno-stack-protector', '-fcf-protection=none'],
    });
  images = [build('first', 41), build('second', 1234)];
  const words = 'cofs0=shared run=mount+cofs0+/mnt;/mnt/first.elf;/mnt/second.elf';
  writeFileSync(tested.bundle.file('programs.colinux'), `kernel="${kernel}" ${words}`);
});

async function inSystemCall(options: object): Promise<void> {
  session = await tested.open();
  const breakpoints = [[syscalls, lineOf(syscalls, 'return current->parent->pid;')]] as const;
  const config = tested.bundle.file('programs.colinux');
  await session.launch({ kernel: undefined, config, breakpoints, ...options });
  expect(await session.stop()).toMatchObject({ reason: 'breakpoint' });
}

/** The frames behind the system call; nothing says that `_start` has no caller. */
async function ringThree(): Promise<Frame[]> {
  const frames = await session.stack();
  const from = frames.findIndex(({ name }) => name === 'call');
  return frames.slice(from, from + 3);
}

const localOf = async (name: string, local: string): Promise<string> => {
  const frame = (await session.stack()).find((one) => one.name === name);
  return session.evaluate(local, { frameId: frame?.id ?? 0 });
};

describe('the stack of a system call', () => {
  it('ends in the program that has called, whichever is at these addresses now', async () => {
    await inSystemCall({ programs: images });
    const file = tested.bundle.file('shared/first.c');
    const user = await ringThree();
    expect(user.map(({ name }) => name)).toEqual(['call', 'first', '_start']);
    expect(user[1]).toMatchObject({ source: { path: file }, line: lineOf(file, 'call(64)') });
    expect(user[1]?.moduleId).toBe('program:first.elf');
    expect(await localOf('first', 'secret')).toBe('41');
    await session.go('continue');
    expect((await ringThree()).map(({ name }) => name)).toEqual(['call', 'second', '_start']);
    expect(await localOf('second', 'secret')).toBe('1234');
  });

  it('is left by a step over IRET, into the source of the program', async () => {
    await inSystemCall({ programs: images });
    const steps: string[] = [];
    while (!steps.at(-1)?.startsWith('call ') && steps.length < 40) {
      await session.go('next');
      const [top] = await session.stack();
      steps.push(top ? placeOf(top) : '');
    }
    expect(steps.at(-1)).toMatch(/^call shared\/first.c:\d+$/);
    await session.go('stepOut');
    expect((await session.stack())[0]).toMatchObject({ name: 'first' });
    await session.go('next');
    expect(await session.evaluate('parent + secret')).toMatch(/^\d+$/);
  });
});

describe('a breakpoint in a program', () => {
  const launch = async (which: string, more: object) => {
    session = await tested.open();
    await session.client.initializeRequest({ adapterID: 'colinux', pathFormat: 'path' });
    const config = tested.bundle.file('programs.colinux');
    await session.client.launchRequest({ config, programs: images } as object);
    await session.event('initialized');
    const path = tested.bundle.file(`shared/${which}.c`);
    const line = lineOf(path, 'return parent + secret');
    const { body } = await session.client.setBreakpointsRequest({
      source: { path },
      breakpoints: [{ line, ...more }],
    });
    expect(body.breakpoints).toMatchObject([{ verified: true, line }]);
    await session.client.configurationDoneRequest();
    return `${which} shared/${which}.c:${line}`;
  };

  it('stops in that program, not in another one at the same address', async () => {
    const place = await launch('second', {});
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 2 });
    expect(await session.where()).toBe(place);
    expect(await session.evaluate('secret')).toBe('1234');
  });

  it('has conditions over its variables, and messages', async () => {
    const place = await launch('first', { condition: 'secret == 41 && parent > 0' });
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 2 });
    expect(await session.where()).toBe(place);
    const path = tested.bundle.file('shared/second.c');
    await session.client.setBreakpointsRequest({
      source: { path },
      breakpoints: [{ line: lineOf(path, 'return parent + secret'), logMessage: 'the secret is {secret}' }],
    });
    await session.client.continueRequest({ threadId: 2 });
    let output = '';
    while (!output.includes('the secret'))
      output = ((await session.event('output')).body as { output: string }).output;
    expect(output).toContain('the secret is 1234');
  });
});

it('of the coverage have lines of their own, though the programs have the same addresses', async () => {
  await inSystemCall({ programs: images, coverage: true });
  await session.go('continue');
  expect((await ringThree())[1]).toMatchObject({ name: 'second' });
  const { files } = (await session.client.customRequest('colinux/coverage')).body as CoverageBody;
  const counts = (which: string) => {
    const path = tested.bundle.file(`shared/${which}.c`);
    const found = files.find((file) => file.path === path);
    const count = (text: string) => found?.lines.find(({ line }) => line === lineOf(path, text))?.count;
    return ['call(64)', 'return parent + secret', 'result++'].map(count);
  };
  // The first has ended, the second waits for its system call.
  expect(counts('first')).toEqual([1, 1, 1]);
  expect(counts('second')).toEqual([1, 0, 0]);
});

it('without the option it ends where nothing is known; a file that is none is told', async () => {
  await inSystemCall({ programs: [images[1], syscalls] });
  expect((await session.names()).at(-1)).not.toBe('_start');
  expect(await session.names()).not.toContain('first');
  const said = session.messages.map((message) => JSON.stringify(message)).join('');
  expect(said).toMatch(/syscalls.c has no symbols here: An ELF file/);
});
