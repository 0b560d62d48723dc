/**
 * Numbers that LLVM has written in place of locations. Before DWARF 4 there is no DW_OP_stack_value: a local that is 5 has the location DW_OP_lit5
 * there, which says that it stands at address 5. LLVM writes all real addresses with DW_OP_addr or from registers, so what a literal alone
 * pushes is the value. gdb takes it for an address. Source: LLVM, lib/CodeGen/AsmPrinter/DwarfExpression.cpp; DWARF 3 §2.5.1.1.
 */
import { DW_OP } from './constants.ts';
import { Cursor } from './cursor.ts';
import { guarded } from './errors.ts';
import { littleEndian } from './location.ts';

/** The first version with DW_OP_stack_value. */
const STACK_VALUES = 4;
/** gcc writes DW_OP_stack_value in all versions, unless it is to be strict: then it leaves such variables without a location. */
const IS_GCC = /^GNU /;
const VALUE_SIZE = 8;

/** Whether literals are values in the locations of a unit. @param producer DW_AT_producer */
export const hasBareLiterals = (version: number, producer: () => string | undefined): boolean =>
  version < STACK_VALUES && !IS_GCC.test(producer() ?? 'GNU ');

/** @returns the location with what stands for the values of its literals; itself where there is none, or an operation that is seldom */
export function withoutBareLiterals(expression: Uint8Array): Uint8Array {
  const cursor = new Cursor(expression, 0, expression.length, 'a DWARF expression');
  // Who evaluates it says what is wrong with it.
  return guarded(
    () => rewritten(expression, cursor),
    expression,
    () => undefined,
  );
}

function rewritten(expression: Uint8Array, cursor: Cursor): Uint8Array {
  const all: number[] = [];
  let isFirst = true;
  while (!cursor.done) {
    const start = cursor.pos;
    const op = cursor.u8();
    const value = literal(op, cursor);
    const isAlone = isFirst && (cursor.done || expression[cursor.pos] === DW_OP.piece);
    if (value !== undefined && isAlone)
      all.push(DW_OP.implicit_value, VALUE_SIZE, ...littleEndian(value, VALUE_SIZE));
    else if (value === undefined && !skipOperands(op, cursor)) return expression;
    else all.push(...expression.subarray(start, cursor.pos));
    isFirst = op === DW_OP.piece;
  }
  return Uint8Array.from(all);
}

/** §2.5.1.1: DW_OP_lit and DW_OP_const. */
function literal(op: number, cursor: Cursor): bigint | undefined {
  if (op >= DW_OP.lit0 && op <= DW_OP.lit31) return BigInt(op - DW_OP.lit0);
  switch (op) {
    case DW_OP.const1u:
      return BigInt(cursor.u8());
    case DW_OP.const1s:
      return BigInt(cursor.s8());
    case DW_OP.const2u:
      return BigInt(cursor.u16());
    case DW_OP.const2s:
      return BigInt(cursor.s16());
    case DW_OP.const4u:
      return BigInt(cursor.u32());
    case DW_OP.const4s:
      return BigInt(cursor.s32());
    case DW_OP.const8u:
    case DW_OP.const8s:
      return cursor.u64();
    case DW_OP.constu:
      return cursor.ulebBig();
    case DW_OP.consts:
      return cursor.slebBig();
    default:
      return undefined;
  }
}

const WITH_LEB: ReadonlySet<number> = new Set([DW_OP.fbreg, DW_OP.piece, DW_OP.plus_uconst, DW_OP.regx]);

/** @returns false for an operation that places and pieces do not have */
function skipOperands(op: number, cursor: Cursor): boolean {
  if (op >= DW_OP.reg0 && op <= DW_OP.reg31) return true;
  if (op === DW_OP.deref) return true;
  if (op === DW_OP.addr) cursor.u32();
  else if ((op >= DW_OP.breg0 && op <= DW_OP.breg31) || WITH_LEB.has(op)) cursor.skipLeb();
  else return false;
  return true;
}
