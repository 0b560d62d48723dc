/**
 * Parses type names (C11 6.7.7): specifiers and an abstract declarator, such as `const struct task *(*)[4]`. Which other
 * words are types is asked of the caller.
 */
import { say } from '../../core/sentences/say.ts';
import type { Syntax, TypeSyntax } from './syntax.ts';
import type { QualifiedName } from './qualified-name.ts';
import type { TokenStream } from './token-stream.ts';

/** Words that can only begin a type. */
export const BASE_WORDS = [
  ...['void', 'char', 'short', 'int', 'long', 'signed', 'unsigned', 'float', 'double', '_Bool', 'bool'],
];
/** A class of C++ is a structure. */
const TAGS = ['struct', 'union', 'enum', 'class'];
const QUALIFIERS: Readonly<Record<string, 'const' | 'volatile' | 'restrict' | 'atomic'>> = {
  const: 'const',
  volatile: 'volatile',
  restrict: 'restrict',
  __restrict: 'restrict',
  _Atomic: 'atomic',
};
const TYPEOF = ['typeof', '__typeof__', '__typeof'];

/** What the parser of types needs of the parser of expressions. */
export interface TypeParserHost {
  readonly stream: TokenStream;
  isType(path: readonly string[]): boolean;
  /** Has the function a variable of that name? */
  isLocal(name: string): boolean;
  /** The name that begins `ahead` tokens from here. */
  qualified(ahead?: number): QualifiedName | undefined;
  expression(): Syntax;
}

type Wrap = (inner: TypeSyntax) => TypeSyntax;

/** Does a type name begin here (or `ahead` tokens from here)? */
export function startsType(host: TypeParserHost, ahead = 0): boolean {
  const found = host.qualified(ahead);
  if (!found) return false;
  const text = found.path.join('::');
  const isWord =
    BASE_WORDS.includes(text) || TAGS.includes(text) || text in QUALIFIERS || TYPEOF.includes(text);
  // In Rust these are names like others.
  return isWord ? !host.isLocal(text) : host.isType(found.path);
}

/** @throws AdapterError for what is no type name */
export function parseTypeName(host: TypeParserHost): TypeSyntax {
  return host.stream.nested(() => {
    const base = parseSpecifiers(host);
    return parseDeclarator(host)(base);
  });
}

function parseSpecifiers(host: TypeParserHost): TypeSyntax {
  const { stream } = host;
  const qualifiers: Wrap[] = [];
  const words: string[] = [];
  let found: TypeSyntax | undefined;
  for (let next = host.qualified(); next; next = host.qualified()) {
    const text = next.path.join('::');
    if (text in QUALIFIERS) {
      const word = QUALIFIERS[text];
      qualifiers.push((target) => ({ kind: 'qualified', word, target }));
      stream.take();
    } else if (BASE_WORDS.includes(text) && !found) {
      words.push(text);
      stream.take();
    } else if (found || words.length > 0) break;
    else if (TAGS.includes(text)) {
      stream.take();
      const tag = text === 'class' ? 'struct' : text;
      const tagged = host.qualified() ?? stream.complain(say`the name of a ${text}`);
      stream.skip(tagged.count);
      found = { kind: 'named', name: `${tag} ${nameOf(tagged)}` };
    } else if (TYPEOF.includes(text)) {
      stream.take();
      found = parseTypeof(host);
    } else if (host.isType(next.path)) {
      stream.skip(next.count);
      found = { kind: 'named', name: nameOf(next) };
    } else break;
  }
  const base: TypeSyntax | undefined =
    found ?? (words.length > 0 ? { kind: 'named', name: words.join(' ') } : undefined);
  if (!base) return stream.complain(say`a type`);
  return qualifiers.reduce((type, wrap) => wrap(type), base);
}

/** Of a type, `::` at the beginning says no more than that it stands outside. */
const nameOf = ({ path }: QualifiedName): string => path.join('::');

function parseTypeof(host: TypeParserHost): TypeSyntax {
  const { stream } = host;
  stream.expectOperator('(');
  const operand = startsType(host) ? parseTypeName(host) : host.expression();
  stream.expectOperator(')');
  return { kind: 'typeof', operand };
}

/** An abstract declarator, as what it makes of the type before it. */
function parseDeclarator(host: TypeParserHost): Wrap {
  const { stream } = host;
  return stream.nested(() => {
    const pointers: Wrap[] = [];
    while (stream.acceptOperator('*')) {
      pointers.push((target) => ({ kind: 'pointer', target }));
      for (
        let token = stream.peek();
        token.kind === 'name' && token.text in QUALIFIERS;
        token = stream.peek()
      ) {
        const word = QUALIFIERS[token.text];
        pointers.push((target) => ({ kind: 'qualified', word, target }));
        stream.take();
      }
    }
    // What stands in parentheses is closer to the missing name, unless they hold parameters.
    const parenthesised = stream.isOperator('(') && !stream.isOperator(')', 1) && !startsType(host, 1);
    let inner: Wrap = (type) => type;
    if (parenthesised) {
      stream.take();
      inner = parseDeclarator(host);
      stream.expectOperator(')');
    }
    const suffixes: Wrap[] = [];
    for (let more = parseSuffix(host); more; more = parseSuffix(host)) suffixes.push(more);
    return (base) => {
      const pointed = pointers.reduce((type, wrap) => wrap(type), base);
      return inner(suffixes.reduceRight((type, wrap) => wrap(type), pointed));
    };
  });
}

/** `[n]` or `(parameters)`. */
function parseSuffix(host: TypeParserHost): Wrap | undefined {
  const { stream } = host;
  if (stream.acceptOperator('[')) {
    const length = stream.isOperator(']') ? undefined : host.expression();
    stream.expectOperator(']');
    return (element) => ({ kind: 'array', element, length });
  }
  if (!stream.acceptOperator('(')) return undefined;
  const parameters: TypeSyntax[] = [];
  let variadic = false;
  const prototyped = !stream.isOperator(')');
  while (prototyped) {
    if (stream.isOperator('.') && stream.isOperator('.', 1) && stream.isOperator('.', 2)) {
      for (let n = 0; n < 3; n++) stream.take();
      variadic = true;
      break;
    }
    parameters.push(parseTypeName(host));
    if (!stream.acceptOperator(',')) break;
  }
  stream.expectOperator(')');
  const [only] = parameters;
  const none = parameters.length === 1 && only.kind === 'named' && only.name === 'void';
  return (returns) => ({
    kind: 'function',
    returns,
    parameters: none ? [] : parameters,
    variadic,
    prototyped,
  });
}
