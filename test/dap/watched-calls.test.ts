/** Data breakpoints on variables of calls: the client hears when a call is over, and another one in its place is another one. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { beforeAll, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let source: string;

const SOURCE = `${C_ENTRY}
volatile int seen;
__attribute__((noinline)) int inner(int n) { volatile int reused[8]; for (int i = 0; i < 8; i++) reused[i] = n; return reused[7]; }
__attribute__((noinline)) int outer(int n) {
	volatile int local = n;
	local += 10; /* in outer */
	seen = inner(local);
	local += 100; /* behind inner */
	return local; /* end of outer */
}
__attribute__((noinline)) void repeat(void) {
	volatile int count = 0;
	for (int n = 0; n < 3; n++)
		count += outer(n); /* call */
	count++;
}
void kmain(void) {
	repeat();
	seen = 1; /* after */
}`;

beforeAll(() => {
  kernel = buildImage(tested.bundle, 'calls', SOURCE, { suffix: '.c', flags: ['-O0'] });
  source = tested.bundle.file('calls.c');
});

type Breakpoint = DebugProtocol.Breakpoint;
const NEVER = '$value > 1000';
const OVER = expect.stringMatching(
  /^The call that had this variable is over: it is watched no more\./,
) as string;

async function idOf(name: string, frame = 0): Promise<string> {
  const frameId = (await session.stack())[frame]!.id;
  const answer = await session.client.customRequest('dataBreakpointInfo', { name, frameId });
  return (answer as DebugProtocol.DataBreakpointInfoResponse).body.dataId!;
}

async function set(...breakpoints: Partial<DebugProtocol.DataBreakpoint>[]): Promise<Breakpoint[]> {
  const answer = await session.client.customRequest('setDataBreakpoints', { breakpoints });
  return (answer as DebugProtocol.SetDataBreakpointsResponse).body.breakpoints;
}

/** Stops in the first call of `outer`, with breakpoints on other lines from there on. */
async function inOuter(...lines: string[]): Promise<void> {
  session = await tested.open();
  await session.launch({ kernel, breakpoints: [[source, lineOf(source, '/* in outer */')]] });
  await session.stop();
  await session.setBreakpoints(source, ...lines.map((line) => lineOf(source, line)));
}

/** What the client has heard of data breakpoints. */
const heard = (): Breakpoint[] =>
  session.messages
    .map((message) => message as DebugProtocol.BreakpointEvent)
    .filter(({ event, body }) => event === 'breakpoint' && body.breakpoint.line === undefined)
    .map(({ body }) => body.breakpoint);

it('a call that returns while the machine runs is over: the next call has other variables', async () => {
  await inOuter('/* after */');
  const [{ id } = {}] = await set({ dataId: await idOf('local') });
  const texts: string[] = [];
  for (;;) {
    const { reason, text = '' } = await session.go('continue');
    if (reason === 'breakpoint') break;
    texts.push(text.replace(/^0x[0-9a-f]{8}: /, ''));
  }
  expect(await session.where()).toMatch(/^kmain .*:\d+$/);
  expect(texts).toEqual(['0 → 10 (0xa)', '10 (0xa) → 110 (0x6e)']);
  expect(heard()).toEqual([{ id, verified: false, reason: 'failed', message: OVER }]);
});

it.each(['stepOut', 'next'] as const)('%s out of it ends where it would, and tells it', async (step) => {
  await inOuter('/* end of outer */');
  const [{ id } = {}] = await set({ dataId: await idOf('local'), condition: NEVER });
  await session.go('continue');
  await session.setBreakpoints(source);
  if (step === 'next') await session.go('next');
  expect(heard()).toEqual([]);
  expect(await session.go(step)).toMatchObject({ reason: 'step' });
  expect((await session.names())[0]).toBe('repeat');
  expect((await session.event('breakpoint')).body).toMatchObject({
    ...{ reason: 'changed', breakpoint: { id, verified: false, message: OVER } },
  });
});

it('a step over a call within it is no end of it, nor is one of its callers', async () => {
  await inOuter('/* behind inner */');
  const dataId = await idOf('local');
  const count = await idOf('count', 1);
  const [local, caller] = await set({ dataId, condition: NEVER }, { dataId: count, condition: NEVER });
  expect([local, caller]).toMatchObject([{ verified: true }, { verified: true }]);
  await session.go('next');
  await session.go('continue');
  expect(heard()).toEqual([]);
  await session.setBreakpoints(source, lineOf(source, '/* after */'));
  await session.go('continue');
  const ended = [await session.event('breakpoint'), await session.event('breakpoint')];
  expect(ended.map(({ body }) => (body as DebugProtocol.BreakpointEvent['body']).breakpoint)).toMatchObject([
    { id: local!.id, verified: false },
    { id: caller!.id, verified: false },
  ]);
});

it('stays over when the client says its list again, until a variable of another call is asked for', async () => {
  await inOuter('/* in outer */');
  const dataId = await idOf('local');
  const wanted = { dataId, condition: NEVER };
  await set(wanted);
  await session.go('continue');
  expect(await session.evaluate('n')).toBe('1');
  expect(await set(wanted)).toMatchObject([{ verified: false, message: OVER }]);
  // The same place on the stack, and the same caller.
  expect(await idOf('local')).toBe(dataId);
  expect(await set(wanted)).toMatchObject([{ verified: true }]);
});

it('is over when the machine is another one', async () => {
  await inOuter('/* in outer */');
  const wanted = { dataId: await idOf('local'), condition: NEVER };
  await set(wanted);
  await session.client.customRequest('restart', {});
  await session.stop();
  expect(heard()).toMatchObject([{ verified: false, message: OVER }]);
});
