/** A compiler in another thread, as far as a machine can tell: it answers when the test says so. */
import { answerRequest, type CompileRequest, type Compiler, createBackgroundCompiler } from '../compiler.ts';
import { createRehearsal } from '../rehearsal.ts';

export interface LateCompiler extends Compiler {
  /** Answers what was asked first. @returns whether there was something */
  deliver(): boolean;
  /** The thread ends, with what it was asked unanswered. */
  fail(): void;
}

export function createLateCompiler(): LateCompiler {
  const rehearsal = createRehearsal();
  const asked: CompileRequest[] = [];
  let ends: {
    onAnswer: Parameters<Parameters<typeof createBackgroundCompiler>[0]>[0];
    onFailure: () => void;
  };
  const compiler = createBackgroundCompiler((onAnswer, onFailure) => {
    ends = { onAnswer, onFailure };
    return {
      post(request) {
        asked.push(request);
      },
    };
  });
  return Object.assign(compiler, {
    deliver() {
      const request = asked.shift();
      if (!request) return false;
      const answer = answerRequest(request, rehearsal.run);
      if (answer) ends.onAnswer(answer);
      else ends.onFailure();
      return true;
    },
    fail() {
      ends.onFailure();
    },
  });
}
