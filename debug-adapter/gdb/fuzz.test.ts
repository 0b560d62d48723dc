/** Hostile clients, a short run; the long one is `npm run fuzz`. */
import { it } from 'vitest';
import { seededRandom } from '../symbols/testing/random.ts';
import { fuzzTargets } from './testing/fuzz.ts';

it('a client may send anything, and the next one debugs as before', async () => {
  const [target] = await fuzzTargets();
  for (let seed = 0; seed < 60; seed++) await target!.round(seededRandom(seed));
});
