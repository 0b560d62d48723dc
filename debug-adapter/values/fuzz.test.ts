/** Random expressions: a short run; `npm run fuzz -- expressions` runs for long. */
import { expect, it } from 'vitest';
import { compile } from './check.ts';
import { MAX_SOURCE } from './lexer.ts';
import { fuzz } from './testing/fuzz.ts';

it.each([1, 2, 3])(
  'random expressions with seed %i end with a value or an error of the catalogue',
  (seed) => {
    fuzz(seed, 4000);
  },
);

it.each(['(', '*', '-', '1+', '1,', 'a?', '1?', 'sizeof ', '(int)', '(int(*', 'a[', '$msr[', 'host:', '++'])(
  'the deepest nesting and the longest chain of %s are refused or taken, never too much',
  (piece) => {
    const names = {
      object: () => undefined,
      enumerator: () => undefined,
      type: () => undefined,
      isTemplate: () => false,
      register: () => undefined,
      space: () => undefined,
    };
    for (const length of [100, MAX_SOURCE]) {
      const text = piece.repeat(Math.floor((length - 1) / piece.length)) + '1';
      try {
        compile(text, names);
      } catch (error) {
        expect(error).toHaveProperty('code', 'evaluate-failed');
      }
    }
  },
);
