/** A profile of a session's machine: between two stops, while it runs, and to its end. */
import { describe, expect, it } from 'vitest';
import { checkValue, type Definitions, type Schema } from '../../debug-adapter/json-schema.ts';
import type { CpuProfile } from '../../debug-adapter/profile/cpuprofile.ts';
import schemas from '../../debug-adapter/protocol.schema.json' with { type: 'json' };
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
const main = inSample('kernel/main.c');
const begin = () => session.client.customRequest('colinux/startProfile');

async function end(): Promise<CpuProfile> {
  const { body } = await session.client.customRequest('colinux/stopProfile');
  checkValue(schemas.requests['colinux/stopProfile'].body as Schema, body, schemas.$defs as Definitions);
  return body as CpuProfile;
}
const ticks = ({ nodes }: CpuProfile) => nodes.reduce((sum, { hitCount }) => sum + hitCount, 0);
const nodeOf = ({ nodes }: CpuProfile, name: string) =>
  nodes.find(({ callFrame }) => callFrame.functionName === name);

describe('a profile', () => {
  it('of a step over a call has the function, and nothing that came before', async () => {
    session = await tested.open();
    await session.launch({ breakpoints: [[main, lineOf(main, 'primes = count_primes')]] });
    await session.stop();
    await begin();
    await session.go('next');
    const profile = await end();
    const found = nodeOf(profile, 'count_primes')!;
    expect(found.callFrame).toMatchObject({
      url: main,
      lineNumber: lineOf(main, 'count_primes(unsigned') - 1,
    });
    expect(found.hitCount).toBeGreaterThan(500);
    expect(nodeOf(profile, 'greet')).toBeUndefined();
    expect(profile.endTime * 100).toBeCloseTo(ticks(profile));
    await expect(end()).rejects.toThrow('No profile is being taken');
  });

  it('that is being taken when the machine ends comes before its end', async () => {
    session = await tested.open();
    await session.launch({ breakpoints: [[main, lineOf(main, 'primes = count_primes')]] });
    await session.stop();
    await begin();
    await session.client.setBreakpointsRequest({ source: { path: main }, breakpoints: [] });
    await session.client.continueRequest({ threadId: 2 });
    await session.event('terminated');
    const events = session.messages
      .map((message) => message as { event?: string; body?: CpuProfile })
      .filter(({ event = '' }) => ['colinux/profile', 'exited', 'terminated'].includes(event));
    expect(events.map(({ event }) => event)).toEqual(['colinux/profile', 'exited', 'terminated']);
    const profile = events[0]!.body!;
    expect(nodeOf(profile, '(halted)')).toBeDefined();
    // The samples are a history: counting comes before the process that counts nothing, and there is waiting between.
    const first = (name: string) => profile.samples.indexOf(nodeOf(profile, name)!.id);
    expect(first('count_primes')).toBeGreaterThanOrEqual(0);
    expect(first('count_primes')).toBeLessThan(first('(halted)'));
    expect(first('(halted)')).toBeLessThan(first('process_exit'));
    const halted = nodeOf(profile, '(halted)')!.id;
    expect(profile.samples.filter((id) => id === halted).length).toBeGreaterThan(1);
    const spent = new Map<number, number>();
    profile.samples.forEach((id, n) => {
      const next = profile.timeDeltas[n + 1];
      const end = profile.endTime - profile.timeDeltas.reduce((sum, one) => sum + one, 0);
      spent.set(id, (spent.get(id) ?? 0) + (next ?? end));
    });
    for (const { id, hitCount } of profile.nodes) expect(spent.get(id) ?? 0).toBeCloseTo(hitCount / 100, 1);
  });
});
