/** Type names as types: words of C here, everything else in the debug information. */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';
import type { CType } from '../symbols/types.ts';
import { baseType } from './conversions.ts';
import type { Syntax, TypeSyntax } from './syntax.ts';
import { BASE_WORDS } from './type-parser.ts';
import { bare, pointerTo, sizeOf } from './value.ts';

/** What a type name may need of the expression around it. */
export interface TypeResolver {
  type(name: string, space: Space | undefined): CType | undefined;
  /** The type of an expression, which is not evaluated. */
  typeOf(syntax: Syntax): CType;
  /** The value of a constant expression. */
  constant(syntax: Syntax): bigint;
}

/** More bytes than there are addresses. */
const MAX_SIZE = 2 ** 32;

/** @throws AdapterError for a type that is not known or cannot be */
export function resolveType(syntax: TypeSyntax, resolver: TypeResolver, space: Space | undefined): CType {
  const inner = (type: TypeSyntax) => resolveType(type, resolver, space);
  switch (syntax.kind) {
    case 'named':
      return named(syntax.name, resolver, space);
    case 'typeof':
      return isTypeSyntax(syntax.operand) ? inner(syntax.operand) : resolver.typeOf(syntax.operand);
    case 'qualified':
      return { kind: syntax.word, target: inner(syntax.target) };
    case 'pointer':
      return pointerTo(inner(syntax.target));
    case 'array':
      return arrayType(inner(syntax.element), syntax.length && Number(resolver.constant(syntax.length)));
    case 'function': {
      const returns = inner(syntax.returns);
      if (['array', 'function'].includes(bare(returns).kind))
        fail(say`A function returns no array and no function.`);
      const { variadic, prototyped } = syntax;
      return { kind: 'function', returns, parameters: syntax.parameters.map(inner), variadic, prototyped };
    }
  }
}

/** @throws AdapterError for elements or lengths that make no array */
export function arrayType(element: CType, length: number | undefined): CType {
  const plain = bare(element);
  if (plain.kind === 'function' || plain.kind === 'void')
    fail(say`There are no arrays of functions or of void.`);
  if (
    length !== undefined &&
    (!Number.isSafeInteger(length) || length < 0 || length * sizeOf(element) > MAX_SIZE)
  )
    fail(say`An array cannot have ${length} elements of ${sizeOf(element)} bytes.`);
  return plain.kind === 'array'
    ? { kind: 'array', element: plain.element, dimensions: [length, ...plain.dimensions] }
    : { kind: 'array', element, dimensions: [length] };
}

const TYPE_KINDS: readonly string[] = ['named', 'typeof', 'qualified', 'pointer', 'array', 'function'];
const isTypeSyntax = (operand: Syntax | TypeSyntax): operand is TypeSyntax =>
  TYPE_KINDS.includes(operand.kind);

function named(name: string, { type }: TypeResolver, space: Space | undefined): CType {
  const words = name.split(' ');
  if (BASE_WORDS.includes(words[0]))
    return (
      baseType(words) ?? fail(say`"${name}" is no type of C: for example "unsigned long" and "short" are.`)
    );
  return type(name, space) ?? fail(say`There is no type "${name}" in the debug information.`);
}
