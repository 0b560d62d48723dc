/** Data breakpoints on what is no whole variable for ever: bit fields, and variables of functions that return. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let source: string;

const SOURCE = `${C_ENTRY}
struct { unsigned low : 3, middle : 7, high : 12; unsigned long long : 0, wide : 37, beside : 20; } flags;
volatile int seen;
__attribute__((noinline)) int inner(int n) { volatile int reused[8]; for (int i = 0; i < 8; i++) reused[i] = n; return reused[7]; }
__attribute__((noinline)) int outer(int n) {
	volatile int local = n;
	local += 10; /* in outer */
	seen += inner(local);
	local += 100;
	return local;
}
void kmain(void) {
	flags.low = 1; /* begin */
	seen = outer(1);
	inner(seen); inner(7); /* reuse */
	flags.high = 5;
	flags.middle = 9;
	flags.low = 2;
	flags.middle = 9;
	flags.middle = 127;
	outer(2); /* again */
	flags.beside = 5; /* wide */
	flags.wide = 1;
	flags.beside = 6;
	flags.wide = 0x1200000001;
}`;

beforeAll(() => {
  kernel = buildImage(tested.bundle, 'parts', SOURCE, { suffix: '.c', flags: ['-O0'] });
  source = tested.bundle.file('parts.c');
});

type Info = DebugProtocol.DataBreakpointInfoResponse['body'];

/** Stops at a line and watches something from there on. @returns what is said of it */
async function watch(
  line: string,
  name: string,
  more: Partial<DebugProtocol.DataBreakpoint> = {},
): Promise<Info> {
  session = await tested.open();
  await session.launch({ kernel, breakpoints: [[source, lineOf(source, line)]] });
  await session.stop();
  const [top] = await session.stack();
  const { body } = (await session.client.customRequest('dataBreakpointInfo', { name, frameId: top!.id })) as {
    readonly body: Info;
  };
  const set = await session.client.customRequest('setDataBreakpoints', {
    breakpoints: [{ dataId: body.dataId, accessType: 'write', ...more }],
  });
  expect((set as DebugProtocol.SetDataBreakpointsResponse).body.breakpoints).toMatchObject([
    { verified: true },
  ]);
  await session.setBreakpoints(source);
  return body;
}

/** All stops to the end: what each says, and where it is. */
async function stops(): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const { reason, text } = (await session.go('continue')) as { reason: string; text?: string };
    if (reason !== 'data breakpoint') return found;
    found.push(`${(await session.names())[0]}: ${text?.replace(/^0x[0-9a-f]{8}: /, '')}`);
  }
}

describe('a bit field', () => {
  it('stops when its own bits change, not those beside them', async () => {
    const { description, dataId } = await watch('/* begin */', 'flags.middle');
    expect(description).toMatch(/^flags\.middle \(bits 3 to 9 of 2 bytes at 0x[0-9a-f]{8}\)$/);
    expect(dataId).toMatch(/^0x[0-9a-f]{8}\+2:3:7@flags\+0$/);
    expect(await stops()).toEqual(['kmain: 0 → 9', 'kmain: 9 → 127 (0x7f)']);
  });

  it('takes a condition besides', async () => {
    await watch('/* begin */', 'flags.middle', { condition: 'flags.middle > 100' });
    expect(await stops()).toEqual(['kmain: 9 → 127 (0x7f)']);
  });

  it('of more than four bytes, too', async () => {
    const { description } = await watch('/* wide */', 'flags.wide');
    expect(description).toContain('bits 0 to 36 of 5 bytes');
    expect(await stops()).toEqual(['kmain: 0 → 1', 'kmain: 1 → 77309411329 (0x1200000001)']);
  });

  it('has its value in conditions', async () => {
    await watch('/* begin */', 'flags.middle', { condition: '$before == 9 && $value == 127' });
    expect(await stops()).toEqual(['kmain: 9 → 127 (0x7f)']);
  });
});

describe('a variable of a function', () => {
  it('is watched until the function returns, not when others use the same stack', async () => {
    const { description, dataId } = await watch('/* in outer */', 'local');
    expect(description).toMatch(/^local \(4 bytes at 0x[0-9a-f]{8}, until outer returns\)$/);
    expect(dataId).toMatch(/^0x[0-9a-f]{8}\+4~[0-9a-f]+:[0-9a-f]+:[0-9a-f]+$/);
    expect(await stops()).toEqual(['outer: 1 → 11 (0xb)', 'outer: 11 (0xb) → 111 (0x6f)']);
  });

  it('takes a condition besides', async () => {
    await watch('/* in outer */', 'local', { condition: '$value > 100' });
    expect(await stops()).toEqual(['outer: 11 (0xb) → 111 (0x6f)']);
  });

  it('is none of the caller, whose variables live on', async () => {
    session = await tested.open();
    await session.launch({ kernel, breakpoints: [[source, lineOf(source, 'volatile int reused')]] });
    await session.stop();
    const [, outer] = await session.stack();
    const { body } = (await session.client.customRequest('dataBreakpointInfo', {
      name: 'local',
      frameId: outer!.id,
    })) as { readonly body: Info };
    expect(body.description).toContain('until outer returns');
  });
});
