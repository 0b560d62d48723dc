/**
 * Names of Rust in its v0 scheme: `_RNvNtCs1234_4core3fmt5write` is `core::fmt::write`. Written as gdb and `c++filt -i` write them, without
 * hashes and types of constants. Source: RFC 2603.
 */
import { Unreadable } from './nodes.ts';
import { punycode } from './punycode.ts';
import { Letters } from './reader.ts';

const LENGTH_LIMIT = 1 << 14;
/** Parts that are read: each reference back reads what it refers to once more. */
const STEP_LIMIT = 1 << 16;

const TYPES: Readonly<Record<string, string>> = {
  ...{
    b: 'bool',
    c: 'char',
    e: 'str',
    u: '()',
    a: 'i8',
    s: 'i16',
    l: 'i32',
    x: 'i64',
    n: 'i128',
    i: 'isize',
  },
  ...{
    h: 'u8',
    t: 'u16',
    m: 'u32',
    y: 'u64',
    o: 'u128',
    j: 'usize',
    f: 'f32',
    d: 'f64',
    z: '!',
    p: '_',
    v: '...',
  },
};
const POINTERS: Readonly<Record<string, string>> = { R: '&', Q: '&mut ', P: '*const ', O: '*mut ' };
const SPECIAL: Readonly<Record<string, string>> = { C: 'closure', S: 'shim' };
const WIDEST = 64n;

interface Identifier {
  readonly text: string;
  readonly number: number;
}

class Reader {
  text = '';
  private readonly letters: Letters;
  private steps = 0;
  private isSilent = false;
  /** Lifetimes that `for<…>` around has named. */
  private bound = 0;

  constructor(mangled: string) {
    this.letters = new Letters(mangled);
  }

  private add(text: string): void {
    if (this.isSilent) return;
    this.text += text;
    if (this.text.length > LENGTH_LIMIT) throw new Unreadable();
  }

  whole(): void {
    this.path(true);
    // The crate that has made the instance.
    if (/[A-Z]/.test(this.letters.next)) this.silently(() => this.path(false));
    if (!this.letters.isAtEnd) throw new Unreadable();
  }

  private silently(read: () => void): void {
    const was = this.isSilent;
    this.isSilent = true;
    read();
    this.isSilent = was;
  }

  private nested(read: () => void): void {
    if (++this.steps > STEP_LIMIT) throw new Unreadable();
    this.letters.nested(read);
  }

  /** What stands earlier in the name. */
  private back(read: () => void): void {
    const { letters } = this;
    const from = letters.at;
    const to = letters.sequence(62);
    if (to >= from - 1) throw new Unreadable();
    const after = letters.at;
    // Nothing of what is not written is new.
    if (this.isSilent) return;
    letters.at = to;
    this.nested(read);
    letters.at = after;
  }

  private disambiguator(): number {
    return this.letters.takes('s') ? this.letters.sequence(62) + 1 : 0;
  }

  private identifier(): Identifier {
    const { letters } = this;
    const number = this.disambiguator();
    const isEncoded = letters.takes('u');
    const length = letters.number();
    if (length === undefined) throw new Unreadable();
    letters.takes('_');
    const text = letters.take(length);
    return { text: isEncoded ? punycode(text) : text, number };
  }

  private path(isValue: boolean): void {
    this.nested(() => this.pathOf(this.letters.take(), isValue));
  }

  private pathOf(kind: string, isValue: boolean): void {
    switch (kind) {
      case 'C':
        return this.add(this.identifier().text);
      case 'N': {
        const space = this.letters.take();
        if (!/[a-zA-Z]/.test(space)) throw new Unreadable();
        this.path(isValue);
        const { text, number } = this.identifier();
        if (/[A-Z]/.test(space))
          return this.add(`::{${SPECIAL[space] ?? space}${text === '' ? '' : `:${text}`}#${number}}`);
        return this.add(text === '' ? '' : `::${text}`);
      }
      case 'M':
      case 'X':
        this.disambiguator();
        this.silently(() => this.path(isValue));
        return this.implementation(kind === 'X');
      case 'Y':
        return this.implementation(true);
      case 'I':
        this.path(isValue);
        this.add(isValue ? '::<' : '<');
        this.list(() => this.argument());
        return this.add('>');
      case 'B':
        return this.back(() => this.path(isValue));
      default:
        throw new Unreadable();
    }
  }

  private implementation(isOfTrait: boolean): void {
    this.add('<');
    this.type();
    if (isOfTrait) {
      this.add(' as ');
      this.path(false);
    }
    this.add('>');
  }

  /** Up to `E`; gives how many. */
  private list(read: () => void, between = ', '): number {
    let count = 0;
    for (; !this.letters.takes('E'); count++) {
      if (count > 0) this.add(between);
      read();
    }
    return count;
  }

  private argument(): void {
    if (this.letters.takes('L')) this.lifetime(this.letters.sequence(62));
    else if (this.letters.takes('K')) this.constant();
    else this.type();
  }

  /** @param index counted from the innermost one, 1 on; 0 for one that has no name */
  private lifetime(index: number): void {
    if (index === 0) return this.add("'_");
    const depth = this.bound - index;
    if (depth < 0) throw new Unreadable();
    this.add(depth < 26 ? `'${String.fromCharCode(97 + depth)}` : `'_${depth}`);
  }

  /** Lifetimes that are named for what follows. */
  private binder(read: () => void): void {
    const { letters } = this;
    const count = letters.takes('G') ? letters.sequence(62) + 1 : 0;
    const was = this.bound;
    if (count > 0) {
      this.add('for<');
      for (let n = 0; n < count; n++) {
        if (++this.steps > STEP_LIMIT) throw new Unreadable();
        if (n > 0) this.add(', ');
        this.bound++;
        this.lifetime(1);
      }
      this.add('> ');
    }
    read();
    this.bound = was;
  }

  private type(): void {
    this.nested(() => this.typeOf(this.letters.take()));
  }

  private typeOf(kind: string): void {
    const { letters } = this;
    const plain = TYPES[kind] ?? POINTERS[kind];
    if (plain !== undefined) {
      this.add(plain);
      if (!(kind in POINTERS)) return;
      if ((kind === 'R' || kind === 'Q') && letters.takes('L')) {
        const lifetime = letters.sequence(62);
        if (lifetime > 0) {
          // Before the `mut`.
          if (kind === 'Q' && !this.isSilent) this.text = this.text.slice(0, -'mut '.length);
          this.lifetime(lifetime);
          this.add(kind === 'Q' ? ' mut ' : ' ');
        }
      }
      return this.type();
    }
    switch (kind) {
      case 'A':
        this.add('[');
        this.type();
        this.add('; ');
        this.constant();
        return this.add(']');
      case 'S':
        this.add('[');
        this.type();
        return this.add(']');
      case 'T': {
        this.add('(');
        const count = this.list(() => this.type());
        return this.add(count === 1 ? ',)' : ')');
      }
      case 'F':
        return this.binder(() => this.functionType());
      case 'D':
        this.add('dyn ');
        this.binder(() => this.list(() => this.dynamicTrait(), ' + '));
        letters.needs('L');
        return this.bounded(letters.sequence(62));
      case 'B':
        return this.back(() => this.type());
      default:
        letters.at--;
        this.path(false);
    }
  }

  private bounded(lifetime: number): void {
    if (lifetime === 0) return;
    this.add(' + ');
    this.lifetime(lifetime);
  }

  private functionType(): void {
    const { letters } = this;
    if (letters.takes('U')) this.add('unsafe ');
    if (letters.takes('K')) {
      const abi = letters.takes('C') ? 'C' : this.identifier().text.replaceAll('_', '-');
      this.add(`extern "${abi}" `);
    }
    this.add('fn(');
    this.list(() => this.type());
    this.add(')');
    if (letters.takes('u')) return;
    this.add(' -> ');
    this.type();
  }

  /** A trait with what its associated types are: `Iterator<Item = u8>`. */
  private dynamicTrait(): void {
    const { letters } = this;
    let isOpen = this.openPath();
    while (letters.takes('p')) {
      this.add(isOpen ? ', ' : '<');
      isOpen = true;
      this.add(`${this.identifier().text} = `);
      this.type();
    }
    if (isOpen) this.add('>');
  }

  /** A path whose arguments are not closed, if it has some. */
  private openPath(): boolean {
    const { letters } = this;
    let isOpen = false;
    if (letters.takes('B')) {
      this.back(() => {
        isOpen = this.openPath();
      });
      return isOpen;
    }
    if (!letters.takes('I')) {
      this.path(false);
      return false;
    }
    this.path(false);
    this.add('<');
    this.list(() => this.argument());
    return true;
  }

  private constant(): void {
    this.nested(() => this.constantOf(this.letters.take()));
  }

  private constantOf(kind: string): void {
    if (kind === 'B') return this.back(() => this.constant());
    if (kind === 'p') return this.add('_');
    if (/[aslxni]/.test(kind) && this.letters.takes('n')) this.add('-');
    else if (!/[aslxnihtmyojbc]/.test(kind)) throw new Unreadable();
    const hex = this.letters.match(/[\da-f]*/y);
    this.letters.needs('_');
    const value = BigInt(`0x${hex === '' ? '0' : hex}`);
    if (kind === 'b') {
      if (value > 1n) throw new Unreadable();
      return this.add(value === 1n ? 'true' : 'false');
    }
    if (kind === 'c') return this.add(character(value));
    this.add(value >> WIDEST > 0n ? `0x${hex}` : String(value));
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\r': '\\r',
  '\n': '\\n',
  "'": "\\'",
  '\\': '\\\\',
};

function character(value: bigint): string {
  if (value > 0x10ffffn || (value >= 0xd800n && value < 0xe000n)) throw new Unreadable();
  const letter = String.fromCodePoint(Number(value));
  const isPrintable = value >= 0x20n && value < 0x7fn;
  return `'${ESCAPES[letter] ?? (isPrintable ? letter : `\\u{${value.toString(16)}}`)}'`;
}

/** @throws Unreadable for what is no such name */
export function demangleRust(text: string): string {
  if (!/^_R[A-Z]/.test(text)) throw new Unreadable();
  // What compilers put behind the names of copies.
  const end = text.indexOf('.');
  const reader = new Reader(text.slice(2, end < 0 ? undefined : end));
  reader.whole();
  return reader.text;
}
