/**
 * Transitions between handlers, gates and rings in words, for call stacks and the view of rings. Their kinds are the same in every
 * language, as mnemonics are: the grammar of listings knows them.
 */
import type { TransitionKind } from '../core/protocol/debug-protocol.ts';
import { joined, type Sentence, tell, type Translate } from '../core/sentences/say.ts';
import { exceptionName } from './exceptions.ts';

/** `#PF page fault`, `int 0x80`, `interrupt 0x20`, `sysenter`. @param vector below 0 where there is none */
export function transitionName(kind: TransitionKind, vector: number): Sentence {
  if (kind === 'exception' && vector >= 0) return exceptionName(vector);
  const name = kind === 'software-interrupt' && vector >= 0 ? 'int' : kind;
  const number = `0x${vector.toString(16).padStart(2, '0')}`;
  return joined(vector < 0 ? [name] : [name, number], ' ');
}

/** The same as text. */
export const transitionTitle = (kind: TransitionKind, vector: number, translate: Translate): string =>
  tell(transitionName(kind, vector), translate);
