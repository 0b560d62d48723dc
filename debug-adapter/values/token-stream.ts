/** A position in the tokens of an expression, with the tests and complaints that every parser needs. */
import { AdapterError } from '../errors.ts';
import { type Said, say, type Sentence } from '../../core/sentences/say.ts';
import { type Token, tokenize } from './lexer.ts';

/** Deepest nesting of an expression or a type. */
const MAX_DEPTH = 200;

function describe(token: Token, source: string): Said {
  return token.kind === 'end' ? say`the end` : `"${source.slice(token.at, token.end)}"`;
}

export class TokenStream {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;

  /** @throws AdapterError for what are no tokens */
  constructor(readonly source: string) {
    this.tokens = tokenize(source);
  }

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
  }

  take(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  /** Is there one of these operators `ahead` tokens from here? */
  isOperator(text: string | readonly string[], ahead = 0): boolean {
    const token = this.peek(ahead);
    return (
      token.kind === 'operator' &&
      (typeof text === 'string' ? token.text === text : text.includes(token.text))
    );
  }

  isName(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' && token.text === text;
  }

  /** What the tokens from `from` to `end`, counted from here, are in the source. */
  textOf(from: number, end: number): string {
    return this.source.slice(this.peek(from).at, this.peek(end - 1).end);
  }

  skip(count: number): void {
    this.at += count;
  }

  acceptOperator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.at++;
    return true;
  }

  acceptName(text: string): boolean {
    if (!this.isName(text)) return false;
    this.at++;
    return true;
  }

  expectOperator(text: string): void {
    if (!this.acceptOperator(text)) this.complain(`"${text}"`);
  }

  expectName(what: Sentence): string {
    const token = this.take();
    if (token.kind === 'name') return token.text;
    this.at--;
    return this.complain(what);
  }

  /** Something else is needed here. */
  complain(needed: Said): never {
    return this.fail(
      say`The expression needs ${needed} here, but ${describe(this.peek(), this.source)} follows.`,
    );
  }

  fail(sentence: Sentence): never {
    throw new AdapterError('evaluate-failed', sentence);
  }

  /** Parses something that may contain itself. @throws AdapterError when it does so too often */
  nested<T>(parse: () => T): T {
    if (++this.depth > MAX_DEPTH) this.fail(say`The expression is nested too deeply.`);
    const result = parse();
    this.depth--;
    return result;
  }
}
