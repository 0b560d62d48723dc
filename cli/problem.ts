/**
 * What the user can put right: one sentence that says what was expected, what was found and what to do. `main.ts` prints
 * it and ends with status 2; nobody ever sees a stack trace for it.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
}

export { systemCode, systemReason } from '../platform/node/system-error.ts';
