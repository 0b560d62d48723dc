/**
 * Parses C expressions (C11 6.5) to a syntax tree: all operators, casts, `sizeof`, `_Alignof`, `offsetof`, `container_of`,
 * `typeof`, and the prefixes that choose another address space (`host:`, `guest0:`, `physical:`).
 */
import { say } from '../../core/sentences/say.ts';
import { unitsOf } from './characters.ts';
import type { Token } from './lexer.ts';
import type { BinaryOperator, ArithmeticOperator, Designator, Syntax, UnaryOperator } from './syntax.ts';
import { endOfParameters, qualifiedName } from './qualified-name.ts';
import { TokenStream } from './token-stream.ts';
import { parseTypeName, startsType, type TypeParserHost } from './type-parser.ts';

/** Binary operators by precedence, loosest first. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const UNARY: readonly UnaryOperator[] = ['+', '-', '~', '!', '*', '&'];
const UPDATES = ['++', '--'];
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='];
const SPACE = /^(?:host|guest\d{1,2}|physical)$/;
const ALIGNOF = ['_Alignof', '__alignof__', 'alignof'];
/** Of C++: to numbers and pointers they do what a cast of C does. */
const CASTS = ['static_cast', 'reinterpret_cast', 'const_cast'];
const OFFSETOF = ['offsetof', '__builtin_offsetof'];

type StringToken = Extract<Token, { kind: 'string' }>;

/** What the debug information says of names. @param space whose names, `undefined` for those of the frame */
export interface KnownNames {
  isType(path: readonly string[], space: string | undefined): boolean;
  /** Has the function a variable of that name? */
  isLocal(name: string, space: string | undefined): boolean;
  /** Does a `<` behind the name begin the arguments of a template? */
  isTemplate(path: readonly string[], space: string | undefined): boolean;
}

/** @throws AdapterError with a sentence about what is no expression */
export function parse(source: string, known: KnownNames): Syntax {
  const parser = new Parser(source, known);
  return parser.whole();
}

class Parser implements TypeParserHost {
  readonly stream: TokenStream;
  private space: string | undefined;
  /** Between `?` and `:`, where `host:` would be ambiguous. */
  private colonEnds = false;

  constructor(
    source: string,
    private readonly known: KnownNames,
  ) {
    this.stream = new TokenStream(source);
  }

  readonly isType = (path: readonly string[]) => this.known.isType(path, this.space);
  readonly isLocal = (name: string) => this.known.isLocal(name, this.space);

  qualified(ahead = 0) {
    return qualifiedName(this.stream, ahead, (name, scope) =>
      this.known.isTemplate([...scope, name], this.space),
    );
  }

  whole(): Syntax {
    const result = this.expression();
    if (this.stream.peek().kind !== 'end') this.stream.complain(say`the end`);
    return result;
  }

  expression(): Syntax {
    const outer = this.colonEnds;
    this.colonEnds = false;
    const result = this.comma();
    this.colonEnds = outer;
    return result;
  }

  private comma(): Syntax {
    let left = this.assignment();
    while (this.stream.acceptOperator(',')) left = binary(',', left, this.assignment());
    return left;
  }

  private assignment(): Syntax {
    return this.stream.nested(() => {
      const target = this.conditional();
      if (!this.stream.isOperator(ASSIGNMENTS)) return target;
      const token = this.stream.take();
      const operator = token.kind === 'operator' ? token.text.slice(0, -1) : '';
      const value = this.assignment();
      return {
        kind: 'assign',
        operator: operator === '' ? undefined : (operator as ArithmeticOperator),
        target,
        value,
      };
    });
  }

  private conditional(): Syntax {
    const condition = this.binary(0);
    if (!this.stream.acceptOperator('?')) return condition;
    const outer = this.colonEnds;
    this.colonEnds = true;
    const yes = this.stream.isOperator(':') ? undefined : this.comma();
    this.colonEnds = outer;
    this.stream.expectOperator(':');
    const no = this.stream.nested(() => this.conditional());
    return { kind: 'conditional', condition, yes, no };
  }

  private binary(level: number): Syntax {
    if (level === LEVELS.length) return this.throughMembers();
    let left = this.binary(level + 1);
    while (this.stream.isOperator(LEVELS[level])) {
      const token = this.stream.take();
      const operator = token.kind === 'operator' ? (token.text as BinaryOperator) : '+';
      left = binary(operator, left, this.binary(level + 1));
    }
    return left;
  }

  /** Of C++, between products and casts. */
  private throughMembers(): Syntax {
    const { stream } = this;
    let object = this.cast();
    while (stream.isOperator(['.*', '->*'])) {
      const arrow = stream.isOperator('->*');
      stream.take();
      object = { kind: 'throughMember', object, member: this.cast(), arrow };
    }
    return object;
  }

  private cast(): Syntax {
    const { stream } = this;
    return stream.nested(() => {
      if (stream.isOperator('(') && startsType(this, 1)) {
        stream.take();
        const type = parseTypeName(this);
        stream.expectOperator(')');
        return { kind: 'cast', type, operand: this.cast(), keepsBits: false };
      }
      const token = stream.peek();
      const prefixed = token.kind === 'name' && !this.colonEnds && SPACE.test(token.text);
      if (prefixed && stream.isOperator(':', 1)) return this.spaced(token.text);
      return this.unary();
    });
  }

  private spaced(space: string): Syntax {
    const outer = this.space;
    this.stream.take();
    this.stream.take();
    this.space = space === 'physical' ? outer : space;
    const operand = this.cast();
    this.space = outer;
    return { kind: 'space', space, operand };
  }

  private unary(): Syntax {
    const { stream } = this;
    if (stream.isOperator(UNARY)) {
      const token = stream.take();
      return {
        kind: 'unary',
        operator: token.kind === 'operator' ? (token.text as UnaryOperator) : '+',
        operand: this.cast(),
      };
    }
    if (stream.isOperator(UPDATES)) {
      const operator = stream.isOperator('++') ? '++' : '--';
      stream.take();
      return { kind: 'update', operator, prefix: true, operand: stream.nested(() => this.unary()) };
    }
    if (stream.acceptName('sizeof')) return this.measure('sizeof');
    if (ALIGNOF.some((word) => stream.acceptName(word))) return this.measure('_Alignof');
    return this.postfix();
  }

  private measure(what: 'sizeof' | '_Alignof'): Syntax {
    const { stream } = this;
    if (stream.isOperator('(') && startsType(this, 1)) {
      stream.take();
      const type = parseTypeName(this);
      stream.expectOperator(')');
      return { kind: 'measureType', what, type };
    }
    return { kind: 'measure', what, operand: stream.nested(() => this.unary()) };
  }

  private postfix(): Syntax {
    const { stream } = this;
    let value = this.primary();
    for (;;) {
      if (stream.acceptOperator('[')) {
        const index = this.expression();
        stream.expectOperator(']');
        value = { kind: 'index', base: value, index };
      } else if (stream.isOperator(['.', '->'])) {
        const arrow = stream.isOperator('->');
        stream.take();
        const member = this.qualified() ?? stream.complain(say`a member's name`);
        stream.skip(member.count);
        const name = member.path.at(-1)!;
        value = { kind: 'member', object: value, name, arrow, scope: member.path.slice(0, -1) };
      } else if (stream.isOperator(UPDATES)) {
        const operator = stream.isOperator('++') ? '++' : '--';
        stream.take();
        value = { kind: 'update', operator, prefix: false, operand: value };
      } else if (stream.isOperator('(')) {
        const overload = this.overload(value);
        if (!overload) return this.call(value);
        value = overload;
      } else return value;
    }
  }

  /** `f(int) const`: types in parentheses say which of several functions is meant. */
  private overload(callee: Syntax): Syntax | undefined {
    const { stream } = this;
    if (callee.kind !== 'name' || callee.parameters !== undefined || !startsType(this, 1)) return undefined;
    const end = endOfParameters(stream, 0);
    if (end === undefined) return undefined;
    const parameters = stream.textOf(0, end);
    stream.skip(end);
    return { ...callee, parameters };
  }

  /** The arguments are not parsed: a call is refused whatever they are. */
  private call(callee: Syntax): Syntax {
    while (this.stream.peek().kind !== 'end') this.stream.take();
    return { kind: 'call', callee };
  }

  private primary(): Syntax {
    const { stream } = this;
    const qualified = this.qualified();
    if (qualified && qualified.count > 1) {
      stream.skip(qualified.count);
      const scope = qualified.path.slice(0, -1);
      const name = qualified.path.at(-1)!;
      return { kind: 'name', name, scope: scope.length > 0 ? scope.join('::') : undefined };
    }
    const token = stream.take();
    switch (token.kind) {
      case 'integer':
        return { kind: 'integer', value: token.value, decimal: token.decimal, suffix: token.suffix };
      case 'floating':
        return { kind: 'floating', text: token.text, suffix: token.suffix };
      case 'character':
        return { kind: 'character', value: token.value, encoding: token.encoding };
      case 'string':
        return this.string(token);
      case 'register':
        return { kind: 'register', name: token.text, index: this.registerIndex(token.text) };
      case 'scope':
        return stream.complain(say`a name`);
      case 'name':
        return this.named(token.text);
      case 'operator':
        if (token.text === '(') {
          const value = this.expression();
          stream.expectOperator(')');
          return value;
        }
        if (token.text === '{')
          stream.fail(
            say`Initialisers in braces and statements are not evaluated: assign the members one by one, and write an expression.`,
          );
        return stream.fail(say`"${token.text}" cannot begin a value.`);
      case 'end':
        return stream.fail(say`The expression ends where a value is needed.`);
    }
  }

  /** Adjacent strings are one, as wide as the first that says how wide it is (C11 6.4.5, 5). */
  private string(first: StringToken): Syntax {
    const all = [first];
    for (let token = this.stream.peek(); token.kind === 'string'; token = this.stream.peek()) {
      all.push(token);
      this.stream.take();
    }
    const encoding = all.find((token) => token.encoding !== '')?.encoding ?? '';
    return { kind: 'string', units: all.flatMap(({ body }) => unitsOf(body, encoding)), encoding };
  }

  /** `$msr[0x10]` or `$msr(0x10)`. */
  private registerIndex(name: string): Syntax | undefined {
    const { stream } = this;
    if (name !== 'msr') return undefined;
    const close = stream.isOperator('(') ? ')' : ']';
    if (!stream.acceptOperator('(')) stream.expectOperator('[');
    const index = this.expression();
    stream.expectOperator(close);
    return index;
  }

  private named(name: string): Syntax {
    const { stream } = this;
    const applied = stream.isOperator('(');
    if (applied && OFFSETOF.includes(name)) {
      stream.take();
      const type = parseTypeName(this);
      stream.expectOperator(',');
      const path = this.designator();
      stream.expectOperator(')');
      return { kind: 'offsetof', type, path };
    }
    if (applied && name === 'container_of') {
      stream.take();
      const pointer = this.assignment();
      stream.expectOperator(',');
      const type = parseTypeName(this);
      stream.expectOperator(',');
      const path = this.designator();
      stream.expectOperator(')');
      return { kind: 'containerOf', pointer, type, path };
    }
    if (CASTS.includes(name) && stream.acceptOperator('<')) {
      const type = parseTypeName(this);
      stream.expectOperator('>');
      stream.expectOperator('(');
      const operand = this.expression();
      stream.expectOperator(')');
      return { kind: 'cast', type, operand, keepsBits: name === 'reinterpret_cast' };
    }
    if (startsType(this, -1))
      stream.fail(
        say`"${name}" is a type, but a value is needed here: put it in parentheses for a cast, (${name})x.`,
      );
    return { kind: 'name', name, scope: undefined };
  }

  private designator(): Designator[] {
    const { stream } = this;
    const path: Designator[] = [{ member: stream.expectName(say`a member's name`) }];
    for (;;) {
      if (stream.acceptOperator('.')) path.push({ member: stream.expectName(say`a member's name`) });
      else if (stream.acceptOperator('[')) {
        path.push({ index: this.expression() });
        stream.expectOperator(']');
      } else return path;
    }
  }
}

const binary = (operator: BinaryOperator, left: Syntax, right: Syntax): Syntax => ({
  kind: 'binary',
  operator,
  left,
  right,
});
