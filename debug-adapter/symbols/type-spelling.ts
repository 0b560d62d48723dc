/**
 * Types of C++ and Rust as somebody spells them, and as compilers do, taken apart so that spellings of one type can be compared:
 * `kernel::A const *`, `Ring<long unsigned int, 3u>`. Knows nothing of any file. Source: ISO C++ 9.3.2 (type names), 9.2.9 (specifiers).
 */

/** Texts that are longer are not taken apart. */
const LONGEST = 4096;
/** Template arguments within template arguments. */
const DEPTH_LIMIT = 32;

/** A component of a name: `Ring<int, 3>`. */
export interface Part {
  readonly id: string;
  /** Of a template; absent where none are written. */
  readonly args?: readonly Spelling[] | undefined;
}

/** Words that stand together: qualifiers in any order, an integer type of several words, names. */
export interface Words {
  readonly isConst: boolean;
  readonly isVolatile: boolean;
  /** Types of the language, as they are written shortest, and numbers. */
  readonly plain: string;
  /** The first part of a name that begins with `::` is empty. */
  readonly names: readonly (readonly Part[])[];
}

/** A sign stands for itself: `*`, `(`. */
export type Item = string | Words;
export type Spelling = readonly Item[];

const TOKEN =
  /\s+|::|->|\(anonymous namespace\)|\{[^{}]*\}|~?[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.']*|'(?:[^'\\]|\\.)+'|./gsuy;
const NAME = /^(?:~?[\p{L}_$]|\{|\(anonymous)/u;
const NUMBER = /^(?:\d|')/;
const SUFFIX = /(?<=^\d+)[uUlL]+$/;
/** Words that only say what kind of type follows. */
const TAGS: ReadonlySet<string> = new Set(['struct', 'class', 'union', 'enum', 'typename']);
const SIZES = ['unsigned', 'signed', 'long', 'short', 'char', '__int128', 'int', 'double'];
const ANONYMOUS = '(anonymous namespace)';

class Reader {
  private readonly tokens: string[];
  private at = 0;

  constructor(text: string) {
    // Neither matters between words: both are written where no name goes on.
    this.tokens = (text.match(TOKEN) ?? []).filter((token) => token.trim() !== '');
  }

  private get next(): string | undefined {
    return this.tokens[this.at];
  }

  private takes(token: string): boolean {
    if (this.next !== token) return false;
    this.at++;
    return true;
  }

  /** Types between commas up to the end, or to a `>`; undefined for what is none. */
  list(depth: number): Spelling[] | undefined {
    const found: Spelling[] = [];
    let items: Item[] = [];
    let parentheses = 0;
    for (;;) {
      const { next } = this;
      const isOutside = parentheses === 0;
      if (next === undefined || (next === '>' && isOutside)) {
        if (next === undefined ? depth > 0 || !isOutside : depth === 0) return undefined;
        if (items.length > 0 || found.length > 0) found.push(items);
        return found;
      }
      if (next === ',' && isOutside) {
        found.push(items);
        items = [];
        this.at++;
        continue;
      }
      if (next === '<' || next === '>') return undefined;
      if (next === '::' || NAME.test(next) || NUMBER.test(next)) {
        const words = this.words(depth);
        if (!words) return undefined;
        items.push(words);
        continue;
      }
      if (next === '(' || next === '[') parentheses++;
      else if ((next === ')' || next === ']') && --parentheses < 0) return undefined;
      // A function without parameters, as C writes it.
      const isVoid = next === ')' && items.at(-2) === '(' && isPlain(items.at(-1), 'void');
      if (isVoid) items.pop();
      items.push(next);
      this.at++;
    }
  }

  private words(depth: number): Words | undefined {
    const seen = new Set<string>();
    const sizes: string[] = [];
    const names: Part[][] = [];
    for (;;) {
      const { next } = this;
      if (next === 'const' || next === 'volatile') seen.add(next);
      else if (next !== undefined && SIZES.includes(next)) sizes.push(next);
      else if (next !== undefined && NUMBER.test(next)) sizes.push(next.replace(SUFFIX, ''));
      else if (next === undefined || !(TAGS.has(next) || next === '::' || NAME.test(next))) break;
      else if (!TAGS.has(next)) {
        const name = this.name(depth);
        if (!name) return undefined;
        names.push(name);
        continue;
      }
      this.at++;
    }
    const plain = integer(sizes);
    return { isConst: seen.has('const'), isVolatile: seen.has('volatile'), plain, names };
  }

  private name(depth: number): Part[] | undefined {
    const parts: Part[] = [];
    if (this.takes('::')) parts.push({ id: '' });
    do {
      const id = this.next;
      if (id === undefined || !NAME.test(id)) return undefined;
      this.at++;
      const args = this.takes('<') ? this.args(depth + 1) : undefined;
      if (args === null) return undefined;
      parts.push({ id: id === '{anonymous}' ? ANONYMOUS : id, args });
    } while (this.takes('::'));
    return parts;
  }

  /** Those of a template; null for what is none. */
  private args(depth: number): Spelling[] | null {
    const found = depth > DEPTH_LIMIT ? undefined : this.list(depth);
    return found && this.takes('>') ? found : null;
  }
}

/** The words of an integer type in one order, without those that change nothing. */
function integer(words: readonly string[]): string {
  const long = words.filter((word) => word === 'long').length;
  const has = (word: string) => words.includes(word);
  if (!words.some((word) => SIZES.includes(word))) return words.join(' ');
  const sized = [has('unsigned') && 'unsigned', has('signed') && has('char') && 'signed'];
  const kinds = ['char', 'short', '__int128', 'double'].filter(has);
  const length = [...kinds, ...Array.from({ length: Math.min(long, 2) }, () => 'long')];
  // The order of `long double`.
  const shortest = length.length > 0 ? length.reverse() : ['int'];
  return [...sized, ...shortest].filter(Boolean).join(' ');
}

const isPlain = (item: Item | undefined, word: string): boolean =>
  item !== undefined && typeof item !== 'string' && print([item]) === word;

/** Types between commas; undefined for what is no list of types. */
export function spellingsOf(text: string): Spelling[] | undefined {
  return text.length > LONGEST ? undefined : new Reader(text).list(0);
}

/** One way to write all that mean the same. */
export function print(spelling: Spelling): string {
  const words = spelling.map((item) => (typeof item === 'string' ? item : printWords(item)));
  return words.join('').replace(/ (?!\w)|(?<!\w) /g, '');
}

function printWords({ isConst, isVolatile, plain, names }: Words): string {
  const all = [isConst ? 'const' : '', isVolatile ? 'volatile' : '', plain, ...names.map(printName)];
  return all.filter(Boolean).join(' ');
}

export const printName = (name: readonly Part[]): string => name.map(printPart).join('::');

export const printPart = ({ id, args }: Part): string =>
  args === undefined ? id : `${id}<${args.map(print).join(',')}>`;

/** A parameter as callers see it: that the function does not change its own copy is none of theirs (ISO C++ 9.3.4.6). */
export function asParameter(spelling: Spelling): Spelling {
  const last = spelling.at(-1);
  if (last === undefined || typeof last === 'string') return spelling;
  const isOfPointer = last.plain === '' && last.names.length === 0;
  if (isOfPointer) return spelling.slice(0, -1);
  return spelling.length > 1 ? spelling : [{ ...last, isConst: false, isVolatile: false }];
}

/** A component of a name with the arguments of its template; undefined for what is none. */
export function partOf(component: string): Part | undefined {
  const [type, ...others] = spellingsOf(component) ?? [];
  const [words, ...more] = type ?? [];
  if (words === undefined || typeof words === 'string' || others.length + more.length > 0) return undefined;
  const [name, ...names] = words.names;
  return names.length === 0 && name?.length === 1 ? name[0] : undefined;
}
