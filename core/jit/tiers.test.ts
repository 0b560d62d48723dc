import { describe, expect, it } from 'vitest';
import { createComparison } from './testing/compare-tiers.ts';

const failing = (from: number, count: number, ...tiers: Parameters<typeof createComparison>[0]) => {
  const compare = createComparison(['interpreter', ...tiers]);
  return Array.from({ length: count }, (_, n) => compare(from + n)).filter((found) => found !== undefined);
};

describe('random programs', () => {
  it('run alike when all is translated, and when the tiers take turns', { timeout: 120_000 }, () => {
    expect(failing(1, 60, 'direct', 'eager', 'mixed')).toEqual([]);
  });
  it(
    'run alike when they are translated in another thread, and go on meanwhile',
    { timeout: 120_000 },
    () => {
      expect(failing(3000, 300, 'late')).toEqual([]);
    },
  );
  it('run alike when another machine has translated what is hot', { timeout: 120_000 }, () => {
    expect(failing(7000, 300, 'recalled')).toEqual([]);
  });
  it('run alike when what is hot is translated', { timeout: 600_000 }, () => {
    expect(failing(1000, 5000, 'direct', 'batched')).toEqual([]);
  });
});
