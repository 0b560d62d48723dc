/**
 * Types written as C writes them: declarators wind outwards from the name (`int (*handler[16])(struct regs *)`).
 * Source: ISO C 6.7.6 and 6.7.7.
 */
import type { CType } from './types.ts';

const DEPTH_LIMIT = 32;
/** Types named in one declaration before the rest is left out: damaged function types can branch without end. */
const NAME_LIMIT = 400;

/** A structure has hundreds of members of a few types. */
const names = new WeakMap<CType, string>();

/** The C name of a type, or with `declarator` a declaration of that name. */
export function typeName(type: CType, declarator = ''): string {
  const known = declarator === '' ? names.get(type) : undefined;
  if (known !== undefined) return known;
  const name = declare(type, declarator, 0, { left: NAME_LIMIT });
  if (declarator === '') names.set(type, name);
  return name;
}

function declare(type: CType, inner: string, depth: number, budget: { left: number }): string {
  if (depth > DEPTH_LIMIT || --budget.left < 0) return join('…', inner);
  switch (type.kind) {
    case 'void':
      return join('void', inner);
    case 'base':
    case 'unknown':
      return join(type.name, inner);
    case 'typedef':
      return join(type.scopedName ?? type.name, inner);
    case 'struct':
    case 'union':
    case 'enum':
      return join(type.scopedName ?? `${type.kind} ${type.name ?? '{...}'}`, inner);
    case 'pointer': {
      const { target, scopedName } = type;
      if (scopedName !== undefined) return join(scopedName, inner);
      const direct = skipQualifiers(target);
      const needsParentheses = direct.kind === 'array' || direct.kind === 'function';
      const sign = type.isReference ?? '*';
      return declare(target, needsParentheses ? `(${sign}${inner})` : `${sign}${inner}`, depth + 1, budget);
    }
    case 'const':
    case 'volatile':
    case 'restrict':
    case 'atomic': {
      const core = skipQualifiers(type);
      // A qualified array is an array of qualified elements, and compilers often say both.
      if (core.kind === 'array') {
        const element = isQualified(core.element, type.kind)
          ? core.element
          : { kind: type.kind, target: core.element };
        const array = { kind: core.kind, dimensions: core.dimensions, element };
        return declare(array, inner, depth + 1, budget);
      }
      const words = qualifiersOf(type).join(' ');
      // A qualified pointer carries the words behind its star, anything else in front.
      if (core.kind === 'pointer') {
        const rest = inner === '' || inner.startsWith('[') ? inner : ` ${inner.trimStart()}`;
        return declare(core, ` ${words}${rest}`, depth + 1, budget);
      }
      return `${words} ${declare(core, inner, depth + 1, budget)}`;
    }
    case 'array': {
      if (type.isRust) {
        const element = declare(type.element, '', depth + 1, budget);
        return join(
          type.dimensions.reduceRight((name, n) => rustArray(name, n), element),
          inner,
        );
      }
      const lengths = type.dimensions.map((n) => `[${n === undefined ? '' : String(n)}]`).join('');
      return declare(type.element, inner + lengths, depth + 1, budget);
    }
    case 'function': {
      const parameters = type.parameters.map((parameter) => declare(parameter, '', depth + 1, budget));
      // `f()` says nothing of its parameters; compilers call that unspecified, as they do `...`.
      if (type.variadic && (type.prototyped || parameters.length > 0)) parameters.push('...');
      if (parameters.length === 0 && type.prototyped) parameters.push('void');
      return declare(type.returns, `${inner}(${parameters.join(', ')})`, depth + 1, budget);
    }
  }
}

const rustArray = (element: string, length: number | undefined): string =>
  length === undefined ? `[${element}]` : `[${element}; ${length}]`;

function join(word: string, inner: string): string {
  if (inner === '') return word;
  return inner.startsWith('[') ? `${word} ${inner}` : `${word} ${inner.trimStart()}`;
}

function skipQualifiers(type: CType): CType {
  let at = type;
  for (let i = 0; i < DEPTH_LIMIT; i++) {
    if (at.kind !== 'const' && at.kind !== 'volatile' && at.kind !== 'restrict' && at.kind !== 'atomic')
      break;
    at = at.target;
  }
  return at;
}

const QUALIFIERS = [
  ['const', 'const'],
  ['volatile', 'volatile'],
  ['restrict', 'restrict'],
  ['atomic', '_Atomic'],
] as const;

/** The qualifiers at the top of a type in the usual order, each once. */
function qualifiersOf(type: CType): string[] {
  const found = new Set<string>();
  let at = type;
  for (let i = 0; i < DEPTH_LIMIT; i++) {
    if (at.kind !== 'const' && at.kind !== 'volatile' && at.kind !== 'restrict' && at.kind !== 'atomic')
      break;
    found.add(at.kind);
    at = at.target;
  }
  return QUALIFIERS.filter(([kind]) => found.has(kind)).map(([, word]) => word);
}

/** True when `type` carries the qualifier `kind` at its top, or is an array whose elements do. */
function isQualified(type: CType, kind: CType['kind']): boolean {
  let at = type;
  for (let i = 0; i < DEPTH_LIMIT; i++) {
    if (at.kind === kind) return true;
    if (at.kind === 'array') at = at.element;
    else if (
      at.kind === 'const' ||
      at.kind === 'volatile' ||
      at.kind === 'restrict' ||
      at.kind === 'atomic'
    ) {
      at = at.target;
    } else return false;
  }
  return false;
}
