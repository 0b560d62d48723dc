/** Conditions, hit counts, log points and kinds of addresses of breakpoints, evaluated where the machine runs. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let file: string;
beforeAll(async () => {
  kernel = buildImage(tested.bundle, 'loop', source, { suffix: '.c', flags: ['-Og', '-fno-inline'] });
  file = tested.bundle.file('loop.c');
});

const source = `${C_ENTRY}struct item { unsigned char kind; unsigned flag : 3; int signed_field : 5; long long big; const char *name; };
enum colour { RED, GREEN = 5, BLUE };
static const char *const names[] = { "zero", "one", "two", "three" };
struct item items[4];
volatile int total;
volatile enum colour paint;

int visit(struct item *item, int n)
{
	int square = n * n;
	item->kind = n;
	item->flag = n & 7;
	item->signed_field = -n;
	item->big = 0x100000000ll * n;
	item->name = names[n & 3];
	total += square; /* here */
	return square;
}

int fast(int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++) {
		sum += i; /* hot */
		total = sum;
	}
	return sum;
}

void kmain(void)
{
	paint = GREEN;
	for (int n = 0; n < 12; n++)
		visit(&items[n & 3], n);
	fast(100000);
	__asm__ volatile("outb %%al, $0xf4" :: "a"(0));
}
`;

type Wanted = DebugProtocol.SourceBreakpoint;
async function start(...breakpoints: Omit<Wanted, 'line'>[]): Promise<DebugProtocol.Breakpoint[]> {
  return startAt('/* here */', ...breakpoints);
}
async function startAt(
  text: string,
  ...breakpoints: Omit<Wanted, 'line'>[]
): Promise<DebugProtocol.Breakpoint[]> {
  session = await tested.open();
  await session.launch({ kernel, stopOnEntry: true });
  await session.stop();
  const line = lineOf(file, text);
  const { body } = await session.client.setBreakpointsRequest({
    source: { path: file },
    breakpoints: breakpoints.map((one) => ({ ...one, line })),
  });
  return body.breakpoints;
}
const go = () => session.go('continue');
/** Values of `n` at all stops to the end. */
async function stops(): Promise<number[]> {
  const found: number[] = [];
  for (;;) {
    await session.client.continueRequest({ threadId: 1 });
    const next = await Promise.race([session.stop(), session.event('exited')]).catch(() => undefined);
    if (!next || !('reason' in next)) return found;
    found.push(Number(await session.evaluate('n')));
  }
}
const said = () =>
  session.messages
    .map((message) => message as { event?: string; body?: { output?: string; category?: string } })
    .filter(({ event, body }) => event === 'output' && body?.category === 'console')
    .map(({ body }) => body!.output!.trimEnd());

describe('a condition', () => {
  it.each([
    ['n == 3 || n > 9', [3, 10, 11]],
    ['square >= 25 && square < 50', [5, 6, 7]],
    ['item->flag == 5', [5]],
    ['item->signed_field < -8', [9, 10, 11]],
    ['item->big == 0x400000000', [4]],
    ['(unsigned char)(n + 250) < 5', [6, 7, 8, 9, 10]],
    ['item == &items[2]', [2, 6, 10]],
    ['item - items == 1 && n', [1, 5, 9]],
    ["paint == GREEN && names[n & 3][0] == 'o'", [1, 5, 9]],
    ['total / (n - 4) == 0 && n > 4', []],
    ['($esp & 3) == 0 && n % 6 == 0', [0, 6]],
  ])('%s', async (condition, expected) => {
    expect(await start({ condition })).toMatchObject([{ verified: true }]);
    if (condition.includes('/ (n - 4)')) {
      // At 4 there is no answer: the breakpoint stops and says why.
      await go();
      expect(await session.evaluate('n')).toBe('4');
      expect(session.messages.map((one) => JSON.stringify(one)).join()).toContain('divides by zero');
      return;
    }
    expect(await stops()).toEqual(expected);
  });

  it('that only the adapter can evaluate stops where it holds, too', async () => {
    expect(await start({ condition: '(float)n * 2.5f > 24.0f' })).toMatchObject([{ verified: true }]);
    expect(await stops()).toEqual([10, 11]);
  });

  it('that does not hold takes no stop from another breakpoint at its place, also if both are set where one was', async () => {
    const other = { condition: '(float)n > 100.0f' };
    for (const both of [
      [{}, other],
      [other, {}],
    ]) {
      await start({});
      const line = lineOf(file, '/* here */');
      const { body } = await session.client.setBreakpointsRequest({
        source: { path: file },
        breakpoints: both.map((one) => ({ ...one, line })),
      });
      const ids = body.breakpoints.map(({ id }) => id);
      expect(new Set(ids).size).toBe(2);
      expect((await go()).hitBreakpointIds).toEqual([ids[both.indexOf(other) === 0 ? 1 : 0]]);
    }
  });

  it('that only the adapter can evaluate and that does not hold lets a step over it go on', async () => {
    await startAt('visit(&items[n & 3], n);', {});
    await go();
    const { body } = await session.client.setBreakpointsRequest({
      source: { path: file },
      breakpoints: [{ line: lineOf(file, '/* here */'), condition: '(float)n > 100.0f' }],
    });
    expect(body.breakpoints).toMatchObject([{ verified: true }]);
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect((await session.stack())[0]!.name).toBe('kmain');
    expect(await session.evaluate('total')).toBe('0');
    for (let n = 0; n < 4; n++) await session.go('next');
    expect((await session.stack())[0]!.name).toBe('kmain');
  });

  it('that is none makes no breakpoint, and says what is wrong', async () => {
    const [wrong] = await start({ condition: 'nobody == 3' });
    expect(wrong).toMatchObject({ verified: false, message: expect.stringContaining('nobody') as string });
    const [assigned] = (
      await session.client.setBreakpointsRequest({
        source: { path: file },
        breakpoints: [{ line: lineOf(file, '/* here */'), condition: 'n = 3' }],
      })
    ).body.breakpoints;
    expect(assigned).toMatchObject({
      verified: false,
      message: expect.stringContaining('assigns') as string,
    });
  });
});

describe('a hit condition', () => {
  it.each([
    ['3', [2]],
    ['>= 10', [9, 10, 11]],
    ['%5', [4, 9]],
    ['< 3', [0, 1]],
  ])('%s', async (hitCondition, expected) => {
    await start({ hitCondition });
    expect(await stops()).toEqual(expected);
  });

  it('counts the visits at which the condition holds', async () => {
    await start({ condition: 'n & 1', hitCondition: '3' });
    expect(await stops()).toEqual([5]);
  });
});

describe('a log point', () => {
  it('tells values of all kinds and never stops', async () => {
    const logMessage =
      'n={n} {square,x} {item->name} {paint} {{{item->big}}} {items[1].kind,d} {&items[0],p}';
    await start({ logMessage, condition: 'n == 1 || n == 2' });
    expect(await stops()).toEqual([]);
    const told = said().filter((line) => line.startsWith('n='));
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/^n=1 0x0*1 0x[0-9a-f]{8} (<\S+> )?"one" GREEN.* \{4294967296\} 1 0x203020$/);
    expect(told[1]).toMatch(/^n=2 0x0*4 0x[0-9a-f]{8} (<\S+> )?"two"/);
  });

  it('tells what only the adapter can evaluate', async () => {
    await start({ logMessage: 'half {(float)n / 2.0f}', condition: 'n == 3' });
    expect(await stops()).toEqual([]);
    expect(said()).toContain('half 1.5');
  });
});

describe('in a hot loop', () => {
  it('a condition is evaluated a hundred thousand times without a word to the client', async () => {
    await startAt('/* hot */', { condition: 'i == 99990' });
    await go();
    expect(await session.evaluate('i')).toBe('99990');
    expect(await session.evaluate('sum')).toBe(String(((99_990 * 99_989) / 2) | 0));
  });
});

describe('an instruction breakpoint', () => {
  it('by physical address finds code at whatever linear address, with a condition', async () => {
    await start();
    const { body } = await session.client.customRequest('setInstructionBreakpoints', {
      breakpoints: [
        {
          instructionReference: await addressOf('visit'),
          mode: 'physical',
          condition: '*(int *)($esp + 8) == 7',
        },
      ],
    });
    expect(body).toMatchObject({ breakpoints: [{ verified: true }] });
    await go();
    expect(await session.evaluate('*(int *)($esp + 8)')).toBe('7');
    expect((await session.stack())[0]!.name).toBe('visit');
  });
});

describe('a data breakpoint', () => {
  const onTotal = async (when: { condition?: string; hitCondition?: string }) => {
    await start();
    const { body: info } = await session.client.customRequest('dataBreakpointInfo', { name: 'total' });
    const { dataId } = info as DebugProtocol.DataBreakpointInfoResponse['body'];
    const { body } = await session.client.customRequest('setDataBreakpoints', {
      breakpoints: [{ dataId, ...when }],
    });
    return (body as DebugProtocol.SetDataBreakpointsResponse['body']).breakpoints;
  };

  // The sums of squares: 1, 5, 14, 30, 55, 91, 140, ...
  it.each([
    [{ condition: 'total > 50 && paint == GREEN' }, '55'],
    [{ condition: '$value - $before >= 36 && $write' }, '91'],
    [{ hitCondition: '3' }, '14'],
    [{ condition: 'total % 5 == 0', hitCondition: '>= 4' }, '140'],
  ])('counts when %j', async (when, total) => {
    expect(await onTotal(when)).toMatchObject([{ verified: true }]);
    expect(await go()).toMatchObject({ reason: 'data breakpoint' });
    expect(await session.evaluate('total')).toBe(total);
  });

  it.each([
    ['n == 3', /n/],
    ['total = 3', /assigns/],
  ])('with %s is refused with a sentence', async (condition, sentence) => {
    expect(await onTotal({ condition })).toMatchObject([
      { verified: false, message: expect.stringMatching(sentence) as string },
    ]);
  });
});

const addressOf = async (symbol: string): Promise<string> =>
  /0x[0-9a-f]+/.exec(await session.evaluate(`(void *)${symbol}`))![0];
