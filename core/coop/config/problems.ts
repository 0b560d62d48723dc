/** What can be wrong with a configuration: codes that stay, and sentences that say what was expected, found and is to be done. */
import type { Span } from './text.ts';
import { type Sentence, tell } from '../../sentences/say.ts';

export type ConfigCode =
  | 'config-quote'
  | 'config-value-missing'
  | 'config-value'
  | 'config-unit-range'
  | 'config-twice'
  | 'config-alias-unknown'
  | 'config-include-missing'
  | 'config-include-cycle'
  | 'config-include-deep'
  | 'config-too-long'
  | 'config-no-room'
  | 'config-key-unknown'
  | 'config-image-shared'
  | 'config-not-served';

export interface ConfigProblem {
  readonly code: ConfigCode;
  /** A warning leaves the configuration usable. */
  readonly severity: 'error' | 'warning';
  readonly sentence: Sentence;
  readonly at: Span;
}

/** `file:line:column`, counted from 1 as editors and compilers do. */
export const placeOf = ({ at }: ConfigProblem): string => `${at.file}:${at.line + 1}:${at.column + 1}`;

/** `file:line:column: error: message (code)` */
export function problemText(problem: ConfigProblem): string {
  const { code, severity, sentence } = problem;
  return `${placeOf(problem)}: ${severity}: ${tell(sentence)} (${code})`;
}
