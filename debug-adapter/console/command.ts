/** What a command of the debug console is, and what it is given. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { Debuggee } from '../debuggee.ts';
import { AdapterError } from '../errors.ts';
import { type Said, say, type Sentence } from '../../core/sentences/say.ts';
import type { Call } from '../protocol.ts';
import type { SessionContext } from '../session-context.ts';
import type { Frame } from '../frame.ts';
import type { Style } from './style.ts';

export interface ConsoleContext {
  readonly session: SessionContext;
  readonly machine: Debuggee;
  /** Where expressions belong to, if there is any code. */
  readonly frame: Frame | undefined;
  /** Whose address space is meant where none is said. */
  readonly coroutine: CoroutineId;
  readonly style: Style;
  /** In the language of the user. */
  readonly tell: (sentence: Sentence) => string;
  readonly call: Call;
}

/** Plain text, or a value that unfolds. */
export type Answer = string | DebugProtocol.EvaluateResponse['body'];

/** What completion offers behind the name. */
export type Operand = 'expression' | 'command' | 'nothing';

export interface Command {
  readonly name: string;
  readonly usage: Said;
  /** One line for `help`. */
  readonly help: Sentence;
  readonly operand: Operand;
  /**
   * @param operands what follows the name, trimmed
   * @param letters what stands behind `/`, else empty
   * @throws AdapterError with a sentence for the user
   */
  run(context: ConsoleContext, operands: string, letters: string): Answer | Promise<Answer>;
}

/** The error for operands that make no sense. */
export const misused = ({ name, usage }: Pick<Command, 'name' | 'usage'>, what: Sentence): AdapterError =>
  new AdapterError('bad-command', say`${name}: ${what}. Use it as: ${usage}`);
