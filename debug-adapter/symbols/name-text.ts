/**
 * Names of C++ and Rust as text: `kernel::Ring<int, 3>::at(int) const` taken apart, and two spellings of one name compared. Knows nothing of
 * any file.
 */

const OPENING = '<([{';
const CLOSING = '>)]}';
/** What a component that names an operator has: one of signs, of a conversion, `new`, `delete` or a literal's suffix. */
const OPERATOR = /^operator(?:\s*(?:\(\)|\[\]|<=>|<<=|>>=|->\*?|[-+*/%^&|~!=<>,]{1,2})(?![-+*/%^&|~!=])|\b)/;
const LONGEST_OPERATOR = 16;

/** The name of an operator that begins at `at`, where no other name goes on. */
function operatorAt(text: string, at: number): string | undefined {
  if (text[at] !== 'o' || (at > 0 && /\w/.test(text[at - 1]!))) return undefined;
  return OPERATOR.exec(text.slice(at, at + LONGEST_OPERATOR))?.[0];
}

/** Where what stands between two brackets ends: one behind the closing one; the length of the text if it does not. */
function pastBracket(text: string, at: number): number {
  let depth = 0;
  for (let n = at; n < text.length; n++) {
    const operator = operatorAt(text, n);
    if (operator) n += operator.length - 1;
    // The arrow of a function's type is no bracket.
    else if (OPENING.includes(text[n]!)) depth++;
    else if (CLOSING.includes(text[n]!) && !(text[n] === '>' && text[n - 1] === '-') && --depth === 0)
      return n + 1;
  }
  return text.length;
}

/** `a::b<c::d>::e` as `a`, `b<c::d>`, `e`; of a leading `::` comes an empty component. */
export function componentsOf(text: string): string[] {
  const components: string[] = [];
  let start = 0;
  let at = 0;
  while (at < text.length) {
    const operator = operatorAt(text, at);
    if (operator) at += operator.length;
    else if (OPENING.includes(text[at]!)) at = pastBracket(text, at);
    else if (text.startsWith('::', at)) {
      components.push(text.slice(start, at).trim());
      start = at += 2;
    } else at++;
  }
  components.push(text.slice(start).trim());
  return components;
}

/** A component without the arguments of its template: `Ring<int, 3>` is `Ring`. */
export function withoutArguments(component: string): string {
  const from = operatorAt(component, 0)?.length ?? 1;
  const at = component.indexOf('<', from);
  return at < 0 ? component : component.slice(0, at).trimEnd();
}

/** How compilers write the words of an integer type that others write shorter. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\b(long long|long|short) unsigned int\b/g, 'unsigned $1'],
  [/\b(unsigned )?(long long|long|short) int\b/g, '$1$2'],
  [/\bunsigned(?! (?:int|char|short|long|__int128)\b)/g, 'unsigned int'],
  [/\b(?:struct|class|union|enum) /g, ''],
  // The suffix of an argument that is a number.
  [/\b(\d+)[uUlL]+\b/g, '$1'],
];

/** Names that are longer are compared as they are. */
const LONGEST_SPELLED = 4096;
const EAST_CONST = ' const';
const SIZE_WORD = /(?:^|\W)((?:unsigned|signed|long|short) )$/;

/** One spelling of all that mean the same. */
export function spelled(text: string): string {
  if (text.length > LONGEST_SPELLED) return text;
  const spaced = text.replace(/\s+/g, ' ').trim();
  const words = WORDS.reduce((all, [from, to]) => all.replace(from, to), spaced);
  return constFirst(words).replace(/(?<!\w) | (?!\w)/g, '');
}

/** `int const *` as `const int *`. */
function constFirst(text: string): string {
  let all = text;
  for (let at = all.indexOf(EAST_CONST); at >= 0; at = all.indexOf(EAST_CONST, at + 1)) {
    const past = at + EAST_CONST.length;
    const start = /\w/.test(all[past] ?? '') ? at : typeStart(all, at);
    if (start < at) all = `${all.slice(0, start)}const ${all.slice(start, at)}${all.slice(past)}`;
  }
  return all;
}

/** Where the name of a type begins that ends at `end`, with the arguments of its template. */
function typeStart(text: string, end: number): number {
  let depth = 0;
  let at = end;
  for (; at > 0; at--) {
    const sign = text[at - 1]!;
    if (sign === '>') depth++;
    else if (sign === '<') depth--;
    if (depth < 0 || (depth === 0 && sign !== '<' && !/[\w:]/.test(sign))) break;
  }
  for (let word = SIZE_WORD.exec(text.slice(Math.max(0, at - 10), at)); word;)
    word = SIZE_WORD.exec(text.slice(Math.max(0, (at -= word[1]!.length) - 10), at));
  return at;
}

/** Is a component the one that somebody wrote, who may have left out the arguments of a template? */
export function sameComponent(known: string, wanted: string): boolean {
  if (known === wanted) return true;
  return spelled(known) === spelled(wanted) || spelled(withoutArguments(known)) === spelled(wanted);
}

export interface WantedFunction {
  /** Its namespaces, classes and functions, the outermost first; the first is empty for `::name`. */
  readonly scope: readonly string[];
  readonly name: string;
  /** As they are written behind the name: `(int) const`; undefined when all overloads are meant. */
  readonly parameters: string | undefined;
}

const BEHIND = /(?:\s*(?:const|volatile|noexcept|&{1,2}))+\s*$/;

/** A function as somebody writes it. */
export function wantedFunction(text: string): WantedFunction {
  const whole = text.trim();
  const at = parametersAt(whole);
  const components = componentsOf(at === undefined ? whole : whole.slice(0, at));
  return {
    scope: components.slice(0, -1),
    name: components.at(-1)!,
    parameters: at === undefined ? undefined : whole.slice(at),
  };
}

/** Where the parameters of a function begin; undefined where none are written. */
function parametersAt(text: string): number | undefined {
  const end = text.replace(BEHIND, '');
  if (!end.endsWith(')')) return undefined;
  for (let at = 0; at < end.length; at++) {
    const operator = operatorAt(text, at);
    if (operator) at += operator.length;
    if (!OPENING.includes(text[at] ?? ' ')) continue;
    const past = pastBracket(text, at);
    if (text[at] === '(' && past >= end.length)
      return /(?:^|::)\s*$/.test(text.slice(0, at)) ? undefined : at;
    at = past - 1;
  }
  return undefined;
}
