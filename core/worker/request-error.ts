/** A request that cannot be served, in words for the user; `code` is stable. */
import { SaidError, type Sentence } from '../sentences/say.ts';

export class RequestError extends SaidError {
  constructor(
    readonly code: string,
    sentence: Sentence,
  ) {
    super(sentence);
  }
}
