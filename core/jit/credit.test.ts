import { expect, it } from 'vitest';
import { createCredit } from './credit.ts';

/** So much is given in advance that it is spent by this, and a bit more. */
const MUCH = 12_001;

it('is spent by what is translated, and earned by what runs translated', () => {
  const credit = createCredit();
  expect(credit.isSpent()).toBe(false);
  credit.spend(MUCH);
  expect(credit.isSpent()).toBe(true);
  credit.earn(1_000);
  expect(credit.isSpent()).toBe(true);
  credit.earn(10_000);
  expect(credit.isSpent()).toBe(false);
});

it('is not more than in the beginning, however much has run', () => {
  const credit = createCredit();
  credit.earn(1e12);
  credit.spend(MUCH);
  expect(credit.isSpent()).toBe(true);
  credit.renew();
  expect(credit.isSpent()).toBe(false);
});
