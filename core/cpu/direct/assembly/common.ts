/**
 * What compilers write most, in its plain form: no prefix, operands of 32 bits, those of 8 bits where they are common.
 *
 * Code that runs seldom is code that no processor can foresee: each jump that depends on the instruction costs more than all the rest of it. So
 * there is one for the opcode and for whether ModRM names a register, and as few as possible behind it. `one-byte.ts` and `two-byte.ts`
 * have all forms, and say what they do.
 */
import { get, NEED_READ, NEED_WRITE } from '../../assembly/state';
import {
  add,
  and,
  decrement,
  increment,
  isBelow,
  isLess,
  isZero,
  or,
  overflowFlag,
  parityFlag,
  signFlag,
  subtract,
  xor,
} from './flags';
import {
  branch,
  call,
  loadAbsolute,
  loadAddress,
  pop,
  push,
  ret,
  storeAbsolute,
  arithmeticImmediate,
  leave,
  moveImmediate,
  moveToMemory,
  moveToRegister,
  oneByte,
  shifts,
} from './one-byte';
import { begin, distance, NOT } from './flow';
import {
  behind,
  EAX,
  inMemory,
  middle,
  NOWHERE,
  Place,
  readable,
  register,
  setRegister,
  source,
  target,
} from './operands';
import { ROL, ROR, SAR, shift, SHL, SHR } from './shifts';
import * as Form from './forms';
import { prefixed } from './prefixes';
import { extend, multiply, twoByte } from './two-byte';

/** The registers that a ModRM names. */
function reg(modrm: u32): i32 {
  return load<i32>((modrm >>> 1) & 28);
}
function setReg(modrm: u32, value: i32): void {
  store<i32>((modrm >>> 1) & 28, value);
}
function rm(modrm: u32): i32 {
  return load<i32>((modrm & 7) << 2);
}
function setRm(modrm: u32, value: i32): void {
  store<i32>((modrm & 7) << 2, value);
}
// @inline
function shiftRegister(digit: u32, modrm: u32, at: u32): u32 {
  const count = (<i32>load<u8>(at, 1)) & 31;
  if (count != 0) setRm(modrm, shift<u32>(digit, rm(modrm), count, true));
  return at + 2;
}
function valueAt(place: Place): i32 {
  return load<i32>(<u32>place);
}

/** @param left how many instructions may run, with this one. @returns as `oneByte` */
// @inline
export function instructionAt(start: u32, left: i32): u32 {
  const opcode = <u32>load<u8>(start);
  const at = start + 1;
  const modrm = <u32>load<u8>(at);
  let place: Place;
  switch (Form.formOf(opcode, modrm)) {
    case Form.ADD_MEMORY:
      place = target<u32>(at);
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, add<u32>(valueAt(place), reg(modrm), 0));
      return behind(place);
    case Form.ADD_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      setReg(modrm, add<u32>(reg(modrm), valueAt(place), 0));
      return behind(place);
    case Form.ADD_REGISTER:
      setRm(modrm, add<u32>(rm(modrm), reg(modrm), 0));
      return at + 1;
    case Form.ADD_FROM_REGISTER:
      setReg(modrm, add<u32>(reg(modrm), rm(modrm), 0));
      return at + 1;
    case Form.ADD_IMMEDIATE:
      setRegister<u32>(EAX, add<u32>(register<u32>(EAX), load<i32>(at), 0));
      return at + 4;
    case Form.OR_MEMORY:
      place = target<u32>(at);
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, or<u32>(valueAt(place), reg(modrm)));
      return behind(place);
    case Form.OR_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      setReg(modrm, or<u32>(reg(modrm), valueAt(place)));
      return behind(place);
    case Form.OR_REGISTER:
      setRm(modrm, or<u32>(rm(modrm), reg(modrm)));
      return at + 1;
    case Form.OR_FROM_REGISTER:
      setReg(modrm, or<u32>(reg(modrm), rm(modrm)));
      return at + 1;
    case Form.OR_IMMEDIATE:
      setRegister<u32>(EAX, or<u32>(register<u32>(EAX), load<i32>(at)));
      return at + 4;
    case Form.AND_MEMORY:
      place = target<u32>(at);
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, and<u32>(valueAt(place), reg(modrm)));
      return behind(place);
    case Form.AND_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      setReg(modrm, and<u32>(reg(modrm), valueAt(place)));
      return behind(place);
    case Form.AND_REGISTER:
      setRm(modrm, and<u32>(rm(modrm), reg(modrm)));
      return at + 1;
    case Form.AND_FROM_REGISTER:
      setReg(modrm, and<u32>(reg(modrm), rm(modrm)));
      return at + 1;
    case Form.AND_IMMEDIATE:
      setRegister<u32>(EAX, and<u32>(register<u32>(EAX), load<i32>(at)));
      return at + 4;
    case Form.SUB_MEMORY:
      place = target<u32>(at);
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, subtract<u32>(valueAt(place), reg(modrm), 0));
      return behind(place);
    case Form.SUB_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      setReg(modrm, subtract<u32>(reg(modrm), valueAt(place), 0));
      return behind(place);
    case Form.SUB_REGISTER:
      setRm(modrm, subtract<u32>(rm(modrm), reg(modrm), 0));
      return at + 1;
    case Form.SUB_FROM_REGISTER:
      setReg(modrm, subtract<u32>(reg(modrm), rm(modrm), 0));
      return at + 1;
    case Form.SUB_IMMEDIATE:
      setRegister<u32>(EAX, subtract<u32>(register<u32>(EAX), load<i32>(at), 0));
      return at + 4;
    case Form.XOR_MEMORY:
      place = target<u32>(at);
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, xor<u32>(valueAt(place), reg(modrm)));
      return behind(place);
    case Form.XOR_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      setReg(modrm, xor<u32>(reg(modrm), valueAt(place)));
      return behind(place);
    case Form.XOR_REGISTER:
      setRm(modrm, xor<u32>(rm(modrm), reg(modrm)));
      return at + 1;
    case Form.XOR_FROM_REGISTER:
      setReg(modrm, xor<u32>(reg(modrm), rm(modrm)));
      return at + 1;
    case Form.XOR_IMMEDIATE:
      setRegister<u32>(EAX, xor<u32>(register<u32>(EAX), load<i32>(at)));
      return at + 4;
    case Form.CMP_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      subtract<u32>(valueAt(place), reg(modrm), 0);
      return behind(place);
    case Form.CMP_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      subtract<u32>(reg(modrm), valueAt(place), 0);
      return behind(place);
    case Form.CMP_REGISTER:
      subtract<u32>(rm(modrm), reg(modrm), 0);
      return at + 1;
    case Form.CMP_FROM_REGISTER:
      subtract<u32>(reg(modrm), rm(modrm), 0);
      return at + 1;
    case Form.CMP_IMMEDIATE:
      subtract<u32>(register<u32>(EAX), load<i32>(at), 0);
      return at + 4;
    case Form.INC:
      setRegister<u32>(opcode & 7, increment<u32>(register<u32>(opcode & 7)));
      return at;
    case Form.DEC:
      setRegister<u32>(opcode & 7, decrement<u32>(register<u32>(opcode & 7)));
      return at;
    case Form.PUSH:
      return push<u32>(register<u32>(opcode & 7), at);
    case Form.POP:
      return pop<u32>(opcode & 7, at);
    case Form.PUSH_IMMEDIATE:
      return push<u32>(load<i32>(at), at + 4);
    case Form.PUSH_SHORT:
      return push<u32>(load<i8>(at), at + 1);
    case Form.JO:
      begin(start);
      return branch(overflowFlag() != 0, at + 1, load<i8>(at));
    case Form.JNO:
      begin(start);
      return branch(overflowFlag() == 0, at + 1, load<i8>(at));
    case Form.JB:
      begin(start);
      return branch(isBelow(), at + 1, load<i8>(at));
    case Form.JAE:
      begin(start);
      return branch(!isBelow(), at + 1, load<i8>(at));
    case Form.JE:
      begin(start);
      return branch(isZero(), at + 1, load<i8>(at));
    case Form.JNE:
      begin(start);
      return branch(!isZero(), at + 1, load<i8>(at));
    case Form.JBE:
      begin(start);
      return branch(isBelow() || isZero(), at + 1, load<i8>(at));
    case Form.JA:
      begin(start);
      return branch(!isBelow() && !isZero(), at + 1, load<i8>(at));
    case Form.JS:
      begin(start);
      return branch(signFlag() != 0, at + 1, load<i8>(at));
    case Form.JNS:
      begin(start);
      return branch(signFlag() == 0, at + 1, load<i8>(at));
    case Form.JP:
      begin(start);
      return branch(parityFlag() != 0, at + 1, load<i8>(at));
    case Form.JNP:
      begin(start);
      return branch(parityFlag() == 0, at + 1, load<i8>(at));
    case Form.JL:
      begin(start);
      return branch(isLess(), at + 1, load<i8>(at));
    case Form.JGE:
      begin(start);
      return branch(!isLess(), at + 1, load<i8>(at));
    case Form.JLE:
      begin(start);
      return branch(isLess() || isZero(), at + 1, load<i8>(at));
    case Form.JG:
      begin(start);
      return branch(!isLess() && !isZero(), at + 1, load<i8>(at));
    case Form.JO_NEAR:
      begin(start);
      return branch(overflowFlag() != 0, at + 5, load<i32>(at, 1));
    case Form.JNO_NEAR:
      begin(start);
      return branch(overflowFlag() == 0, at + 5, load<i32>(at, 1));
    case Form.JB_NEAR:
      begin(start);
      return branch(isBelow(), at + 5, load<i32>(at, 1));
    case Form.JAE_NEAR:
      begin(start);
      return branch(!isBelow(), at + 5, load<i32>(at, 1));
    case Form.JE_NEAR:
      begin(start);
      return branch(isZero(), at + 5, load<i32>(at, 1));
    case Form.JNE_NEAR:
      begin(start);
      return branch(!isZero(), at + 5, load<i32>(at, 1));
    case Form.JBE_NEAR:
      begin(start);
      return branch(isBelow() || isZero(), at + 5, load<i32>(at, 1));
    case Form.JA_NEAR:
      begin(start);
      return branch(!isBelow() && !isZero(), at + 5, load<i32>(at, 1));
    case Form.JS_NEAR:
      begin(start);
      return branch(signFlag() != 0, at + 5, load<i32>(at, 1));
    case Form.JNS_NEAR:
      begin(start);
      return branch(signFlag() == 0, at + 5, load<i32>(at, 1));
    case Form.JP_NEAR:
      begin(start);
      return branch(parityFlag() != 0, at + 5, load<i32>(at, 1));
    case Form.JNP_NEAR:
      begin(start);
      return branch(parityFlag() == 0, at + 5, load<i32>(at, 1));
    case Form.JL_NEAR:
      begin(start);
      return branch(isLess(), at + 5, load<i32>(at, 1));
    case Form.JGE_NEAR:
      begin(start);
      return branch(!isLess(), at + 5, load<i32>(at, 1));
    case Form.JLE_NEAR:
      begin(start);
      return branch(isLess() || isZero(), at + 5, load<i32>(at, 1));
    case Form.JG_NEAR:
      begin(start);
      return branch(!isLess() && !isZero(), at + 5, load<i32>(at, 1));
    case Form.ADD_SHORT:
      setRm(modrm, add<u32>(rm(modrm), load<i8>(at, 1), 0));
      return at + 2;
    case Form.OR_SHORT:
      setRm(modrm, or<u32>(rm(modrm), load<i8>(at, 1)));
      return at + 2;
    case Form.AND_SHORT:
      setRm(modrm, and<u32>(rm(modrm), load<i8>(at, 1)));
      return at + 2;
    case Form.SUB_SHORT:
      setRm(modrm, subtract<u32>(rm(modrm), load<i8>(at, 1), 0));
      return at + 2;
    case Form.XOR_SHORT:
      setRm(modrm, xor<u32>(rm(modrm), load<i8>(at, 1)));
      return at + 2;
    case Form.CMP_SHORT:
      subtract<u32>(rm(modrm), load<i8>(at, 1), 0);
      return at + 2;
    case Form.ADD_LONG:
      setRm(modrm, add<u32>(rm(modrm), load<i32>(at, 1), 0));
      return at + 5;
    case Form.OR_LONG:
      setRm(modrm, or<u32>(rm(modrm), load<i32>(at, 1)));
      return at + 5;
    case Form.AND_LONG:
      setRm(modrm, and<u32>(rm(modrm), load<i32>(at, 1)));
      return at + 5;
    case Form.SUB_LONG:
      setRm(modrm, subtract<u32>(rm(modrm), load<i32>(at, 1), 0));
      return at + 5;
    case Form.CMP_LONG:
      subtract<u32>(rm(modrm), load<i32>(at, 1), 0);
      return at + 5;
    case Form.CMP_SHORT_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      subtract<u32>(valueAt(place), load<i8>(behind(place)), 0);
      return behind(place) + 1;
    case Form.CMP_BYTE_IMMEDIATE:
      subtract<u8>(register<u8>(EAX), load<u8>(at), 0);
      return at + 1;
    case Form.TEST_BYTE_REGISTER:
      and<u8>(register<u8>(load<u8>(at) & 7), register<u8>(middle(at)));
      return at + 1;
    case Form.TEST_BYTE_IMMEDIATE:
      place = readable<u8>(at);
      if (place == NOWHERE) return NOT;
      and<u8>(load<u8>(<u32>place), load<u8>(behind(place)));
      return behind(place) + 1;
    case Form.ROL:
      return shiftRegister(ROL, modrm, at);
    case Form.ROR:
      return shiftRegister(ROR, modrm, at);
    case Form.SHL:
      return shiftRegister(SHL, modrm, at);
    case Form.SHR:
      return shiftRegister(SHR, modrm, at);
    case Form.SAR:
      return shiftRegister(SAR, modrm, at);
    case Form.MULTIPLY:
      return multiply<u32>(at + 1);
    case Form.MOVZX_BYTE:
      return extend<u32, u8>(at + 1);
    case Form.MOVZX_WORD:
      return extend<u32, u16>(at + 1);
    case Form.MOVSX_BYTE:
      return extend<u32, i8>(at + 1);
    case Form.MOVSX_WORD:
      return extend<u32, i16>(at + 1);
    case Form.LEA_DS:
      return loadAddress<u32>(at + 1);
    case Form.STORE_WORD:
      return moveToMemory<u16>(at + 1);
    case Form.LOAD_WORD:
      return moveToRegister<u16>(at + 1);
    case Form.STORE_BYTE_IMMEDIATE:
      return moveImmediate<u8>(at);
    case Form.LEAVE:
      return leave<u32>(at);
    case Form.PUSH_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      return push<u32>(valueAt(place), behind(place));
    case Form.GROUP_1:
      return arithmeticImmediate<u32>(false, at);
    case Form.GROUP_1_SHORT:
      return arithmeticImmediate<u32>(true, at);
    case Form.TEST_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      and<u32>(valueAt(place), reg(modrm));
      return behind(place);
    case Form.TEST_REGISTER:
      and<u32>(rm(modrm), reg(modrm));
      return at + 1;
    case Form.STORE_BYTE:
      place = target<u8>(at);
      if (place == NOWHERE) return NOT;
      store<u8>(<u32>place, register<u8>(middle(at)));
      return behind(place);
    case Form.STORE:
      place = inMemory<u32>(modrm, at + 1, get(NEED_WRITE));
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, reg(modrm));
      return behind(place);
    case Form.MOV_REGISTER:
      setRm(modrm, reg(modrm));
      return at + 1;
    case Form.LOAD_BYTE:
      place = source<u8>(at);
      if (place == NOWHERE) return NOT;
      setRegister<u8>(middle(at), load<u8>(<u32>place));
      return behind(place);
    case Form.LOAD:
      place = inMemory<u32>(modrm, at + 1, get(NEED_READ));
      if (place == NOWHERE) return NOT;
      setReg(modrm, valueAt(place));
      return behind(place);
    case Form.MOV_FROM_REGISTER:
      setReg(modrm, rm(modrm));
      return at + 1;
    case Form.LEA:
      return loadAddress<u32>(at);
    case Form.NOP:
      return at;
    case Form.LOAD_ABSOLUTE:
      return loadAbsolute<u32>(at);
    case Form.STORE_ABSOLUTE:
      return storeAbsolute<u32>(at);
    case Form.MOV_IMMEDIATE:
      setRegister<u32>(opcode & 7, load<i32>(at));
      return at + 4;
    case Form.SHIFT:
      return shifts<u32>(opcode, at);
    case Form.RET:
      begin(start);
      return ret(0, at);
    case Form.STORE_IMMEDIATE:
      return moveImmediate<u32>(at);
    case Form.CALL:
      begin(start);
      return call(at + 4, at + 4 - distance + load<i32>(at));
    case Form.JMP:
      begin(start);
      return branch(true, at + 4, load<i32>(at));
    case Form.PREFIX:
      begin(start);
      return prefixed(opcode, at, left);
    case Form.TWO_BYTES:
      begin(start);
      return twoByte<u32>(load<u8>(at), at + 1);
    case Form.JMP_SHORT:
      begin(start);
      return branch(true, at + 1, load<i8>(at));
  }
  begin(start);
  return oneByte<u32>(opcode, at);
}
