/** Messages of log points: text with expressions in braces, `count = {n}, next = {p->next,x}`. `{{` and `}}` are braces. */

import { say, type Sentence } from '../../core/sentences/say.ts';

/** Text, or an expression with its format. */
export type LogPart = { readonly text: string } | { readonly expression: string };

const MAX_PARTS = 64;

/** @returns a sentence for what is no message */
export function parseLogMessage(message: string): readonly LogPart[] | Sentence {
  const parts: LogPart[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') parts.push({ text });
    text = '';
  };
  for (let at = 0; at < message.length; at++) {
    const letter = message[at];
    if ((letter === '{' || letter === '}') && message[at + 1] === letter) {
      text += letter;
      at++;
    } else if (letter === '{') {
      const end = closingBrace(message, at);
      if (end < 0) return say`The log message has no "}" for the "{" at column ${at + 1}.`;
      flush();
      parts.push({ expression: message.slice(at + 1, end).trim() });
      at = end;
    } else text += letter;
  }
  flush();
  if (parts.length > MAX_PARTS) return say`A log message may have at most ${MAX_PARTS} expressions.`;
  return parts;
}

/** The brace that ends an expression, past braces in its own strings and characters. */
function closingBrace(message: string, open: number): number {
  let quote: string | undefined;
  for (let at = open + 1; at < message.length; at++) {
    const letter = message[at];
    if (quote !== undefined) {
      if (letter === '\\') at++;
      else if (letter === quote) quote = undefined;
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '}') return at;
  }
  return -1;
}
