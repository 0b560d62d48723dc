/** What is wrong with an expression, as the error that ends its evaluation. */
import { AdapterError } from '../errors.ts';
import type { Sentence } from '../../core/sentences/say.ts';

export function fail(sentence: Sentence): never {
  throw new AdapterError('evaluate-failed', sentence);
}
