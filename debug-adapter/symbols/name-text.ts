/**
 * Names of C++ and Rust as text: `kernel::Ring<int, 3>::at(int) const` taken apart, and two spellings of one name compared. Knows nothing of
 * any file.
 */
import { print, spellingsOf } from './type-spelling.ts';

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

/** `a::b<c::d>::e` as `a`, `b<c::d>`, `e`, and so `a::b::<c::d>::e` of Rust; of a leading `::` comes an empty component. */
export function componentsOf(text: string): string[] {
  const components: string[] = [];
  let start = 0;
  let at = 0;
  while (at < text.length) {
    const operator = operatorAt(text, at);
    if (operator) at += operator.length;
    else if (OPENING.includes(text[at]!)) at = pastBracket(text, at);
    else if (isTurbofish(text, at)) at = pastBracket(text, at + 2);
    else if (text.startsWith('::', at)) {
      components.push(component(text.slice(start, at)));
      start = at += 2;
    } else at++;
  }
  components.push(component(text.slice(start)));
  return components;
}

/** Do `::` and the arguments of what stands before begin here, as in Rust's `Ring::<u8>::new`? `::<impl …>` is a component. */
const isTurbofish = (text: string, at: number): boolean =>
  at > 0 && text.startsWith('::<', at) && !/^::<impl\b/.test(text.slice(at, at + 8));

/** One component, its arguments right behind its name. */
const component = (text: string): string => text.trim().replace(/^([^<]+)::</, '$1<');

/** A component without the arguments of its template: `Ring<int, 3>` is `Ring`. */
export function withoutArguments(component: string): string {
  const from = operatorAt(component, 0)?.length ?? 1;
  const at = component.indexOf('<', from);
  return at < 0 ? component : component.slice(0, at).trimEnd();
}

/** Names that are longer are compared as they are. */
const LONGEST_SPELLED = 4096;

/** One spelling of all that mean the same. */
export function spelled(text: string): string {
  if (text.length > LONGEST_SPELLED) return text;
  const types = operatorAt(text, 0) === undefined ? spellingsOf(text) : undefined;
  if (types) return types.map(print).join(',');
  return text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/(?<!\w) | (?!\w)/g, '');
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

/** `(int) const` as what is in the parentheses and what is behind them. */
export function partsOfParameters(text: string): { readonly inside: string; readonly behind: string } {
  const end = text.lastIndexOf(')');
  return { inside: text.slice(1, end), behind: text.slice(end + 1) };
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
