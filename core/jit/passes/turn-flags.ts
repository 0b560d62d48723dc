/**
 * The flags of a block that branches to itself, where its next turn begins.
 *
 * A loop may be left at its head and at its first accesses, with the flags that the turn before has left. Kept in locals these are half a
 * dozen values that each turn carries to the next one. Most can be made again of what the registers hold: those of `inc ecx; cmp ecx, edx` are
 * those of ECX - EDX, where neither has changed since.
 */
import { ECX } from '../../cpu/state.ts';
import { type Constant, Flags, type Operand, type Operation, type Register } from '../ir.ts';
import { isMemory } from '../lift.ts';
import type { RegionBlock } from '../region.ts';
import { effectOf } from './flag-liveness.ts';
import { writtenBy } from './written-registers.ts';

/** What 32 bits can be computed from. */
export type Expression =
  | Constant
  | Register
  | { readonly kind: 'add' | 'sub' | 'and'; readonly a: Expression; readonly b: Expression };

/** Flags as `emit/flags.ts` keeps them: ZF, SF and PF are those of `result`, the others those of the subtraction x - y. */
export interface FlagSource {
  readonly result: Expression;
  readonly x: Expression;
  readonly y: Expression;
}

export interface TurnFlags {
  /** What can be made again: by the bit of its group in `Flags`. */
  readonly sources: ReadonlyMap<number, FlagSource>;
  /** Which groups a turn has replaced before each of its operations, as a mask; one more for the terminator. */
  readonly replaced: readonly number[];
}

const GROUPS = [Flags.Result, Flags.Overflow, Flags.Carry];
/** What changes flags, and is never left when it has done so. */
const SIMPLE: ReadonlySet<Operation['op']> = new Set([
  ...(['alu', 'unary', 'shift', 'double-shift', 'multiply', 'wide-multiply'] as const),
  ...(['exchange-add', 'compare-exchange', 'bit', 'scan', 'carry'] as const),
]);

const constant = (value: number): Constant => ({ kind: 'constant', value });
const [ZERO, ONE] = [constant(0), constant(1)];

/** Behind an operation of 32 bits on a register. `undefined`: its operands are gone. */
function sourceOf(operation: Operation): Partial<FlagSource> {
  if ((operation.op !== 'alu' && operation.op !== 'unary') || operation.width !== 32) return {};
  const { to } = operation;
  if (isMemory(to)) return {};
  if (operation.op === 'unary')
    switch (operation.name) {
      case 'inc':
        return { result: to, x: to, y: { kind: 'sub', a: to, b: ONE } };
      case 'dec':
        return { result: to, x: { kind: 'add', a: to, b: ONE }, y: ONE };
      case 'neg':
        return { result: to, x: ZERO, y: { kind: 'sub', a: ZERO, b: to } };
      case 'not':
        return {};
    }
  const { name, from } = operation;
  const isLost = isMemory(from);
  const isItself = from.kind === 'register' && from.register === to.register;
  switch (name) {
    case 'and':
    case 'or':
    case 'xor':
      return { result: to, x: ZERO, y: ZERO };
    case 'test':
      return isLost ? {} : { result: { kind: 'and', a: to, b: from }, x: ZERO, y: ZERO };
    case 'cmp':
      return isLost ? {} : { result: { kind: 'sub', a: to, b: from }, x: to, y: from };
    case 'add':
      if (isLost || isItself) return { result: to };
      return { result: to, x: to, y: { kind: 'sub', a: to, b: from } };
    case 'sub':
      if (isLost || isItself) return { result: to };
      return { result: to, x: { kind: 'add', a: to, b: from }, y: from };
    default:
      return {};
  }
}

const registersOf = (operand: Operand | undefined) =>
  operand?.kind === 'register' ? 1 << operand.register : 0;

/** @returns `undefined` if nothing can be made again */
export function findTurnFlags({ operations, terminator }: RegionBlock): TurnFlags | undefined {
  let mayAgain: number = Flags.All;
  const replaced = [0];
  for (const operation of operations) {
    const { changes, replaces, reads } = effectOf(operation);
    if (operation.op === 'push-flags' || (changes !== 0 && !SIMPLE.has(operation.op))) return undefined;
    const before = replaced.at(-1)!;
    // What is read, or perhaps kept, in the first turn is that of another operation.
    mayAgain &= ~((reads | (changes & ~replaces & operation.flags)) & ~before);
    replaced.push(before | (replaces & operation.flags));
  }
  mayAgain &= replaced.at(-1)!;
  const sources = new Map<number, FlagSource>();
  for (const group of GROUPS) {
    if ((mayAgain & group) === 0) continue;
    const last = operations.map(({ flags }) => (flags & group) !== 0).lastIndexOf(true);
    const operation = operations[last]!;
    const { result, x, y } = sourceOf(operation);
    const isKnown = group === Flags.Result ? result : x && y;
    if (!isKnown) continue;
    let changed = operations.slice(last + 1).reduce((mask, one) => mask | writtenBy(one), 0);
    if (terminator.kind === 'branch' && typeof terminator.when !== 'number') changed |= 1 << ECX;
    const { to, from } = operation as Extract<Operation, { op: 'alu' }>;
    if ((changed & (registersOf(to) | registersOf(from))) !== 0) continue;
    sources.set(group, { result: result ?? ZERO, x: x ?? ZERO, y: y ?? ZERO });
  }
  return sources.size === 0 ? undefined : { sources, replaced };
}
