/** The letters of a mangled name, one behind the other. Who reads says what it expects; what is not there makes the name unreadable. */
import { Unreadable } from './nodes.ts';

/** Parts within parts: real names have a few dozen. */
const DEPTH_LIMIT = 200;

export class Letters {
  at = 0;
  private depth = 0;

  constructor(readonly text: string) {}

  get next(): string {
    return this.text[this.at] ?? '';
  }

  /** The next two. */
  get two(): string {
    return this.text.slice(this.at, this.at + 2);
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  takes(letters: string): boolean {
    if (!this.text.startsWith(letters, this.at)) return false;
    this.at += letters.length;
    return true;
  }

  needs(letters: string): void {
    if (!this.takes(letters)) throw new Unreadable();
  }

  take(count = 1): string {
    const taken = this.text.slice(this.at, this.at + count);
    if (taken.length < count) throw new Unreadable();
    this.at += count;
    return taken;
  }

  /** What fits from here on, perhaps nothing. @param pattern sticky */
  match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  /** A decimal number; undefined if none stands here. */
  number(): number | undefined {
    const digits = this.match(/0|[1-9]\d{0,8}/y);
    return digits === '' ? undefined : Number(digits);
  }

  /** `_` is 0, `0_` is 1, and so on. @param base 10, 36 or 62 */
  sequence(base: number): number {
    if (this.takes('_')) return 0;
    const digits = this.match(base === 10 ? /\d{1,9}/y : base === 36 ? /[\dA-Z]{1,6}/y : /[\da-zA-Z]{1,16}/y);
    this.needs('_');
    if (digits === '') throw new Unreadable();
    let value = 0;
    for (const digit of digits)
      value = value * base + DIGITS.indexOf(base === 36 ? digit.toLowerCase() : digit);
    return value + 1;
  }

  /** `read`, inside of something. */
  nested<T>(read: () => T): T {
    if (++this.depth > DEPTH_LIMIT) throw new Unreadable();
    const found = read();
    this.depth--;
    return found;
  }
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
