/** Messages that were posted to another thread and came out of a structured clone are those that were sent. */
import { describe, expect, it } from 'vitest';
import { checkRequest } from '../worker/check.ts';
import type { MachineEvent, Posted, Request } from './machine-protocol.ts';
import { CpuWord, PackedCpu } from './packed-cpu.ts';
import { messagesOf, postedMessage, postedRequest, requestOf } from './thread-messages.ts';

type StoppedEvent = Extract<MachineEvent, { event: 'stopped' }>;

const received = (request: Request) => requestOf(structuredClone(postedRequest(request)));
const heard = (message: Posted) => messagesOf(structuredClone(postedMessage(message)));

const requests: Request[] = [
  { id: 1, kind: 'step', params: { kind: 'instruction', over: true } },
  { id: 2, kind: 'step', params: { kind: 'until', address: 0xffff_fff0, stack: 8, coroutine: 3 } },
  {
    ...{ id: 2, kind: 'step' },
    params: {
      ...{ kind: 'until', address: 0xffff_fff0, stack: 8, coroutine: 3 },
      callers: Uint32Array.of(0x1000, 0x1010, 8, 0x6f00, 0x7000),
    },
  },
  {
    ...{ id: 3, kind: 'step' },
    params: {
      ...{ kind: 'range', over: false, frame: undefined },
      ranges: [
        [0, 4],
        [0xc010_0000, 0xc010_0004],
      ],
    },
  },
  {
    ...{ id: 4, kind: 'step' },
    params: {
      ...{ kind: 'range', over: true, ranges: [[1, 2]] },
      frame: { cfa: 0x1000, rows: Uint32Array.of(1, 2, 4, 8) },
      callers: Uint32Array.of(0x1000, 0x1010, 5, 8, 0x7000),
    },
  },
  { id: 5, kind: 'resume', params: {} },
  { id: 6, kind: 'resume', params: { visit: true } },
  { id: 7, kind: 'readMsr', params: { index: 16 } },
];

describe('requests', () => {
  it.each(requests)('come as they were sent: $kind $params', (request) => {
    expect(received(request)).toEqual(request);
    expect(checkRequest(received(request))).toBeUndefined();
  });

  it('that are lists of something else are refused as others are', () => {
    expect(checkRequest(requestOf([]))).toMatch(/^There is no request/);
    expect(checkRequest(requestOf([1, 'boot']))).toMatch(/^The request "boot" expects/);
    expect(checkRequest(requestOf([1, 'range', true, 0, undefined, 4]))).toMatch(/expects/);
    expect(checkRequest(requestOf([1, 'until', 'nowhere']))).toMatch(/expects/);
  });
});

function stop(more: Partial<StoppedEvent> = {}, snapshot: Partial<StoppedEvent['snapshot']> = {}) {
  const cpu = new PackedCpu(new Uint32Array(CpuWord.End).map((_, n) => n * 0x0101_0101));
  const lists = { breakpoints: [], problems: [], watchpoints: [], caught: [], causes: [], answers: [] };
  const where = { pending: undefined, instructions: 12, virtualNanoseconds: 2 ** 40, coroutine: 1 };
  return {
    ...{ event: 'stopped', reason: 'step', exitStatus: undefined, ...lists, ...more },
    snapshot: { cpu, ...where, passages: [], ...snapshot },
  } as StoppedEvent;
}
const special = stop(
  {
    ...{
      reason: 'breakpoint',
      breakpoints: [1, 2],
      exitStatus: 0,
      answers: [undefined, { bytes: Uint8Array.of(1) }],
    },
    problems: [{ format: 'no {0}', values: ['value'] }],
    causes: [{ vector: 8, errorCode: 0, cr2: 4 }],
  } as never,
  {
    pending: { vector: 14, errorCode: 2, cr2: 0x1000 },
    passages: [{ monitor: 0, physical: 0x2000, page: new Uint8Array(4096) }],
  },
);

describe('what the machine says', () => {
  it.each([
    ['a plain stop', stop()],
    ['a stop with everything', special],
    ['an answer', { id: 3, result: { bytes: Uint8Array.of(7) } }],
    ['an event', { event: 'log', text: 'hello' }],
    [
      'an answer and an event',
      [
        { id: 4, result: {} },
        { event: 'log', text: 'hello' },
      ],
    ],
    ['an answer and a stop', [{ id: 4, result: {} }, special]],
  ] as [string, Posted][])('comes as it was sent: %s', (_, message) => {
    expect(heard(message)).toEqual(message);
  });

  it('has a processor that can be asked', () => {
    const { snapshot } = heard(stop()) as StoppedEvent;
    expect(snapshot.cpu.general[2]).toBe(0x0202_0202);
  });
});
