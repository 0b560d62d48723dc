import { tell } from '../core/sentences/say.ts';
import { systemReason as sentenceOf } from '../platform/node/system-error.ts';

/**
 * What the user can put right: one sentence that says what was expected, what was found and what to do. `main.ts` prints
 * it and ends with status 2; nobody ever sees a stack trace for it.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
}

export { systemCode } from '../platform/node/system-error.ts';

/** Why a file could not be opened, read or written, as half a sentence. */
export const systemReason = (error: unknown): string => tell(sentenceOf(error));
