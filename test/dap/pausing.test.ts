/** Who asks for a pause gets a stop, wherever the machine is on its way: also where it stands for a moment that no client sees. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { type Bundle, bundleAdapter } from './support/bundle.ts';
import { type InlineSession, type Message, openInline, stopsOf } from './support/inline-session.ts';

let bundle: Bundle;
let kernel: string;
beforeAll(async () => {
  bundle = await bundleAdapter();
  const source = `${C_ENTRY}
volatile int counter;
void kmain(void)
{
	for (;;)
		counter++;
}
`;
  kernel = buildImage(bundle, 'pausing', source, { suffix: '.c', flags: ['-O0'] });
});
afterAll(() => {
  bundle.dispose();
});

const sessions: InlineSession[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.dispose();
});
const COUNTING = C_ENTRY.split('\n').length + 5;
const path = () => bundle.file('pausing.c');

async function launched(): Promise<InlineSession> {
  const session = openInline(bundle);
  sessions.push(session);
  await session.answered('initialize', { adapterID: 'test' });
  await session.answered('launch', { kernel, memory: 16 });
  return session;
}
const isStop = ({ event }: Message) => event === 'stopped';
const setLine = (session: InlineSession, ...breakpoints: object[]) =>
  session.answered('setBreakpoints', {
    source: { path: path() },
    breakpoints: breakpoints.map((one) => ({ line: COUNTING, ...one })),
  });

/** Stands in the loop, without a breakpoint. */
async function stopped(): Promise<InlineSession> {
  const session = await launched();
  await setLine(session, {});
  await session.answered('configurationDone');
  await session.until(isStop);
  await setLine(session);
  session.messages.length = 0;
  return session;
}

describe('a pause', () => {
  it('stops a thread that alone was let go in the same breath', async () => {
    const { send, until, messages } = await stopped();
    send('continue', { threadId: 1, singleThread: true });
    const pause = send('pause', { threadId: 1 });
    await until(({ request_seq }) => request_seq === pause);
    await until(isStop);
    expect(stopsOf(messages)).toMatchObject([{ body: { reason: 'pause' } }]);
  });

  it('stops a machine that is let go for the first time in the same breath, and it goes on from there', async () => {
    const session = await launched();
    const { send, until, messages } = session;
    send('configurationDone');
    send('pause', { threadId: 1 });
    await until(isStop);
    expect(stopsOf(messages)).toMatchObject([{ body: { reason: 'pause', threadId: 1 } }]);
    await setLine(session, {});
    await session.answered('continue', { threadId: 1 });
    await until(({ body, event }) => event === 'stopped' && body?.reason === 'breakpoint');
  });

  it('is what stops a machine whose breakpoint does not hold, at whichever of its visits that is', async () => {
    const session = await stopped();
    // What only the adapter can look at.
    await setLine(session, { condition: '(float)counter < 0.5f' });
    for (let n = 0; n < 20; n++) {
      session.messages.length = 0;
      session.send('continue', { threadId: 1 });
      for (let turns = 0; turns < n; turns++) await new Promise((resolve) => setImmediate(resolve));
      session.send('pause', { threadId: 1 });
      await session.until(isStop);
      expect(stopsOf(session.messages)).toMatchObject([{ body: { reason: 'pause' } }]);
    }
  });
});

describe('breakpoints that are set while the machine is booted again', () => {
  it('are those of the next machine, of all sorts', async () => {
    const session = await stopped();
    const info = await session.answered('dataBreakpointInfo', { name: 'counter' });
    const { dataId } = info.body as { dataId: string };
    session.messages.length = 0;
    const restart = session.send('restart');
    // The machine of before is gone, the next one is not there.
    await session.until(({ event, body }) => event === 'thread' && body?.reason === 'exited');
    const sets = [
      session.send('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'write' }] }),
      session.send('setInstructionBreakpoints', { breakpoints: [{ instructionReference: '0x00200000' }] }),
      session.send('setFunctionBreakpoints', { breakpoints: [{ name: 'kmain' }] }),
      session.send('setExceptionBreakpoints', { filters: [] }),
      session.send('setBreakpoints', { source: { path: path() }, breakpoints: [] }),
    ];
    for (const mine of [restart, ...sets]) await session.until(({ request_seq }) => request_seq === mine);
    await session.until(isStop);
    const answers = sets.map((mine) => session.messages.find(({ request_seq }) => request_seq === mine)!);
    expect(answers.map(({ success, body }) => [success, body?.breakpoints])).toMatchObject([
      [true, [{ verified: true }]],
      [true, [{ verified: true }]],
      [true, [{ verified: true }]],
      [true, []],
      [true, []],
    ]);
  });
});
