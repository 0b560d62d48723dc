/** Binary operators of checked expressions: arithmetic on pointers and numbers, comparisons, logic (C11 6.5.5 to 6.5.14). */
import { fail } from './fail.ts';
import { say } from '../../core/sentences/say.ts';
import { convert, operand, pointerPlus, scalarOperand, strideOf, valueOf } from './check-operands.ts';
import { commonType, INT, UNSIGNED } from './conversions.ts';
import type { ArithmeticOperator, BinaryOperator, Comparison } from './syntax.ts';
import type { Node } from './tree.ts';
import { isFloat, isInteger, isPointer, targetOf } from './value.ts';

const COMPARISONS: readonly string[] = ['==', '!=', '<', '>', '<=', '>='];

/** @throws AdapterError for operands that the operator does not take */
export function checkBinary(operator: Exclude<BinaryOperator, ','>, left: Node, right: Node): Node {
  if (operator === '&&' || operator === '||') {
    const operands = { left: scalarOperand(left), right: scalarOperand(right) };
    return { kind: 'logical', type: INT, space: undefined, operator, ...operands };
  }
  if (isComparison(operator)) return comparison(operator, left, right);
  const [a, b] = [valueOf(left), valueOf(right)];
  if (isPointer(a.type) || isPointer(b.type)) return pointerArithmetic(operator, a, b);
  return arithmetic(operator, operand(a), operand(b));
}

const isComparison = (operator: string): operator is Comparison => COMPARISONS.includes(operator);

function arithmetic(operator: ArithmeticOperator, left: Node, right: Node): Node {
  const whole = !['+', '-', '*', '/'].includes(operator);
  if (whole && [left, right].some(({ type }) => isFloat(type)))
    fail(say`"${operator}" needs whole numbers: one of its operands is a floating-point number.`);
  // The result of a shift has the type of what is shifted (C11 6.5.7, 3).
  const shift = operator === '<<' || operator === '>>';
  const type = shift ? left.type : commonType(left.type, right.type);
  const operands = { left: convert(left, type), right: shift ? right : convert(right, type) };
  // An address that has been made a number may be counted with, and be made a pointer again.
  return { kind: 'arithmetic', type, space: left.space ?? right.space, operator, ...operands };
}

function pointerArithmetic(operator: ArithmeticOperator, left: Node, right: Node): Node {
  if (operator === '+' && isPointer(right.type) && isInteger(left.type))
    return pointerPlus(right, operand(left));
  if (operator === '+' && isPointer(left.type) && isInteger(right.type))
    return pointerPlus(left, operand(right));
  if (operator === '-' && isPointer(left.type) && isInteger(right.type)) {
    const plus = pointerPlus(left, operand(right));
    return plus.kind === 'offset' ? { ...plus, scale: -plus.scale } : plus;
  }
  if (operator === '-' && isPointer(left.type) && isPointer(right.type)) {
    const scale = strideOf(targetOf(left.type)!);
    if (scale === 0 || scale !== strideOf(targetOf(right.type)!))
      fail(
        say`The difference of two pointers is one of elements: both must point to things of the same size.`,
      );
    return { kind: 'distance', type: INT, space: undefined, left, right, scale };
  }
  return fail(
    say`"${operator}" does not take a pointer there: cast it to unsigned to count with the address.`,
  );
}

function comparison(operator: Comparison, left: Node, right: Node): Node {
  const [a, b] = [operand(left), operand(right)];
  const pointers = isPointer(a.type) || isPointer(b.type);
  if (pointers && (isFloat(a.type) || isFloat(b.type)))
    fail(say`A pointer cannot be compared with a floating-point number.`);
  const type = pointers ? UNSIGNED : commonType(a.type, b.type);
  return {
    kind: 'comparison',
    type: INT,
    space: undefined,
    operator,
    left: convert(a, type),
    right: convert(b, type),
  };
}
