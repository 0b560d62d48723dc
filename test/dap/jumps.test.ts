/** Jump to cursor where the processor does not just stand before an instruction: halted, with an exception held back, among inlined calls. */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let file: string;

const source = `${C_ENTRY}
volatile int sum, zero;

static inline __attribute__((always_inline)) int twice(int n)
{
	int result = n * 2; /* in twice */
	sum += result; /* end of twice */
	return result;
}

void kmain(void)
{
	sum = 1; /* first */
	sum += twice(sum); /* inlined */
	sum = 100 / zero; /* divides */
	sum = 7; /* behind */
	__asm__ volatile("cli; hlt"); /* halts */
	sum = 8; /* woken */
	sum = 9; /* last */
	for (;;)
		;
}
`;

beforeAll(() => {
  kernel = buildImage(tested.bundle, 'jumps', source, { suffix: '.c', flags: ['-O1'] });
  file = tested.bundle.file('jumps.c');
});

const line = (text: string) => lineOf(file, text);

async function jump(text: string): Promise<void> {
  const { client } = session;
  const { body } = await client.customRequest('gotoTargets', { source: { path: file }, line: line(text) });
  const [target] = (body as { targets: { id: number }[] }).targets;
  expect(target).toBeDefined();
  await client.customRequest('goto', { threadId: 1, targetId: target!.id });
  expect(await session.stop()).toMatchObject({ reason: 'goto' });
  expect((await session.stack())[0]!.line).toBe(line(text));
}
async function at(text: string): Promise<void> {
  session = await tested.open();
  await session.launch({ kernel, breakpoints: [[file, line(text)]] });
  await session.stop();
}

describe('a jump', () => {
  it('out of a halt for ever wakes the processor', async () => {
    await at('/* first */');
    await jump('/* behind */');
    await session.setBreakpoints(file);
    await session.client.continueRequest({ threadId: 1 });
    expect(await session.stop()).toMatchObject({ description: 'Halted for ever' });
    await jump('/* woken */');
    expect((await session.go('next')).reason).toBe('step');
    expect(await session.evaluate('sum')).toBe('8');
  });

  it('from an exception that is held back leaves it out', async () => {
    await at('/* first */');
    await session.client.setExceptionBreakpointsRequest({ filters: ['exception'] });
    const stop = await session.go('continue');
    expect(stop.reason).toBe('exception');
    await jump('/* behind */');
    expect((await session.go('next')).reason).toBe('step');
    expect(await session.evaluate('sum')).toBe('7');
    expect((await session.stack())[0]!.line).toBe(line('/* halts */'));
  });

  it('into an inlined call of the function, and back out of it', async () => {
    await at('/* first */');
    await session.go('next');
    await jump('/* end of twice */');
    expect((await session.names())[0]).toBe('twice');
    await jump('/* first */');
    expect((await session.names())[0]).toBe('kmain');
    expect((await session.go('next')).reason).toBe('step');
    expect(await session.evaluate('sum')).toBe('1');
  });
});
