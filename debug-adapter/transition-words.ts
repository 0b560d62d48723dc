/** Transitions between handlers, gates and rings in words, for call stacks, listings and the view of rings. */
import type { TransitionKind } from '../core/protocol/debug-protocol.ts';
import { joined, type Said, say, type Sentence, tell, type Translate } from '../core/sentences/say.ts';
import { exceptionName } from './exceptions.ts';

/** One word each: the grammar of listings knows them by that. Instructions have their mnemonics. */
const KINDS: Readonly<Record<TransitionKind, Said>> = {
  exception: say`exception`,
  interrupt: say`interrupt`,
  nmi: say`NMI`,
  'software-interrupt': say`software-interrupt`,
  'call-gate': say`call-gate`,
  sysenter: 'sysenter',
  'interrupt-return': say`interrupt-return`,
  'far-return': say`far-return`,
  sysexit: 'sysexit',
  'task-switch': say`task-switch`,
};

/** `exception`, `interrupt-return`: the kind alone. */
export const transitionKind = (kind: TransitionKind): Said => KINDS[kind];

/** `#PF page fault`, `int 0x80`, `interrupt 0x20`, `sysenter`. @param vector below 0 where there is none */
export function transitionName(kind: TransitionKind, vector: number): Sentence {
  if (kind === 'exception' && vector >= 0) return exceptionName(vector);
  if (vector < 0) return joined([KINDS[kind]], '');
  const number = `0x${vector.toString(16).padStart(2, '0')}`;
  return joined([kind === 'software-interrupt' ? 'int' : KINDS[kind], number], ' ');
}

/** The same as text. */
export const transitionTitle = (kind: TransitionKind, vector: number, translate: Translate): string =>
  tell(transitionName(kind, vector), translate);
