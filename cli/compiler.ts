/** Compiles translations for a machine that runs in this thread in another one, which does not keep the process alive. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AheadAnswer,
  type CompileAnswer,
  type Compiler,
  createBackgroundCompiler,
} from '../core/jit/compiler.ts';
import { type OwnWorker, startCompilerThread } from '../core/worker/compiler-thread.ts';
import { COMPILER_NAME } from '../core/protocol/thread-names.ts';
import { userCodeFolder } from '../debug-adapter/kept-code-node.ts';
import { startThread } from '../debug-adapter/worker-node.ts';
import { preferMainThread } from './thread-priority.ts';

/** @param folder where the bundle lies. */
export function createNodeCompiler(folder: string): Compiler {
  preferMainThread();
  const file = join(folder, 'machine-worker.js');
  function start(): OwnWorker {
    const thread = startThread(readFileSync(file, 'utf8'), file, COMPILER_NAME, {
      codeFolder: userCodeFolder(),
    });
    const worker: OwnWorker = {
      onmessage: null,
      onerror: null,
      postMessage: (message, transfer) => {
        thread.postMessage(message, transfer);
      },
      terminate: () => void thread.terminate(),
    };
    thread.on('message', (data: CompileAnswer | AheadAnswer | undefined) => worker.onmessage?.({ data }));
    thread.on('error', () => worker.onerror?.());
    thread.unref();
    return worker;
  }
  const compiler = createBackgroundCompiler((onAnswer, onFailure) =>
    startCompilerThread(start, onAnswer, onFailure),
  );
  // A process that compiles belongs to one machine, which begins now: a thread takes its time, as long as the first hot code does.
  compiler.prepare();
  return compiler;
}
