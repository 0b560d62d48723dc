/** A compiler that answers at once, also what nothing waits for. */
import { type AheadAnswer, answerRequest, AT_ONCE, type Compiler, type Work } from '../compiler.ts';
import { createRehearsal } from '../rehearsal.ts';

/** @param onWork is told what it is to do that nothing waits for */
export function createPromptCompiler(onWork?: (work: Work) => void): Compiler {
  const rehearsal = createRehearsal();
  return {
    ...AT_ONCE,
    ahead(work, _soon, done) {
      onWork?.(work);
      done((answerRequest({ work, ahead: 0 }, rehearsal.run) as AheadAnswer).answer);
    },
  };
}
