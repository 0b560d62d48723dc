/** Data breakpoints: variables and addresses, found by whoever touches them in whatever address space. */
import { describe, expect, it } from 'vitest';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;

const main = inSample('kernel/main.c');

type Info = DebugProtocol.DataBreakpointInfoResponse['body'];
type Access = DebugProtocol.DataBreakpointAccessType;

const info = async (args: DebugProtocol.DataBreakpointInfoArguments): Promise<Info> =>
  (await session.client.customRequest('dataBreakpointInfo', args)).body as Info;

async function set(...list: readonly { dataId: string | null; accessType?: Access }[]) {
  const { body } = await session.client.customRequest('setDataBreakpoints', { breakpoints: list });
  return (body as DebugProtocol.SetDataBreakpointsResponse['body']).breakpoints;
}

/** What the last stop says, beside its reason. */
const lastText = () =>
  session.messages
    .map((message) => message as { event?: string; body?: { text?: string } })
    .filter(({ event }) => event === 'stopped')
    .at(-1)?.body?.text;

async function toMain(text: string): Promise<void> {
  session = await tested.open();
  await session.launch({ breakpoints: [[main, lineOf(main, text)]] });
  await session.stop();
}

describe('a data breakpoint', () => {
  it('on a local variable stops where it changes, and says from what to what', async () => {
    await toMain('primes = count_primes');
    const { dataId, description, accessTypes } = await info({ name: 'primes' });
    expect(description).toMatch(/^primes \(4 bytes at guest0:0xc01[0-9a-f]{5}, until kmain returns\)$/);
    expect(accessTypes).toEqual(['read', 'write', 'readWrite']);
    const [bound] = await set({ dataId });
    expect(bound).toMatchObject({ verified: true });
    const stop = await session.go('continue');
    expect(stop).toMatchObject({ reason: 'data breakpoint', threadId: 2, hitBreakpointIds: [bound!.id] });
    expect(lastText()).toMatch(/^guest0:0xc01[0-9a-f]{5}: \S+( \(0x[0-9a-f]+\))? → 25 \(0x19\)$/);
    expect((await session.stack(2))[0]).toMatchObject({ name: 'kmain' });
    const outputs = session.messages.map((message) => message as DebugProtocol.OutputEvent);
    const told = outputs.find(({ event, body }) => event === 'output' && body.output === `${lastText()}\n`);
    expect(told?.body).toMatchObject({ source: { path: main }, line: expect.any(Number) as number });
    await set();
    await session.client.continueRequest({ threadId: 2 });
    await session.event('terminated');
  });

  it('on a member that a container shows, for reading', async () => {
    await toMain('unsigned megabytes = ');
    const [top] = await session.stack(2);
    const { body } = await session.client.scopesRequest({ frameId: top!.id });
    const { variablesReference } = body.scopes[0]!;
    const { body: args } = await session.client.variablesRequest({ variablesReference });
    const boot = args.variables.find(({ name }) => name === 'boot');
    const member = await info({ name: 'memory_size', variablesReference: boot!.variablesReference });
    expect(member.dataId).toMatch(/^guest0:0xc01[0-9a-f]{5}\+4@boot_params\+\d+$/);
    expect(await set({ dataId: member.dataId, accessType: 'read' })).toMatchObject([{ verified: true }]);
    expect(await session.go('continue')).toMatchObject({ reason: 'data breakpoint' });
    expect(lastText()).toMatch(/ was read: 16777216 \(0x1000000\)$/);
    expect((await session.stack(2))[0]).toMatchObject({
      name: 'kmain',
      line: lineOf(main, 'unsigned megabytes'),
    });
  });

  it('on an address of the passage page finds both kernels', async () => {
    await toMain('unsigned megabytes = ');
    const operation = await info({ name: '0xfeaff378', asAddress: true, bytes: 4 });
    expect(operation.dataId).toBe('guest0:0xfeaff378+4');
    await set({ dataId: operation.dataId });
    const owners = new Set<number>();
    for (let n = 0; n < 60 && owners.size < 2; n++) {
      const { reason, threadId } = await session.go('continue');
      expect(reason).toBe('data breakpoint');
      owners.add(threadId ?? 0);
    }
    // The host writes there by an address of its own.
    expect([...owners].sort()).toEqual([1, 2]);
  });

  it('ends a step', async () => {
    await toMain('primes = count_primes');
    const { dataId } = await info({ name: 'primes' });
    await set({ dataId });
    expect(await session.go('next')).toMatchObject({ reason: 'data breakpoint' });
  });

  it('is refused with a sentence where nothing can be watched', async () => {
    await toMain('unsigned megabytes = ');
    expect(await info({ name: '$eax' })).toMatchObject({
      dataId: null,
      description: '$eax has no address: only memory can be watched.',
    });
    expect(await info({ name: '1 + 2' })).toMatchObject({ dataId: null });
    await expect(info({ name: 'nonsense' })).rejects.toThrow(/nonsense/);
    const nowhere = await info({ name: '0x12345000', asAddress: true, bytes: 8 });
    expect(await set({ dataId: nowhere.dataId })).toMatchObject([
      { verified: false, message: expect.stringContaining('is not in memory now') as string },
    ]);
    await expect(set({ dataId: 'rubbish' })).rejects.toThrow(/a "dataId" that dataBreakpointInfo has given/);
    await expect(set({ dataId: nowhere.dataId, accessType: 'execute' as Access })).rejects.toThrow(
      /accessType/,
    );
  });

  it('in the physical mode is of the place in RAM', async () => {
    await toMain('primes = count_primes');
    const { dataId } = await info({ name: 'primes', mode: 'physical' });
    expect(dataId).toMatch(/^physical:0x[0-9a-f]{8}\+4$/);
    expect((await info({ name: '0x5000', asAddress: true, bytes: 8, mode: 'physical' })).dataId).toBe(
      'physical:0x00005000+8',
    );
    const [bound] = await set({ dataId });
    expect(bound).toMatchObject({ verified: true });
    expect(await session.go('continue')).toMatchObject({ reason: 'data breakpoint', threadId: 2 });
  });
});
