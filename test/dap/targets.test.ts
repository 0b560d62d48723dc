/** Where execution can be led: places for breakpoints with columns, jumps, calls to step into. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { guest } from './support/bundle.ts';
import { inRoot, inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;

const main = inSample('kernel/main.c');
const line = (text: string, after?: string) => lineOf(main, text, after);

async function stopAt(path: string, at: number): Promise<void> {
  session = await tested.open();
  await session.launch({ breakpoints: [[path, at]] });
  await session.stop();
}

async function ask<Body>(command: string, args: object): Promise<Body> {
  return (await session.client.customRequest(command, args)).body as Body;
}

const locations = async (args: object) =>
  (
    await ask<DebugProtocol.BreakpointLocationsResponse['body']>('breakpointLocations', {
      source: { path: main },
      ...args,
    })
  ).breakpoints;

const gotoTargets = async (at: number, column?: number) =>
  (
    await ask<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', {
      source: { path: main },
      line: at,
      ...(column === undefined ? {} : { column }),
    })
  ).targets;

async function stepInTargets(threadId: number) {
  const [top] = await session.stack(threadId);
  return (await ask<DebugProtocol.StepInTargetsResponse['body']>('stepInTargets', { frameId: top!.id }))
    .targets;
}

describe('places for breakpoints', () => {
  it('are the statements of a line with their columns, and those of a range of lines', async () => {
    await stopAt(main, line('greet("a coop'));
    const loop = line('for (unsigned divisor');
    const text = '\tfor (unsigned divisor = 2; divisor * divisor <= number; divisor++)';
    const columns = (await locations({ line: loop })).map(({ column }) => column);
    // The three parts of the head: where each begins, the compiler decides within the part.
    expect(columns.length).toBeGreaterThanOrEqual(3);
    expect(columns).toContain(text.indexOf('divisor = 2') + 1);
    expect(columns).toEqual([...columns].sort((a, b) => a! - b!));
    const from = text.indexOf('divisor++') + 1;
    expect(await locations({ line: loop, column: from })).toEqual(
      columns.filter((column) => column! >= from).map((column) => ({ line: loop, column })),
    );
    const lines = (await locations({ line: loop, endLine: loop + 2 })).map((place) => place.line);
    expect([...new Set(lines)]).toEqual([loop, loop + 1, loop + 2]);
    expect(await locations({ line: 1, endLine: 5 })).toEqual([]);
  });

  it('may be one statement of a line', async () => {
    await stopAt(main, line('primes = count_primes'));
    const loop = line('for (unsigned divisor');
    const increment = Math.max(...(await locations({ line: loop })).map(({ column }) => column ?? 0));
    const set = async (column: number) =>
      (
        await session.client.setBreakpointsRequest({
          source: { path: main },
          breakpoints: [{ line: loop, column }],
        })
      ).body.breakpoints;
    // A column within the statement means the statement.
    const [bound] = await set(increment + 1);
    expect(bound).toMatchObject({ verified: true, line: loop, column: increment });
    await session.go('continue');
    const [top] = await session.stack(2);
    expect(top).toMatchObject({ name: 'is_prime', line: loop, column: increment });
    // It begins when a divisor has been tried.
    expect(Number(await session.evaluate('divisor'))).toBe(2);
    await session.go('continue');
    expect(Number(await session.evaluate('number'))).toBeGreaterThan(3);
    const [first] = await set(1);
    expect(first!.column).toBeLessThan(increment);
    expect(first!.id).not.toBe(bound!.id);
  });

  it('are counted from 0 for a client that does so', async () => {
    session = await tested.open();
    const { client } = session;
    await client.send('initialize', { adapterID: 'colinux', linesStartAt1: false, columnsStartAt1: false });
    await client.launchRequest({ kernel: guest } as DebugProtocol.LaunchRequestArguments);
    const loop = line('for (unsigned divisor');
    const found = await locations({ line: loop - 1 });
    expect(found[0]).toMatchObject({ line: loop - 1 });
    expect(found.map(({ column }) => column)).toContain('\tfor (unsigned '.length);
  });
});

describe('a jump', () => {
  it('goes on at another statement of the function, forwards and backwards', async () => {
    await stopAt(main, line('primes = count_primes'));
    const goodbye = line('printk("goodbye');
    const [target] = await gotoTargets(goodbye);
    expect(target).toMatchObject({
      line: goodbye,
      instructionPointerReference: expect.stringMatching(/^0x/) as string,
    });
    await session.client.customRequest('goto', { threadId: 2, targetId: target!.id });
    expect(await session.stop()).toMatchObject({ reason: 'goto', threadId: 2 });
    expect(await session.where()).toBe(`kmain kernel/main.c:${goodbye}`);
    const [back] = await gotoTargets(line('greet("a coop'));
    await session.client.customRequest('goto', { threadId: 2, targetId: back!.id });
    await session.stop();
    expect((await session.go('next')).reason).toBe('step');
    expect(await session.where()).toBe(`kmain kernel/main.c:${line('memory: %u MiB')}`);
    expect((await session.screen()).match(/Hello from/g)).toHaveLength(2);
  });

  it('into another function, of another thread or stop is refused with a sentence', async () => {
    await stopAt(main, line('greet("a coop'));
    const { client } = session;
    const [far] = await gotoTargets(line('return number >= 2'));
    await expect(client.customRequest('goto', { threadId: 2, targetId: far!.id })).rejects.toThrow(
      /^Execution can be moved within kmain only, but is_prime\S* is in another function/,
    );
    const [near] = await gotoTargets(line('printk("goodbye'));
    await expect(client.customRequest('goto', { threadId: 1, targetId: near!.id })).rejects.toThrow(
      'is away',
    );
    await session.go('next');
    await expect(client.customRequest('goto', { threadId: 2, targetId: near!.id })).rejects.toThrow(
      'earlier stop',
    );
    expect(await gotoTargets(1)).toEqual([]);
  });
});

describe('the calls of a line', () => {
  it('can be stepped into one by one', async () => {
    const driver = inRoot('kernels/host/driver/driver.c');
    await stopAt(driver, lineOf(driver, 'answer(request->problem, monitor_start('));
    const offered = await stepInTargets(1);
    expect(offered.map(({ label }) => label)).toEqual(['monitor_start', 'answer']);
    const target = offered.find(({ label }) => label === 'answer');
    await session.client.send('stepIn', { threadId: 1, targetId: target!.id });
    expect((await session.stop()).reason).toBe('step');
    expect((await session.names(1))[0]).toBe('answer');
  });

  it('that come first run to their end when another is chosen', async () => {
    await stopAt(main, line('"panic"))'));
    const [only, ...others] = await stepInTargets(2);
    expect(only).toMatchObject({ label: 'has_word', line: line('"panic"))') });
    expect(others).toEqual([]);
    await session.client.send('stepIn', { threadId: 2, targetId: only!.id });
    await session.stop();
    expect((await session.names(2)).slice(0, 2)).toEqual(['has_word', 'kmain']);
    expect(await session.evaluate('word')).toContain('panic');
    const frames = await session.stack(2);
    expect((await ask<{ targets: unknown[] }>('stepInTargets', { frameId: frames[1]!.id })).targets).toEqual(
      [],
    );
  });
});
