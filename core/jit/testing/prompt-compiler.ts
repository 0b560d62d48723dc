/** A compiler that answers at once, also what nothing waits for. */
import { type AheadAnswer, answerRequest, AT_ONCE, type Compiler } from '../compiler.ts';
import { createRehearsal } from '../rehearsal.ts';

export function createPromptCompiler(): Compiler {
  const rehearsal = createRehearsal();
  return {
    ...AT_ONCE,
    ahead(orders, _soon, done) {
      done((answerRequest({ orders, ahead: 0 }, rehearsal.run) as AheadAnswer).answer);
    },
  };
}
