/** The requests `colinux/…` for views: each answers what its schema says, and what is true of a machine at a known place. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { CustomRequests } from '../../debug-adapter/custom-protocol.ts';
import { checkValue, type Definitions, type Schema } from '../../debug-adapter/json-schema.ts';
import schemas from '../../debug-adapter/protocol.schema.json' with { type: 'json' };
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
const main = inSample('kernel/main.c');

beforeAll(async () => {
  session = await tested.share();
  await session.launch({ breakpoints: [[main, lineOf(main, 'memory: %u MiB')]] });
  await session.stop();
});

/** Asks, and checks the answer against its schema. */
async function ask<C extends keyof CustomRequests>(
  command: C,
  args: CustomRequests[C]['arguments'],
): Promise<CustomRequests[C]['body']> {
  const { body } = await session.client.customRequest(command, args);
  const { body: schema } = schemas.requests[command] as { body?: Schema };
  if (schema) checkValue(schema, body, schemas.$defs as Definitions);
  return body as CustomRequests[C]['body'];
}

describe('views', () => {
  it('of a translation agree with what is mapped', async () => {
    const walk = await ask('colinux/pageWalk', {
      memoryReference: 'guest0:0xc0100000',
      access: 'write',
      user: true,
    });
    expect(walk.levels.map(({ name }) => name)).toEqual(['PDE', 'PTE']);
    expect(walk.fault).toMatchObject({ reason: 'supervisor-only' });
    expect(walk.reason).toMatch(/^the PDE is for ring 0-2 only/);
    const { mappings, truncated } = await ask('colinux/mappings', { threadId: 2 });
    expect(truncated).toBe(false);
    const range = mappings.find(({ start, last }) => start <= walk.linear && walk.linear <= last)!;
    expect(range.physical + walk.linear - range.start).toBe(walk.physical);
    const { mappings: back } = await ask('colinux/reverseMap', { physical: walk.physical! });
    expect(back).toContainEqual(expect.objectContaining({ threadId: 2, linear: walk.linear }));
  });

  it('of records are the text of the debug console', async () => {
    const { text } = await ask('colinux/recordText', { record: 'switches', most: 3 });
    expect(text.split('\n')).toHaveLength(3);
    expect(text).toBe(await session.evaluate('switches 3', { context: 'repl' }));
    expect(text).toMatch(/^\d+ +(host kernel → guest 0|guest 0 .*→ host kernel) /);
    await expect(ask('colinux/recordText', { record: 'switches', most: 5000 })).rejects.toThrow('4096');
    await expect(ask('colinux/kernelLog', { threadId: 2 })).rejects.toThrow('Nothing is known of the log');
    expect((await ask('colinux/kernelLog', { threadId: 1 })).text).toMatch(/^host: Cooperative Linux/);
  });

  it('of text: hovers name flags, and segments have bases', async () => {
    expect(await session.evaluate('$eflags', { context: 'hover' })).toMatch(/^0x[\da-f]{8} \[.*\]$/);
    expect(await session.evaluate('0x202', { context: 'hover' })).toBe('514 = 0x00000202, as EFLAGS [IF]');
    expect(await session.evaluate('$ds_base + 0', { context: 'hover' })).toMatch(/^0(x0+)?$/);
    expect(await session.evaluate('*(int*)($ds_base + (int)&kmain) == *(int*)&kmain')).toBe('1');
  });

  it('of mappings say what is where', async () => {
    const { mappings, cr3 } = await ask('colinux/mappings', { threadId: 2 });
    expect(cr3).not.toBe((await ask('colinux/mappings', { threadId: 1 })).cr3);
    const at = (address: number) => mappings.find(({ start, last }) => start <= address && address <= last);
    expect(at(0xfeaff000)).toMatchObject({ region: 'passage', start: 0xfeaff000, last: 0xfeafffff });
    const kmain = Number((await session.evaluate('(unsigned)&kmain')).split(' ')[0]);
    expect(at(kmain)).toMatchObject({ region: 'image', name: '.text' });
    expect(mappings.filter(({ region }) => region === 'direct-map').length).toBeGreaterThan(0);
    for (const [n, { start }] of mappings.entries())
      if (n > 0) expect(start).toBeGreaterThan(mappings[n - 1].last);
  });

  it('of devices and kernels', async () => {
    const { devices } = await ask('colinux/devices', undefined);
    const timer = devices
      .find(({ name }) => name === 'pit')
      ?.children?.find(({ name }) => name === 'channels');
    expect(timer?.children?.[0]?.children?.find(({ name }) => name === 'count')?.value).toMatch(
      /\(100\.\d Hz\)/,
    );
    const { kernels, tasks } = await ask('colinux/tasks', undefined);
    expect(kernels).toMatchObject([
      { threadId: 1, current: false, operation: 'MESSAGE_TO_MONITOR' },
      { threadId: 2, current: true },
    ]);
    expect(tasks.map(({ name }) => name)).toContain('daemon0');
  });

  it('of descriptor tables are those of each thread', async () => {
    const guest = await ask('colinux/descriptors', { threadId: 2, table: 'gdt' });
    const host = await ask('colinux/descriptors', { threadId: 1, table: 'gdt' });
    expect(guest.entries.some(({ text }) => text.startsWith('code, '))).toBe(true);
    expect(guest.base).not.toBe(host.base);
    expect(guest.problems).toEqual([]);
    const { entries } = await ask('colinux/descriptors', { threadId: 2, table: 'idt' });
    const pageFault = entries.find(({ index }) => index === 14)!;
    expect(pageFault.handler).toMatch(/\w/);
    expect(pageFault.problems).toEqual([]);
    // A task gate has no offset: its task begins where it has stopped.
    const doubleFault = entries.find(({ index }) => index === 8)!;
    expect(doubleFault).toMatchObject({ text: expect.stringMatching(/^task gate to 0x0038/) });
    expect(doubleFault).not.toHaveProperty('target');
    await expect(ask('colinux/descriptors', { threadId: 2, table: 'ldt' })).rejects.toThrow('has no LDT');
    await expect(ask('colinux/descriptors', { threadId: 9, table: 'gdt' })).rejects.toThrow('no thread 9');
    await expect(
      session.client.customRequest('colinux/descriptors', { threadId: 2, table: 'tss' }),
    ).rejects.toThrow('one of "gdt", "ldt", "idt"');
  });

  it('of task states have the stacks of both kernels', async () => {
    const [guest, host] = [
      await ask('colinux/taskState', { threadId: 2 }),
      await ask('colinux/taskState', { threadId: 1 }),
    ];
    expect(guest.fields.esp0).toBeGreaterThan(0xc000_0000);
    expect(host.base).not.toBe(guest.base);
  });

  it('change descriptors and task states of both kernels, within their tables', async () => {
    const { entries } = await ask('colinux/descriptors', { threadId: 1, table: 'gdt' });
    const { index, low, high, text } = entries.find((entry) => entry.text.startsWith('code, '))!;
    const of = { threadId: 1, table: 'gdt', index } as const;
    const reserved = { low, high: (high & ~0x1f00) >>> 0 };
    const checked = await ask('colinux/setDescriptor', { ...of, ...reserved, checkOnly: true });
    expect(checked.problems).toEqual([expect.stringContaining('its type is reserved')]);
    const now = async () =>
      (await ask('colinux/descriptors', of)).entries.find((one) => one.index === index)!.text;
    expect(await now()).toBe(text);
    await ask('colinux/setDescriptor', { ...of, ...reserved });
    expect(await now()).toMatch(/^reserved type 0/);
    expect((await ask('colinux/setDescriptor', { ...of, low, high })).text).toBe(text);
    expect(await now()).toBe(text);
    await expect(ask('colinux/setDescriptor', { ...of, index: 8192, low, high })).rejects.toThrow(
      /^The GDT has entries 0 to \d+, not 8192\.$/,
    );
    const { fields } = await ask('colinux/taskState', { threadId: 2 });
    const field = { threadId: 2, field: 'ss0' } as const;
    expect((await ask('colinux/setTaskField', { ...field, value: 3 })).problems).toEqual([
      expect.stringContaining('ss0 is null'),
    ]);
    expect((await ask('colinux/setTaskField', { ...field, value: fields.ss0 })).fields).toEqual(fields);
    await expect(ask('colinux/setTaskField', { ...field, value: 0x10000 })).rejects.toThrow('16 bits');
  });

  it('of the past have numbers, places and names', async () => {
    const { transitions } = await ask('colinux/transitions', { first: -10, most: 10 });
    expect(transitions).toHaveLength(10);
    const numbers = transitions.map(({ sequence }) => sequence);
    expect(numbers).toEqual(numbers.map((_, n) => numbers[0]! + n));
    const again = await ask('colinux/transitions', { first: numbers[3]!, most: 2 });
    expect(again.transitions).toEqual(transitions.slice(3, 5));
    const { branches } = await ask('colinux/branches', { most: 50 });
    expect(branches).toHaveLength(50);
    expect(branches.some(({ toSymbol }) => toSymbol !== undefined)).toBe(true);
    const { loads } = await ask('colinux/spaceLoads', { first: -5, most: 5 });
    expect(loads.at(-1)!.value).toBe(Number(await session.evaluate('$cr3,d')));
    const { switches } = await ask('colinux/switches', undefined);
    expect(switches[0]).toMatchObject({ sequence: 0, from: 0, to: 1, operationName: 'START' });
    const device = switches.find(({ from, operationName }) => from === 1 && operationName === 'DEVICE')!;
    expect(device.toSymbol).toMatch(/^passage_switch/);
    expect(device.fromSymbol).toMatch(/^switch_to_host/);
    // Its caller's address is behind a call, in the middle of a line.
    const source = await ask('colinux/sourceAt', {
      memoryReference: `host:0x${(device.toCaller - 1).toString(16)}`,
    });
    expect(source).toMatchObject({ path: expect.stringMatching(/passage\.c$/), line: expect.any(Number) });
    await expect(ask('colinux/sourceAt', { memoryReference: 'host:0x10' })).rejects.toThrow(
      'Nothing is known',
    );
    const [second] = (await ask('colinux/switches', { first: 1, most: 1 })).switches;
    expect(second.sequence).toBe(1);
    expect((await ask('colinux/stateHash', undefined)).hash).toHaveLength(16);
  });
});
