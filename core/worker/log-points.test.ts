/** Log points that are passed all the time: what the machine tells of them, and when it waits. */
import { describe, expect, it } from 'vitest';
import { TINY_ENTRY, tinyKernel } from '../testing/tiny-kernel.ts';
import { SPIN, startServer } from './testing/server-platform.ts';

describe('log points that are passed all the time', () => {
  function logging() {
    const server = startServer();
    const { ask, posted } = server;
    // inc ebx, and again
    ask('boot', tinyKernel([0x43, 0xeb, 0xfd]));
    const spec = { id: 7, address: TINY_ENTRY, coroutine: 0, log: { values: [] } };
    ask('setBreakpoints', { breakpoints: [spec] });
    const messages = () =>
      posted.flatMap((message) =>
        'event' in message && message.event === 'logPoints' ? [message.hits] : [],
      );
    const told = () => messages().reduce((sum, hits) => sum + hits.length, 0);
    const ebx = () => (ask('snapshot').result as { cpu: { general: ArrayLike<number> } }).cpu.general[3]!;
    const begin = ebx();
    // The first one begins where the machine was set going, which is not asked again.
    const turns = () => ebx() - begin - 1;
    ask('resume');
    return { ...server, messages, told, turns };
  }

  it('come in few messages, and the machine waits until they have been heard of', () => {
    const { ask, slices, stops, messages, told, turns } = logging();
    slices(1000);
    const first = told();
    expect(first).toBeGreaterThanOrEqual(1000);
    expect(first).toBe(turns());
    expect(messages().length).toBeLessThan(first / 10);
    slices(1000);
    expect(told()).toBe(first);
    ask('logPointsHeard', { count: first });
    slices(1000);
    expect(told()).toBeGreaterThanOrEqual(first + 1000);
    expect(stops()).toEqual([]);
  });

  it('do not keep a pause waiting, nor what is asked of a machine that waits', () => {
    const { ask, slices, stops, told, turns } = logging();
    slices(1000);
    const first = told();
    expect(ask('pause').result).toEqual({});
    expect(stops()).toMatchObject([{ reason: 'pause' }]);
    ask('logPointsHeard', { count: first });
    slices(10);
    expect([told(), turns()]).toEqual([first, first]);
    ask('resume');
    slices(1000);
    expect(told()).toBeGreaterThan(first);
  });

  it('of another machine are none of the next one', () => {
    const { ask, slices, told } = logging();
    slices(1000);
    const first = told();
    ask('boot', tinyKernel(SPIN));
    ask('resume');
    ask('logPointsHeard', { count: first });
    slices(5);
    expect(told()).toBe(first);
  });
});
