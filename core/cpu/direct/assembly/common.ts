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
import {
  ROL as ROL_DIGIT,
  ROR as ROR_DIGIT,
  SAR as SAR_DIGIT,
  shift,
  SHL as SHL_DIGIT,
  SHR as SHR_DIGIT,
} from './shifts';
import {
  formOf,
  ADD_FROM_MEMORY,
  ADD_FROM_REGISTER,
  ADD_IMMEDIATE,
  ADD_LONG,
  ADD_MEMORY,
  ADD_REGISTER,
  ADD_SHORT,
  AND_FROM_MEMORY,
  AND_FROM_REGISTER,
  AND_IMMEDIATE,
  AND_LONG,
  AND_MEMORY,
  AND_REGISTER,
  AND_SHORT,
  CALL,
  CMP_BYTE_IMMEDIATE,
  CMP_FROM_MEMORY,
  CMP_FROM_REGISTER,
  CMP_IMMEDIATE,
  CMP_LONG,
  CMP_MEMORY,
  CMP_REGISTER,
  CMP_SHORT,
  CMP_SHORT_MEMORY,
  DEC,
  GROUP_1,
  GROUP_1_SHORT,
  INC,
  JA,
  JAE,
  JAE_NEAR,
  JA_NEAR,
  JB,
  JBE,
  JBE_NEAR,
  JB_NEAR,
  JE,
  JE_NEAR,
  JG,
  JGE,
  JGE_NEAR,
  JG_NEAR,
  JL,
  JLE,
  JLE_NEAR,
  JL_NEAR,
  JMP,
  JMP_SHORT,
  JNE,
  JNE_NEAR,
  JNO,
  JNO_NEAR,
  JNP,
  JNP_NEAR,
  JNS,
  JNS_NEAR,
  JO,
  JO_NEAR,
  JP,
  JP_NEAR,
  JS,
  JS_NEAR,
  LEA,
  LEAVE,
  LEA_DS,
  LOAD,
  LOAD_ABSOLUTE,
  LOAD_BYTE,
  LOAD_WORD,
  MOVSX_BYTE,
  MOVSX_WORD,
  MOVZX_BYTE,
  MOVZX_WORD,
  MOV_FROM_REGISTER,
  MOV_IMMEDIATE,
  MOV_REGISTER,
  MULTIPLY,
  NOP,
  OR_FROM_MEMORY,
  OR_FROM_REGISTER,
  OR_IMMEDIATE,
  OR_LONG,
  OR_MEMORY,
  OR_REGISTER,
  OR_SHORT,
  POP,
  PREFIX,
  PUSH,
  PUSH_IMMEDIATE,
  PUSH_MEMORY,
  PUSH_SHORT,
  RET,
  ROL,
  ROR,
  SAR,
  SHIFT,
  SHL,
  SHR,
  STORE,
  STORE_ABSOLUTE,
  STORE_BYTE,
  STORE_BYTE_IMMEDIATE,
  STORE_IMMEDIATE,
  STORE_WORD,
  SUB_FROM_MEMORY,
  SUB_FROM_REGISTER,
  SUB_IMMEDIATE,
  SUB_LONG,
  SUB_MEMORY,
  SUB_REGISTER,
  SUB_SHORT,
  TEST_BYTE_IMMEDIATE,
  TEST_BYTE_REGISTER,
  TEST_MEMORY,
  TEST_REGISTER,
  TWO_BYTES,
  XOR_FROM_MEMORY,
  XOR_FROM_REGISTER,
  XOR_IMMEDIATE,
  XOR_MEMORY,
  XOR_REGISTER,
  XOR_SHORT,
} from './forms';
import { prefixed } from './prefixes';
import { extend, multiply, twoByte } from './two-byte';

/** The operands that the ModRM at an address names. */
function reg(at: u32): i32 {
  return register<u32>(middle(at));
}
function setReg(at: u32, value: i32): void {
  setRegister<u32>(middle(at), value);
}
function rm(at: u32): i32 {
  return register<u32>(load<u8>(at) & 7);
}
function setRm(at: u32, value: i32): void {
  setRegister<u32>(load<u8>(at) & 7, value);
}
// @inline
function shiftRegister(digit: u32, at: u32): u32 {
  const count = (<i32>load<u8>(at, 1)) & 31;
  if (count != 0) setRm(at, shift<u32>(digit, rm(at), count, true));
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
  let place: Place;
  switch (formOf(opcode, load<u8>(at))) {
    case ADD_MEMORY:
      place = target<u32>(at);
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, add<u32>(valueAt(place), reg(at), 0));
      return behind(place);
    case ADD_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      setReg(at, add<u32>(reg(at), valueAt(place), 0));
      return behind(place);
    case ADD_REGISTER:
      setRm(at, add<u32>(rm(at), reg(at), 0));
      return at + 1;
    case ADD_FROM_REGISTER:
      setReg(at, add<u32>(reg(at), rm(at), 0));
      return at + 1;
    case ADD_IMMEDIATE:
      setRegister<u32>(EAX, add<u32>(register<u32>(EAX), load<i32>(at), 0));
      return at + 4;
    case OR_MEMORY:
      place = target<u32>(at);
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, or<u32>(valueAt(place), reg(at)));
      return behind(place);
    case OR_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      setReg(at, or<u32>(reg(at), valueAt(place)));
      return behind(place);
    case OR_REGISTER:
      setRm(at, or<u32>(rm(at), reg(at)));
      return at + 1;
    case OR_FROM_REGISTER:
      setReg(at, or<u32>(reg(at), rm(at)));
      return at + 1;
    case OR_IMMEDIATE:
      setRegister<u32>(EAX, or<u32>(register<u32>(EAX), load<i32>(at)));
      return at + 4;
    case AND_MEMORY:
      place = target<u32>(at);
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, and<u32>(valueAt(place), reg(at)));
      return behind(place);
    case AND_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      setReg(at, and<u32>(reg(at), valueAt(place)));
      return behind(place);
    case AND_REGISTER:
      setRm(at, and<u32>(rm(at), reg(at)));
      return at + 1;
    case AND_FROM_REGISTER:
      setReg(at, and<u32>(reg(at), rm(at)));
      return at + 1;
    case AND_IMMEDIATE:
      setRegister<u32>(EAX, and<u32>(register<u32>(EAX), load<i32>(at)));
      return at + 4;
    case SUB_MEMORY:
      place = target<u32>(at);
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, subtract<u32>(valueAt(place), reg(at), 0));
      return behind(place);
    case SUB_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      setReg(at, subtract<u32>(reg(at), valueAt(place), 0));
      return behind(place);
    case SUB_REGISTER:
      setRm(at, subtract<u32>(rm(at), reg(at), 0));
      return at + 1;
    case SUB_FROM_REGISTER:
      setReg(at, subtract<u32>(reg(at), rm(at), 0));
      return at + 1;
    case SUB_IMMEDIATE:
      setRegister<u32>(EAX, subtract<u32>(register<u32>(EAX), load<i32>(at), 0));
      return at + 4;
    case XOR_MEMORY:
      place = target<u32>(at);
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, xor<u32>(valueAt(place), reg(at)));
      return behind(place);
    case XOR_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      setReg(at, xor<u32>(reg(at), valueAt(place)));
      return behind(place);
    case XOR_REGISTER:
      setRm(at, xor<u32>(rm(at), reg(at)));
      return at + 1;
    case XOR_FROM_REGISTER:
      setReg(at, xor<u32>(reg(at), rm(at)));
      return at + 1;
    case XOR_IMMEDIATE:
      setRegister<u32>(EAX, xor<u32>(register<u32>(EAX), load<i32>(at)));
      return at + 4;
    case CMP_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      subtract<u32>(valueAt(place), reg(at), 0);
      return behind(place);
    case CMP_FROM_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      subtract<u32>(reg(at), valueAt(place), 0);
      return behind(place);
    case CMP_REGISTER:
      subtract<u32>(rm(at), reg(at), 0);
      return at + 1;
    case CMP_FROM_REGISTER:
      subtract<u32>(reg(at), rm(at), 0);
      return at + 1;
    case CMP_IMMEDIATE:
      subtract<u32>(register<u32>(EAX), load<i32>(at), 0);
      return at + 4;
    case INC:
      setRegister<u32>(opcode & 7, increment<u32>(register<u32>(opcode & 7)));
      return at;
    case DEC:
      setRegister<u32>(opcode & 7, decrement<u32>(register<u32>(opcode & 7)));
      return at;
    case PUSH:
      return push<u32>(register<u32>(opcode & 7), at);
    case POP:
      return pop<u32>(opcode & 7, at);
    case PUSH_IMMEDIATE:
      return push<u32>(load<i32>(at), at + 4);
    case PUSH_SHORT:
      return push<u32>(load<i8>(at), at + 1);
    case JO:
      begin(start);
      return branch(overflowFlag() != 0, at + 1, load<i8>(at));
    case JNO:
      begin(start);
      return branch(overflowFlag() == 0, at + 1, load<i8>(at));
    case JB:
      begin(start);
      return branch(isBelow(), at + 1, load<i8>(at));
    case JAE:
      begin(start);
      return branch(!isBelow(), at + 1, load<i8>(at));
    case JE:
      begin(start);
      return branch(isZero(), at + 1, load<i8>(at));
    case JNE:
      begin(start);
      return branch(!isZero(), at + 1, load<i8>(at));
    case JBE:
      begin(start);
      return branch(isBelow() || isZero(), at + 1, load<i8>(at));
    case JA:
      begin(start);
      return branch(!isBelow() && !isZero(), at + 1, load<i8>(at));
    case JS:
      begin(start);
      return branch(signFlag() != 0, at + 1, load<i8>(at));
    case JNS:
      begin(start);
      return branch(signFlag() == 0, at + 1, load<i8>(at));
    case JP:
      begin(start);
      return branch(parityFlag() != 0, at + 1, load<i8>(at));
    case JNP:
      begin(start);
      return branch(parityFlag() == 0, at + 1, load<i8>(at));
    case JL:
      begin(start);
      return branch(isLess(), at + 1, load<i8>(at));
    case JGE:
      begin(start);
      return branch(!isLess(), at + 1, load<i8>(at));
    case JLE:
      begin(start);
      return branch(isLess() || isZero(), at + 1, load<i8>(at));
    case JG:
      begin(start);
      return branch(!isLess() && !isZero(), at + 1, load<i8>(at));
    case JO_NEAR:
      begin(start);
      return branch(overflowFlag() != 0, at + 5, load<i32>(at, 1));
    case JNO_NEAR:
      begin(start);
      return branch(overflowFlag() == 0, at + 5, load<i32>(at, 1));
    case JB_NEAR:
      begin(start);
      return branch(isBelow(), at + 5, load<i32>(at, 1));
    case JAE_NEAR:
      begin(start);
      return branch(!isBelow(), at + 5, load<i32>(at, 1));
    case JE_NEAR:
      begin(start);
      return branch(isZero(), at + 5, load<i32>(at, 1));
    case JNE_NEAR:
      begin(start);
      return branch(!isZero(), at + 5, load<i32>(at, 1));
    case JBE_NEAR:
      begin(start);
      return branch(isBelow() || isZero(), at + 5, load<i32>(at, 1));
    case JA_NEAR:
      begin(start);
      return branch(!isBelow() && !isZero(), at + 5, load<i32>(at, 1));
    case JS_NEAR:
      begin(start);
      return branch(signFlag() != 0, at + 5, load<i32>(at, 1));
    case JNS_NEAR:
      begin(start);
      return branch(signFlag() == 0, at + 5, load<i32>(at, 1));
    case JP_NEAR:
      begin(start);
      return branch(parityFlag() != 0, at + 5, load<i32>(at, 1));
    case JNP_NEAR:
      begin(start);
      return branch(parityFlag() == 0, at + 5, load<i32>(at, 1));
    case JL_NEAR:
      begin(start);
      return branch(isLess(), at + 5, load<i32>(at, 1));
    case JGE_NEAR:
      begin(start);
      return branch(!isLess(), at + 5, load<i32>(at, 1));
    case JLE_NEAR:
      begin(start);
      return branch(isLess() || isZero(), at + 5, load<i32>(at, 1));
    case JG_NEAR:
      begin(start);
      return branch(!isLess() && !isZero(), at + 5, load<i32>(at, 1));
    case ADD_SHORT:
      setRm(at, add<u32>(rm(at), load<i8>(at, 1), 0));
      return at + 2;
    case OR_SHORT:
      setRm(at, or<u32>(rm(at), load<i8>(at, 1)));
      return at + 2;
    case AND_SHORT:
      setRm(at, and<u32>(rm(at), load<i8>(at, 1)));
      return at + 2;
    case SUB_SHORT:
      setRm(at, subtract<u32>(rm(at), load<i8>(at, 1), 0));
      return at + 2;
    case XOR_SHORT:
      setRm(at, xor<u32>(rm(at), load<i8>(at, 1)));
      return at + 2;
    case CMP_SHORT:
      subtract<u32>(rm(at), load<i8>(at, 1), 0);
      return at + 2;
    case ADD_LONG:
      setRm(at, add<u32>(rm(at), load<i32>(at, 1), 0));
      return at + 5;
    case OR_LONG:
      setRm(at, or<u32>(rm(at), load<i32>(at, 1)));
      return at + 5;
    case AND_LONG:
      setRm(at, and<u32>(rm(at), load<i32>(at, 1)));
      return at + 5;
    case SUB_LONG:
      setRm(at, subtract<u32>(rm(at), load<i32>(at, 1), 0));
      return at + 5;
    case CMP_LONG:
      subtract<u32>(rm(at), load<i32>(at, 1), 0);
      return at + 5;
    case CMP_SHORT_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      subtract<u32>(valueAt(place), load<i8>(behind(place)), 0);
      return behind(place) + 1;
    case CMP_BYTE_IMMEDIATE:
      subtract<u8>(register<u8>(EAX), load<u8>(at), 0);
      return at + 1;
    case TEST_BYTE_REGISTER:
      and<u8>(register<u8>(load<u8>(at) & 7), register<u8>(middle(at)));
      return at + 1;
    case TEST_BYTE_IMMEDIATE:
      place = readable<u8>(at);
      if (place == NOWHERE) return NOT;
      and<u8>(load<u8>(<u32>place), load<u8>(behind(place)));
      return behind(place) + 1;
    case ROL:
      return shiftRegister(ROL_DIGIT, at);
    case ROR:
      return shiftRegister(ROR_DIGIT, at);
    case SHL:
      return shiftRegister(SHL_DIGIT, at);
    case SHR:
      return shiftRegister(SHR_DIGIT, at);
    case SAR:
      return shiftRegister(SAR_DIGIT, at);
    case MULTIPLY:
      return multiply<u32>(at + 1);
    case MOVZX_BYTE:
      return extend<u32, u8>(at + 1);
    case MOVZX_WORD:
      return extend<u32, u16>(at + 1);
    case MOVSX_BYTE:
      return extend<u32, i8>(at + 1);
    case MOVSX_WORD:
      return extend<u32, i16>(at + 1);
    case LEA_DS:
      return loadAddress<u32>(at + 1);
    case STORE_WORD:
      return moveToMemory<u16>(at + 1);
    case LOAD_WORD:
      return moveToRegister<u16>(at + 1);
    case STORE_BYTE_IMMEDIATE:
      return moveImmediate<u8>(at);
    case LEAVE:
      return leave<u32>(at);
    case PUSH_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      return push<u32>(valueAt(place), behind(place));
    case GROUP_1:
      return arithmeticImmediate<u32>(false, at);
    case GROUP_1_SHORT:
      return arithmeticImmediate<u32>(true, at);
    case TEST_MEMORY:
      place = source<u32>(at);
      if (place == NOWHERE) return NOT;
      and<u32>(valueAt(place), reg(at));
      return behind(place);
    case TEST_REGISTER:
      and<u32>(rm(at), reg(at));
      return at + 1;
    case STORE_BYTE:
      place = target<u8>(at);
      if (place == NOWHERE) return NOT;
      store<u8>(<u32>place, register<u8>(middle(at)));
      return behind(place);
    case STORE:
      place = inMemory<u32>(at, get(NEED_WRITE));
      if (place == NOWHERE) return NOT;
      store<u32>(<u32>place, reg(at));
      return behind(place);
    case MOV_REGISTER:
      setRm(at, reg(at));
      return at + 1;
    case LOAD_BYTE:
      place = source<u8>(at);
      if (place == NOWHERE) return NOT;
      setRegister<u8>(middle(at), load<u8>(<u32>place));
      return behind(place);
    case LOAD:
      place = inMemory<u32>(at, get(NEED_READ));
      if (place == NOWHERE) return NOT;
      setReg(at, valueAt(place));
      return behind(place);
    case MOV_FROM_REGISTER:
      setReg(at, rm(at));
      return at + 1;
    case LEA:
      return loadAddress<u32>(at);
    case NOP:
      return at;
    case LOAD_ABSOLUTE:
      return loadAbsolute<u32>(at);
    case STORE_ABSOLUTE:
      return storeAbsolute<u32>(at);
    case MOV_IMMEDIATE:
      setRegister<u32>(opcode & 7, load<i32>(at));
      return at + 4;
    case SHIFT:
      return shifts<u32>(opcode, at);
    case RET:
      begin(start);
      return ret(0, at);
    case STORE_IMMEDIATE:
      return moveImmediate<u32>(at);
    case CALL:
      begin(start);
      return call(at + 4, at + 4 - distance + load<i32>(at));
    case JMP:
      begin(start);
      return branch(true, at + 4, load<i32>(at));
    case PREFIX:
      begin(start);
      return prefixed(opcode, at, left);
    case TWO_BYTES:
      begin(start);
      return twoByte<u32>(load<u8>(at), at + 1);
    case JMP_SHORT:
      begin(start);
      return branch(true, at + 1, load<i8>(at));
  }
  begin(start);
  return oneByte<u32>(opcode, at);
}
