/** What we say of an expression in the terms of gdb's answer, and both as lines that are to be the same. */
import { AdapterError } from '../../errors.ts';
import type { FrameValues } from '../../frame-values.ts';
import { compile } from '../check.ts';
import { evaluate } from '../evaluate.ts';
import { formatValue, LIMITS } from '../format.ts';
import { scalarOf } from '../scalar.ts';
import { bare, bytesOf, isFloat, isSigned, lostPart, sizeOf } from '../value.ts';
import type { Answer } from './stop-under-gdb.ts';

/** The same facts about our value. */
export function ours(scope: FrameValues, text: string): Answer {
  try {
    const environment = scope.environment();
    const value = evaluate(compile(text, scope), environment);
    const { location } = value;
    const type = bare(value.type);
    const size = type.kind === 'function' ? 1 : sizeOf(type);
    if (location.kind === 'optimised-out') return { gone: true };
    if (type.kind === 'array' || type.kind === 'function')
      return location.kind === 'memory' ? { size, address: location.address } : { size };
    if (type.kind === 'struct' || type.kind === 'union') return { size };
    if (lostPart(location)) return { gone: true };
    const bytes = bytesOf(value, environment);
    if (!bytes) return { error: 'unreadable' };
    const number = scalarOf(bytes, type);
    if (type.kind === 'pointer') return { size, address: Number(number) };
    if (isFloat(type)) {
      const context = { ...environment, symbolAt: () => undefined, lineAt: () => undefined };
      return {
        size,
        float: formatValue(value, { ...context, style: undefined, limits: LIMITS.line }),
      };
    }
    return { size, integer: String(number), signed: isSigned(type) };
  } catch (error) {
    if (error instanceof AdapterError) return { error: error.message };
    throw error;
  }
}

/** Both as one line, with what cannot be compared left out. */
export function line(text: string, answer: Answer, other: Answer): string {
  if (answer.error !== undefined) return `${text}: fails`;
  if (answer.gone) return `${text}: gone`;
  if (answer.float !== undefined) return `${text}: ${answer.size} bytes, ${floatText(answer)}`;
  if (answer.address !== undefined && other.address !== undefined)
    return `${text}: ${answer.size} bytes at ${(answer.address >>> 0).toString(16)}`;
  if (answer.integer === undefined) return `${text}: ${answer.size} bytes`;
  const value = BigInt.asUintN((answer.size ?? 4) * 8, BigInt(answer.integer));
  return `${text}: ${answer.size} bytes, ${value}, ${answer.signed ? 'signed' : 'unsigned'}`;
}

/** Python and JavaScript write the same doubles differently; 80-bit ones have their own test. */
function floatText({ size = 0, float = '' }: Answer): string {
  const number = Number(float.replace(/^(-?)inf.*$/, '$1Infinity'));
  if (Number.isNaN(number)) return 'nan';
  return String(size === 4 ? Math.fround(number) : size > 8 ? number.toPrecision(14) : number);
}
