/** Hit conditions as people write them: `5`, `== 5`, `>= 5`, `> 5`, `<= 5`, `< 5`, `% 5`. */
import { say, type Sentence } from '../../core/sentences/say.ts';
import type { HitCondition } from '../../core/protocol/debug-protocol.ts';

const MAX_COUNT = 2 ** 31;

/** @returns a sentence for what is none */
export function parseHitCondition(text: string): HitCondition | Sentence {
  const [, operator = '', digits] = /^\s*(==?|>=?|<=?|%)?\s*(\d{1,10})\s*$/.exec(text) ?? [];
  const number = Number(digits);
  const wrong = say`"${text}" is no hit condition: write a number, or one of == >= > <= < % before it.`;
  if (digits === undefined) return wrong;
  const made = make(operator, number);
  return made.count >= 1 && made.count <= MAX_COUNT ? made : wrong;
}

function make(operator: string, count: number): HitCondition {
  switch (operator) {
    case '>=':
      return { kind: 'atLeast', count };
    case '>':
      return { kind: 'atLeast', count: count + 1 };
    case '<=':
      return { kind: 'atMost', count };
    case '<':
      return { kind: 'atMost', count: count - 1 };
    case '%':
      return { kind: 'multiple', count };
    default:
      return { kind: 'equal', count };
  }
}
