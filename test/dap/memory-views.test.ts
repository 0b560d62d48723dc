/**
 * What other extensions that show memory ask for, request by request: `memory-inspector` (the tracker that it has for every adapter, and
 * the one for C) and the hex editor, whose documents VS Code itself reads and writes by `readMemory` and `writeMemory`.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { guest } from './support/bundle.ts';
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let frameId: number;
let capabilities: object;
const main = inSample('kernel/main.c');

interface MemoryEvent {
  readonly memoryReference: string;
  readonly offset: number;
  readonly count: number;
}

beforeAll(async () => {
  session = await tested.share();
  const { client } = session;
  const answer = await client.initializeRequest({
    ...{ adapterID: 'colinux', pathFormat: 'path' },
    ...{ supportsMemoryReferences: true, supportsMemoryEvent: true },
  });
  capabilities = answer.body ?? {};
  await client.launchRequest({ kernel: guest } as never);
  await session.event('initialized');
  await session.setBreakpoints(main, lineOf(main, 'count_primes(PRIME_LIMIT)'));
  await client.configurationDoneRequest();
  const { threadId } = await session.stop();
  frameId = (await session.stack(threadId))[0]!.id;
});

const read = async (memoryReference: string, count: number, offset?: number) => {
  const args = { memoryReference, count, ...(offset !== undefined && { offset }) };
  const { body } = (await session.client.customRequest('readMemory', args)) as {
    body: { address: string; data?: string; unreadableBytes?: number };
  };
  return { ...body, bytes: Buffer.from(body.data ?? '', 'base64') };
};
const write = (memoryReference: string, offset: number, bytes: readonly number[]) =>
  session.client.customRequest('writeMemory', {
    memoryReference,
    offset,
    data: Buffer.from(bytes).toString('base64'),
  });
const watch = (expression: string) => session.evaluate(expression, { frameId, context: 'watch' });

describe('a view of memory', () => {
  it('finds that memory can be read and written', () => {
    expect(capabilities).toMatchObject({ supportsReadMemoryRequest: true, supportsWriteMemoryRequest: true });
  });

  it('finds where a variable is and how large, as the tracker for C asks', async () => {
    const found = /0x[0-9a-f]+/i.exec(await watch('&megabytes'))?.[0];
    expect(found).toMatch(/^0x[0-9a-f]{8}$/);
    expect(Number(await watch('sizeof(megabytes)'))).toBe(4);
    // The address as it stands there, without the name of an address space, is of the thread that was stopped.
    const { bytes, address } = await read(found!, 4);
    expect(Number(address)).toBe(Number(found));
    expect(bytes.readUInt32LE()).toBe(16);
  });

  it('gets references of the variables of all scopes, and of their members, that can be read', async () => {
    const { scopes } = (await session.client.scopesRequest({ frameId })).body;
    const variables = async (variablesReference: number) =>
      (await session.client.variablesRequest({ variablesReference })).body.variables;
    const all = await Promise.all(
      scopes
        .filter(({ presentationHint }) => presentationHint !== 'registers')
        .map(({ variablesReference }) => variables(variablesReference)),
    );
    const boot = all.flat().find(({ name }) => name === 'boot')!;
    const members = await variables(boot.variablesReference);
    const referenced = [...all.flat(), ...members].filter(
      ({ memoryReference }) => memoryReference !== undefined,
    );
    expect(referenced.length).toBeGreaterThan(5);
    for (const { name, memoryReference } of referenced)
      expect((await read(memoryReference!, 1)).bytes.length, name).toBe(1);
  });

  it('reads pages behind and before a reference, and is told what is not there', async () => {
    const { body } = await session.client.evaluateRequest({ expression: 'boot', frameId, context: 'watch' });
    const reference = body.memoryReference!;
    const [before, at] = [await read(reference, 32, -16), await read(reference, 16, 0)];
    expect(before.bytes.subarray(16)).toEqual(at.bytes);
    const beyond = await read('0xfffff000', 4096);
    expect(beyond).toMatchObject({ unreadableBytes: 4096 });
    expect(beyond.data).toBeUndefined();
  });

  it('writes, and everybody who shows memory or variables is told', async () => {
    const { body } = await session.client.evaluateRequest({
      expression: '&megabytes',
      frameId,
      context: 'watch',
    });
    const reference = body.memoryReference!;
    const { body: written } = await write(reference, 0, [32, 0, 0, 0]);
    expect(written).toEqual({ bytesWritten: 4 });
    const told = (await session.event('memory')).body as MemoryEvent;
    expect(told).toEqual({ memoryReference: reference, offset: 0, count: 4 });
    expect(await watch('megabytes')).toBe('32');
    await write(reference, 0, [16, 0, 0, 0]);
    await session.event('memory');
    // A variable that is set elsewhere is memory that has changed, too.
    await session.client.send('setExpression', { expression: 'megabytes', value: '17', frameId });
    expect(await session.event('memory')).toMatchObject({ body: { count: 4 } });
    await session.client.send('setExpression', { expression: 'megabytes', value: '16', frameId });
  });

  it('reads and writes by the whole window that an editor of a document asks for', async () => {
    // VS Code reads documents in pieces, `offset` from the reference on; the hex editor writes what was typed, and nothing else.
    const { body } = await session.client.evaluateRequest({ expression: 'boot', frameId, context: 'watch' });
    const reference = body.memoryReference!;
    const pieces = await Promise.all([0, 0x80, 0x100].map((offset) => read(reference, 0x80, offset)));
    const whole = await read(reference, 0x180);
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(whole.bytes);
    await write(reference, 0x101, [0xa5]);
    const after = await read(reference, 0x180);
    expect(after.bytes[0x101]).toBe(0xa5);
    await write(reference, 0x101, [whole.bytes[0x101]!]);
    expect((await read(reference, 0x180)).bytes).toEqual(whole.bytes);
  });
});
