/**
 * Tells which operations are executed: wraps every handler of an opcode map. For coverage reports; a map that is not wrapped
 * knows nothing of it and costs nothing.
 */
import { Attr, CS, PROTECTED, V86, type Views } from '../state.ts';
import type { Handler } from './insn.ts';
import type { BySize, OpcodeMap, Operation } from './opcode-map.ts';

/** A cell of the opcode maps. */
export interface OpcodeCell {
  /** Index in the map: 0-FFh, 100h-1FFh after 0F, then the planes of the mandatory prefixes. */
  readonly opcode: number;
  /** ModRM reg of a group, else -1. */
  readonly digit: number;
  readonly form: 'reg' | 'mem';
  /** Operand size in bits, 0 where it makes no difference. */
  readonly size: 0 | 16 | 32;
}

export const EXECUTION_MODES = ['real', 'virtual-8086', '16-bit protected', '32-bit protected'] as const;
export type ExecutionMode = (typeof EXECUTION_MODES)[number];

/** Called before the instruction is executed, which may fault. */
export type ExecutionObserver = (cell: OpcodeCell, mode: ExecutionMode) => void;

function modeOf({ state, segAttr }: Views): ExecutionMode {
  if (state[V86] !== 0) return 'virtual-8086';
  if (state[PROTECTED] === 0) return 'real';
  return (segAttr[CS] & Attr.Big) !== 0 ? '32-bit protected' : '16-bit protected';
}

/** All cells of the map, in its order. */
export function cellsOf(map: OpcodeMap): OpcodeCell[] {
  const cells: OpcodeCell[] = [];
  const add = (opcode: number, digit: number, operation: Operation | undefined) => {
    for (const form of ['reg', 'mem'] as const) {
      const handlers = operation?.[form];
      if (handlers) cells.push(...sizesOf(handlers).map((size) => ({ opcode, digit, form, size })));
    }
  };
  for (let opcode = 0; opcode < map.entries.length; opcode++) {
    const members = map.groups[opcode];
    if (members) members.forEach((member, digit) => add(opcode, digit, member));
    else add(opcode, -1, map.entries[opcode]);
  }
  return cells;
}

const sizesOf = ([narrow, wide]: BySize): (0 | 16 | 32)[] => (narrow === wide ? [0] : [16, 32]);

/** Replaces every operation of the map by one that tells `observer`. */
export function observeMap(map: OpcodeMap, views: Views, observer: ExecutionObserver): void {
  const wrap = (cell: OpcodeCell, handler: Handler): Handler => {
    return (i) => {
      observer(cell, modeOf(views));
      handler(i);
    };
  };
  const observed = (opcode: number, digit: number, operation: Operation): Operation => {
    const handlers = (form: 'reg' | 'mem') => {
      const both = operation[form];
      if (!both) return {};
      const [narrow, wide = narrow] = sizesOf(both).map((size, n) =>
        wrap({ opcode, digit, form, size }, both[n]),
      );
      return { [form]: [narrow, wide] };
    };
    return { ...operation, ...handlers('reg'), ...handlers('mem') };
  };
  for (let opcode = 0; opcode < map.entries.length; opcode++) {
    const operation = map.entries[opcode];
    if (operation) map.define(opcode, observed(opcode, -1, operation));
    const members = map.groups[opcode];
    if (members) {
      map.group(
        opcode,
        members.map((member, digit) => member && observed(opcode, digit, member)),
      );
    }
  }
}
