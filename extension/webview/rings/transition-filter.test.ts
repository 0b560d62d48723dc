/** The filter of transitions: what passes, and what comes back after the page was away. */
import { describe, expect, it } from 'vitest';
import { TransitionFilter, type Filtered } from './transition-filter.ts';

const fault: Filtered = { group: 'exceptions', name: '#PF page fault', from: 3, to: 0 };
const timer: Filtered = { group: 'interrupts', name: 'interrupt 0x20', from: 0, to: 0 };
const call: Filtered = { group: 'calls', name: 'int 0x80', from: 3, to: 0 };
const back: Filtered = { group: 'returns', name: 'interrupt-return', from: 0, to: 3 };
const ALL = [fault, timer, call, back];

const passing = (filter: TransitionFilter) => ALL.filter((transition) => filter.passes(transition));

describe('the filter of transitions', () => {
  it('hides returns at first', () => {
    expect(passing(new TransitionFilter())).toEqual([fault, timer, call]);
  });

  it('chooses vectors, one or several, and forgets them', () => {
    const filter = new TransitionFilter();
    filter.toggleName('int 0x80');
    expect(passing(filter)).toEqual([call]);
    filter.toggleName('interrupt 0x20');
    expect(passing(filter)).toEqual([timer, call]);
    filter.toggleName('int 0x80');
    expect(passing(filter)).toEqual([timer]);
    filter.forgetNames();
    expect(passing(filter)).toEqual([fault, timer, call]);
  });

  it('chooses rings on both sides', () => {
    const filter = new TransitionFilter();
    filter.toggleGroup('returns');
    filter.from = 3;
    expect(passing(filter)).toEqual([fault, call]);
    filter.from = undefined;
    filter.to = 3;
    expect(passing(filter)).toEqual([back]);
    filter.to = undefined;
    filter.changesOnly = true;
    expect(passing(filter)).toEqual([fault, call, back]);
  });

  it('comes back from what was kept, and passes over what makes no sense', () => {
    const filter = new TransitionFilter();
    filter.toggleGroup('interrupts');
    filter.toggleName('int 0x80');
    filter.from = 3;
    const again = new TransitionFilter();
    again.restore(JSON.parse(JSON.stringify(filter.read())));
    expect(again.read()).toEqual(filter.read());
    for (const state of [undefined, null, 4, 'x', [], { hidden: 3, names: {}, from: 9, to: '1' }]) {
      const fresh = new TransitionFilter();
      fresh.restore(state);
      expect(fresh.read()).toEqual(new TransitionFilter().read());
    }
  });
});
