/** Questions to a stopped machine: asked once at a stop, and answered by the next stop itself. */
import { describe, expect, it } from 'vitest';
import type { MachineSnapshot, Request } from '../core/protocol/machine-protocol.ts';
import { MachineClient } from './machine-client.ts';

const PAGE = { space: { kind: 'current' }, address: 0x1000, length: 0x1000 } as const;
const OTHER = { ...PAGE, address: 0x2000 };

/** A machine that answers each read with one byte: how many it has answered. */
function fakeMachine() {
  let listener: (message: unknown) => void = () => undefined;
  const asked: Request[] = [];
  let count = 0;
  const port = {
    post(message: unknown) {
      const request = message as Request;
      asked.push(request);
      const result = request.kind === 'readMemory' ? { bytes: Uint8Array.of(++count) } : {};
      queueMicrotask(() => {
        listener({ id: request.id, result });
      });
    },
    onMessage: (l: typeof listener) => {
      listener = l;
    },
    onError: () => undefined,
    terminate: () => undefined,
  };
  const none = () => undefined;
  const client = new MachineClient(port, none, none);
  const first = async (params: typeof PAGE | typeof OTHER) =>
    (await client.request('readMemory', params)).bytes[0];
  return {
    client,
    asked: () => asked.splice(0).map(({ kind }) => kind),
    expected: () => asked.find(({ kind }) => kind === 'expect')?.params,
    first,
    stop: (...answers: number[]) => {
      const bytes = answers.map((byte) => ({ bytes: Uint8Array.of(byte) }));
      listener({ event: 'stopped', answers: bytes, snapshot: { cpu: {} } as MachineSnapshot });
    },
  };
}

describe('looks at a stopped machine', () => {
  it('are made once, however often they are asked for', async () => {
    const { first, asked } = fakeMachine();
    expect(await Promise.all([first(PAGE), first(PAGE)])).toEqual([1, 1]);
    expect(await first(PAGE)).toBe(1);
    expect(asked()).toEqual(['readMemory']);
  });

  it('are told to the machine before it runs, so that its stop answers them', async () => {
    const { client, first, asked, expected, stop } = fakeMachine();
    await first(PAGE);
    await first(OTHER);
    await client.request('resume', {});
    expect(expected()).toEqual({
      looks: [
        { kind: 'readMemory', params: PAGE },
        { kind: 'readMemory', params: OTHER },
      ],
    });
    asked();
    stop(7, 8);
    expect([await first(PAGE), await first(OTHER)]).toEqual([7, 8]);
    expect(client.known('readMemory', PAGE)?.bytes[0]).toBe(7);
    // What is expected has not changed: nothing to tell.
    await client.request('resume', {});
    expect(asked()).toEqual(['resume']);
  });

  it('are made again when the machine was written to, and are not kept while it runs', async () => {
    const { client, first, stop } = fakeMachine();
    await first(PAGE);
    await client.request('writeMemory', { ...PAGE, bytes: Uint8Array.of(0) });
    expect(await first(PAGE)).toBe(2);
    await client.request('resume', {});
    expect(client.known('readMemory', PAGE)).toBeUndefined();
    expect([await first(PAGE), await first(PAGE)]).toEqual([3, 4]);
    stop(9);
    expect(await first(PAGE)).toBe(9);
  });

  it('that arrive when the machine has gone on are not those of the next stop', async () => {
    const { client, first, stop } = fakeMachine();
    const late = first(PAGE);
    const gone = client.request('resume', {});
    stop();
    expect(await late).toBe(1);
    await gone;
    expect(await first(PAGE)).toBe(2);
  });

  it('are forgotten when nobody has asked for many stops', async () => {
    const { client, first, asked, stop } = fakeMachine();
    await first(PAGE);
    for (let n = 0; n < 20; n++) {
      await client.request('resume', {});
      stop(n);
    }
    expect(asked().filter((kind) => kind === 'expect')).toHaveLength(2);
  });
});
