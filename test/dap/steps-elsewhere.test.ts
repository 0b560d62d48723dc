/** Steps over what does not come back to where it was called from. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from './support/build-image.ts';
import { inRoot, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let file: string;
beforeAll(() => {
  const source = readFileSync(inRoot('test/dap/support/away/away.c'), 'utf8');
  kernel = buildImage(tested.bundle, 'away', source, {
    suffix: '.c',
    flags: ['-O2', '-fno-ipa-cp', '-fno-ipa-sra'],
  });
  file = tested.bundle.file('away.c');
});

/** Stands at a line, without breakpoints. */
async function at(text: string, path = file, options: object = { kernel }): Promise<void> {
  session = await tested.open();
  await session.launch({ ...options, breakpoints: [[path, lineOf(path, text)]] });
  await session.stop();
  await session.setBreakpoints(path);
}
async function here(): Promise<string> {
  const { name, line } = (await session.stack())[0]!;
  return `${name} ${line}`;
}
const place = (name: string, text: string) => `${name} ${lineOf(file, text)}`;

describe('a step over an assertion that its handler skips', () => {
  it.each(['next', 'stepIn'] as const)('is behind it (%s)', async (command) => {
    await at('/* asserts */');
    expect(await session.go(command)).toMatchObject({ reason: 'step' });
    expect(await here()).toBe(place('kmain', '/* asserted */'));
    expect(await session.evaluate('assertions')).toBe('1');
  });
});

describe('a step of a program over a system call', () => {
  it('that ends the handler of a signal is where the program goes on', async () => {
    await at('/* signal return */');
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect(await here()).toBe(place('program', '/* raised */'));
  });

  it('that raises a signal runs its handler unseen', async () => {
    await at('/* raises */');
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect(await here()).toBe(place('program', '/* raised */'));
    expect(await session.evaluate('signals')).toBe('1');
  });
});

describe('a step of a line that goes to ring 3 by IRET', () => {
  it('ends in the program, though an interrupt has waited for that', async () => {
    await at('/* enters */');
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect(await here()).toBe(place('program', '/* program */'));
    expect(await session.evaluate('$cs & 3')).toBe('3');
    expect(await session.evaluate('ticks')).toBe('1');
  });
});

describe('a function that ends with a jump to another one', () => {
  it('is stepped over to its caller', async () => {
    await at('/* jump */');
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect(await here()).toBe(place('kmain', '/* called */'));
    expect(await session.evaluate('sum')).not.toBe('0');
  });

  it('is stepped into', async () => {
    await at('/* jump */');
    await session.go('stepIn');
    expect(await here()).toBe(place('last', '/* in last */'));
  });

  it('stops at a breakpoint in that one', async () => {
    await at('/* jump */');
    await session.setBreakpoints(file, lineOf(file, '/* in last */'));
    expect(await session.go('next')).toMatchObject({ reason: 'breakpoint' });
    expect(await here()).toBe(place('last', '/* in last */'));
  });
});

describe('what goes back to a frame further out', () => {
  it('to the function that is stepped ends a step over what has called it', async () => {
    await at('/* throws here */');
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect(await here()).toBe(place('same_frame', '/* caught here */'));
  });

  it.each([
    ['through a function that is stepped', '/* through */', 'next'],
    ['itself, when that is stepped over', '/* throws */', 'next'],
  ] as const)('%s leads the step to where it was caught', async (_what, text, command) => {
    await at(text);
    expect(await session.go(command)).toMatchObject({ reason: 'step' });
    expect(await here()).toBe(place('same_frame', '/* caught here */'));
  });

  it('ends a step out of what it leaves', async () => {
    await at('/* in middle */');
    expect(await session.go('stepOut')).toMatchObject({ reason: 'step' });
    expect((await session.names()).slice(0, 2)).toEqual(['same_frame', 'kmain']);
  });

  it('inside of what is stepped over does not end the step', async () => {
    await at('/* caught further */');
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect(await here()).toBe(place('outer_frame', '/* behind it */'));
  });
});

describe('what goes back to a frame further out, in other ways', () => {
  it('ends a step over a line of many calls in the frame that it leads to', async () => {
    await at('/* often */');
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect(await here()).toBe(place('catches_often', '/* caught at last */'));
    expect(await session.evaluate('sum != 9')).toBe('1');
  });

  it('by the compiler ends a step over it, at any depth of a recursion', async () => {
    await at('/* builtin */');
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect((await session.names())[0]).toBe('catches_builtin');
    await at('/* deeper */');
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect((await session.names())[0]).toBe('catches_builtin');
  });

  it('says so behind a step out', async () => {
    await at('/* in middle */');
    expect(await session.go('stepOut')).toMatchObject({
      reason: 'step',
      description: 'Left without a return',
      text: expect.stringMatching(/^The function at middle(\+0x[0-9a-f]+)? has not returned/) as string,
    });
  });
});

describe('a step out of the handler of a signal', () => {
  it('that makes the system call itself is where the program goes on', async () => {
    await at('/* signal */');
    expect(await session.go('stepOut')).toMatchObject({
      reason: 'step',
      description: 'Left without a return',
    });
    expect((await session.names())[0]).toBe('program');
    await session.go('next');
    expect(await session.evaluate('sum')).toBe('2');
  });

  it('that returns to a trampoline is where the program goes on', async () => {
    await at('/* by trampoline */');
    expect(await session.go('stepOut')).toMatchObject({
      reason: 'step',
      description: 'Left without a return',
    });
    expect((await session.names())[0]).toBe('program');
    await session.go('next');
    expect(await session.evaluate('sum')).toBe('3');
  });

  it('by lines goes over the trampoline, too', async () => {
    await at('/* last of it */');
    await session.go('next');
    if ((await session.names())[0] === 'on_trampoline') await session.go('next');
    expect((await session.names())[0]).toBe('program');
  });
});

describe('a step that does not come back', () => {
  it('is told of when it is paused, and is given up then', async () => {
    await at('/* never */');
    await session.client.nextRequest({ threadId: 1 });
    await session.client.pauseRequest({ threadId: 1 });
    expect(await session.stop()).toMatchObject({
      reason: 'pause',
      description: 'Paused during a step',
      text: expect.stringMatching(/^The step that began at program\+0x[0-9a-f]+ is not over: /) as string,
    });
    await session.client.continueRequest({ threadId: 1 });
    await session.client.pauseRequest({ threadId: 1 });
    const stop = await session.stop();
    expect(stop).toMatchObject({ reason: 'pause' });
    expect(stop.description).toBeUndefined();
  });
});

describe('a step of the host over the first switch to a guest', () => {
  it('comes back to the host', async () => {
    const passage = inRoot('kernels/host/driver/passage.c');
    await at('code(page, &page->host, &page->guest);', passage, {});
    expect(await session.go('next')).toMatchObject({ reason: 'step', threadId: 1 });
    expect((await session.names())[0]).not.toMatch(/^co_passage|guest_entry/);
  });
});
