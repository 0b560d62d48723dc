/** What depends on the client: what it cancels, what it wants to hear of, how it counts, what it completes. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { guest } from './support/bundle.ts';
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;

const main = inSample('kernel/main.c');
const greeting = lineOf(main, 'greet("a coop');

/** A session of a client with these abilities, at the greeting. */
async function toGreeting(abilities: Partial<DebugProtocol.InitializeRequestArguments>, line = greeting) {
  session = await tested.open();
  const { client } = session;
  await client.send('initialize', { adapterID: 'colinux', ...abilities });
  await client.launchRequest({ kernel: guest, memory: 1024 } as DebugProtocol.LaunchRequestArguments);
  await session.setBreakpoints(main, line);
  await client.configurationDoneRequest();
  await session.stop();
}

const eventsOf = (...names: string[]) =>
  session.messages
    .map((message) => message as DebugProtocol.Event)
    .filter(({ type, event }) => type === 'event' && names.includes(event))
    .map(({ event, body }) => ({ event, ...(body as object) }));

const evaluate = (expression: string) =>
  session.client.send('evaluate', { expression, context: 'repl' }) as Promise<DebugProtocol.EvaluateResponse>;
/** Reads a gigabyte. */
const LONG = 'find physical:0,+0x3fff0000 "no such text in all of this memory"';

/** The number of the request that was sent last. */
const lastRequest = () => (session.client as unknown as { sequence: number }).sequence - 1;

describe('a request that takes long', () => {
  it('can be cancelled, and the session lives on', async () => {
    await toGreeting({ supportsProgressReporting: true });
    const failed = expect(evaluate(LONG)).rejects.toThrow(/^cancelled$/);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await session.client.send('cancel', { requestId: lastRequest() });
    await failed;
    expect((await evaluate('p 1 + 1')).body.result).toBe('2');
  });

  it('tells how far it is, and can be cancelled by that', async () => {
    await toGreeting({ supportsProgressReporting: true });
    const searching = evaluate(LONG);
    const failed = expect(searching).rejects.toThrow(/^cancelled$/);
    // On a slow computer there is one of the launch, too.
    let start: DebugProtocol.ProgressStartEvent['body'];
    do start = (await session.event('progressStart')).body as typeof start;
    while (start.title !== 'Evaluating');
    expect(start.cancellable).toBe(true);
    const { progressId } = start;
    const update = (await session.event('progressUpdate')) as DebugProtocol.ProgressUpdateEvent;
    expect(update.body).toMatchObject({ progressId, message: expect.stringMatching(/^at 0x/) as string });
    await session.client.send('cancel', { progressId });
    await failed;
    const ends = () => eventsOf('progressEnd').map((end) => (end as { progressId?: string }).progressId);
    while (!ends().includes(progressId)) await session.event('progressEnd');
  });

  it('tells nothing to a client that does not want to hear it', async () => {
    await toGreeting({});
    const failed = expect(evaluate(LONG)).rejects.toThrow(/^cancelled$/);
    await new Promise((resolve) => setTimeout(resolve, 800));
    await session.client.send('cancel', { requestId: lastRequest() });
    await failed;
    expect(eventsOf('progressStart', 'progressUpdate', 'progressEnd')).toEqual([]);
  });

  it('that is over, or never was, cannot be cancelled, and that is no error', async () => {
    await toGreeting({});
    await session.client.send('cancel', { requestId: 1 });
    await session.client.send('cancel', { progressId: 'nonsense' });
    await session.client.send('cancel', {});
    expect(await session.where()).toMatch(/^kmain /);
  });
});

describe('what the user changes', () => {
  it('is told to clients that want to hear of it', async () => {
    await toGreeting({ supportsInvalidatedEvent: true, supportsMemoryEvent: true });
    await session.client.send('writeMemory', { memoryReference: '0xc0100000', data: 'VVVV' });
    await evaluate('write/b &boot_params 1 2');
    // They follow the answer.
    while (eventsOf('memory').length < 2) await session.event('memory');
    expect(eventsOf('invalidated', 'memory')).toEqual([
      { event: 'invalidated', areas: ['variables'] },
      { event: 'memory', memoryReference: '0xc0100000', offset: 0, count: 3 },
      { event: 'invalidated', areas: ['variables'] },
      {
        event: 'memory',
        memoryReference: expect.stringMatching(/^guest0:0xc0/) as string,
        offset: 0,
        count: 2,
      },
    ]);
  });

  it('is not told to others', async () => {
    await toGreeting({});
    await evaluate('write/b &boot_params 1');
    expect(eventsOf('invalidated', 'memory')).toEqual([]);
  });
});

describe('colours', () => {
  it('are for clients that show them', async () => {
    await toGreeting({ supportsANSIStyling: true });
    expect((await evaluate('help')).body.result).toContain('\x1b[36mwalk\x1b[0m');
    await session.close();
    await toGreeting({});
    expect((await evaluate('help')).body.result).not.toContain('\x1b');
  });
});

describe('completion in the console', () => {
  const complete = async (text: string, column = text.length + 1) =>
    ((await session.client.send('completions', { text, column })) as DebugProtocol.CompletionsResponse).body
      .targets;
  const labels = async (text: string) => (await complete(text)).map(({ label }) => label);

  it('offers commands, and expressions behind those that take one', async () => {
    await toGreeting({}, lineOf(main, 'memory: %u MiB'));
    expect(await complete('wa')).toContainEqual(
      expect.objectContaining({ label: 'walk', start: 1, length: 2 }),
    );
    expect(await labels('sw')).toContain('switches');
    expect(await labels(':g')).toEqual(['gdt']);
    expect(await labels('help wr')).toEqual(['write']);
    expect(await labels('threads x')).toEqual([]);
    expect(await complete('walk &boot_par')).toContainEqual(
      expect.objectContaining({ label: 'boot_params', start: 'walk &'.length + 1, length: 8 }),
    );
    expect(await labels('x/4xw megab')).toEqual(['megabytes']);
    expect(await labels('megab')).toContain('megabytes');
    expect(await labels('boot->mem')).toContain('memory_size');
  });
});
