/**
 * An expression with its format specifiers, evaluated to what a view shows: `,[n]` has made an array of it, `,list(…)` knows the
 * structures that hang on it.
 */
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';
import type { CType } from '../symbols/types.ts';
import { compile, compileAssignment } from './check.ts';
import type { Names } from './names.ts';
import { asPostfix, pointed } from './children.ts';
import { type Environment, evaluate, evaluateConstant } from './evaluate.ts';
import { splitFormat, type Style } from './format-specifier.ts';
import { arrayType } from './resolve-type.ts';
import type { Compiled } from './tree.ts';
import { arrayOf, bytesOf, integerOf, isInteger, isPointer, targetOf, type TypedValue } from './value.ts';

/** A list's entries: structures of `type` with the list's node at `offset`, in bytes. */
export interface ListShape {
  readonly type: CType;
  readonly offset: number;
  /** As it was written, for the expressions of the entries. */
  readonly typeName: string;
}

export interface Shown {
  readonly value: TypedValue;
  /** The C expression of the value, without specifiers; what its parts are named after. */
  readonly path: string;
  readonly style: Style | undefined;
  readonly list: ListShape | undefined;
}

/** Most elements that `,[n]` makes of a pointer. */
const MAX_COUNT = 1 << 24;

/** @throws AdapterError with a sentence about what is wrong with the expression */
export function evaluateShown(source: string, names: Names, environment: Environment): Shown {
  const { expression, format } = splitFormat(source);
  const value = evaluate(compile(expression, names), environment);
  const { style, count, list } = format;
  const path = expression.trim();
  if (count !== undefined)
    return { ...counted(value, path, countOf(count, names, environment), environment), style };
  return { value, path, style, list: list && listShape(list, names) };
}

/** The target of an assignment, assigned to. The value is an expression too. @throws AdapterError like `evaluateShown` */
export function assignShown(target: string, value: string, names: Names, environment: Environment): Shown {
  const { expression, format } = splitFormat(target);
  if (format.count !== undefined || format.list)
    fail(say`Only single values can be set: choose an element, and set that.`);
  const compiled: Compiled = compileAssignment(expression, value, names);
  return {
    value: evaluate(compiled, environment),
    path: expression.trim(),
    style: format.style,
    list: undefined,
  };
}

function countOf(source: string, names: Names, environment: Environment): number {
  const value = evaluate(compile(source, names), environment);
  const bytes = isInteger(value.type) ? bytesOf(value, environment) : undefined;
  const count = bytes && Number(integerOf(bytes, value.type));
  if (count === undefined) return fail(say`The count [${source}] is no whole number that can be read.`);
  if (count < 0 || count > MAX_COUNT)
    fail(say`The count [${source}] is ${count}: 0 to ${MAX_COUNT} elements can be shown.`);
  return count;
}

function counted(
  value: TypedValue,
  path: string,
  count: number,
  environment: Environment,
): Omit<Shown, 'style'> {
  const array = arrayOf(value.type);
  if (isPointer(value.type)) {
    const target =
      pointed(value, environment) ?? fail(say`This pointer points to nothing that could have elements.`);
    return {
      value: { ...target, type: arrayType(target.type, count) },
      path: asPostfix(path),
      list: undefined,
    };
  }
  if (value.location.kind !== 'memory')
    fail(say`Only pointers and what lies in memory can be shown as [n] elements.`);
  const element = array ? targetOf(value.type)! : value.type;
  const base = array ? path : `(&${asPostfix(path)})`;
  return { value: { ...value, type: arrayType(element, count) }, path: base, list: undefined };
}

/** @throws AdapterError for a type or member that is not known */
export function listShape(
  { type, member }: { readonly type: string; readonly member: string },
  names: Names,
): ListShape {
  const whole = compile(`(${type} *)0`, names).root.type;
  const offset = evaluateConstant(compile(`offsetof(${type}, ${member})`, names).root);
  return { type: targetOf(whole) ?? whole, offset: Number(offset), typeName: type };
}
