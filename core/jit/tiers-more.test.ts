/** As many programs as in `tiers.test.ts`, for another worker. */
import { expect, it } from 'vitest';
import { createComparison } from './testing/compare-tiers.ts';

it('more random programs run alike when what is hot is translated', { timeout: 600_000 }, () => {
  const compare = createComparison(['interpreter', 'direct', 'batched']);
  const found = Array.from({ length: 5000 }, (_, n) => compare(6000 + n));
  expect(found.filter((difference) => difference !== undefined)).toEqual([]);
});
