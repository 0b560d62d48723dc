/** Instructions whose opcode begins with 0F (SDM vol. 2D, table A-3): what compilers make of integers. */
import { ADJ, CARRY, RES, set } from '../../assembly/state';
import { add, holds, setCarry, setZero, signed, subtract } from './flags';
import {
  base,
  behind,
  EAX,
  EBX,
  ECX,
  EDX,
  isRegister,
  middle,
  NOWHERE,
  offsetOf,
  readable,
  register,
  setRegister,
  toRead,
  toWrite,
  writable,
} from './operands';
import { branch } from './one-byte';
import { NOT } from './flow';
import { product } from './multiply';
import { shiftLeftDouble, shiftRightDouble } from './shifts';

/** The digits of group 8, from 4 on. */
const BT: u32 = 0;
const BTS: u32 = 1;
const BTR: u32 = 2;

function moveIf<T>(condition: u32, at: u32): u32 {
  const from = readable<T>(at);
  if (from == NOWHERE) return NOT;
  if (holds(condition)) setRegister<T>(middle(at), <i32>load<T>(<u32>from));
  return behind(from);
}

function setIf(condition: u32, at: u32): u32 {
  const to = writable<u8>(at);
  if (to == NOWHERE) return NOT;
  store<u8>(<u32>to, holds(condition) ? 1 : 0);
  return behind(to);
}

export function extend<T, From>(at: u32): u32 {
  const from = sizeof<From>() == 1 ? readable<u8>(at) : readable<u16>(at);
  if (from == NOWHERE) return NOT;
  setRegister<T>(middle(at), <i32>load<From>(<u32>from));
  return behind(from);
}

/** @param operation BT and so on */
function changeBit<T>(operation: u32, operand: u32, number: u32): void {
  const value = <i32>load<T>(operand);
  const bit = number & (8 * sizeof<T>() - 1);
  const one = 1 << bit;
  if (operation == BTS) store<T>(operand, <T>(value | one));
  else if (operation == BTR) store<T>(operand, <T>(value & ~one));
  else if (operation != BT) store<T>(operand, <T>(value ^ one));
  setCarry((value >>> bit) & 1);
}

/** The bit's number is in a register: it reaches beyond an operand in memory, in either direction. */
function bitByRegister<T>(operation: u32, at: u32): u32 {
  const number = signed<T>(register<T>(middle(at)));
  const place = isRegister(at) ? readable<T>(at) : offsetOf(at);
  let operand = <u32>place;
  if (!isRegister(at)) {
    const shift: i32 = sizeof<T>() == 4 ? 5 : 4;
    const linear = base + operand + ((number >> shift) << (shift - 3));
    operand = operation == BT ? toRead<T>(linear) : toWrite<T>(linear);
    if (operand == 0) return NOT;
  }
  changeBit<T>(operation, operand, number);
  return behind(place);
}

function bitByImmediate<T>(at: u32): u32 {
  const digit = middle(at);
  if (digit < 4) return NOT;
  const place = digit == 4 ? readable<T>(at) : writable<T>(at);
  if (place == NOWHERE) return NOT;
  const next = behind(place);
  changeBit<T>(digit - 4, <u32>place, load<u8>(next));
  return next + 1;
}

/** BSF and BSR: ZF tells that there is no bit, and the destination stays. */
function scan<T>(upwards: bool, at: u32): u32 {
  const from = readable<T>(at);
  if (from == NOWHERE) return NOT;
  const value = <i32>load<T>(<u32>from);
  set(CARRY, 0);
  set(ADJ, 0);
  set(RES, 0);
  if (value == 0) return behind(from);
  const position = upwards ? ctz(value) : 31 - clz(value);
  setRegister<T>(middle(at), position);
  // ZF is clear; PF is that of the position, as on the recorded processor.
  set(RES, position == 0 ? 1 : position);
  if (position == 0) set(ADJ, 1);
  return behind(from);
}

function shiftDouble<T>(left: bool, immediate: bool, at: u32): u32 {
  const to = writable<T>(at);
  if (to == NOWHERE) return NOT;
  let next = behind(to);
  const count = <i32>((immediate ? <u32>load<u8>(next++) : register<u8>(ECX)) & 31);
  if (count == 0) return next;
  const value = <i32>load<T>(<u32>to);
  const fill = register<T>(middle(at));
  store<T>(
    <u32>to,
    <T>(left ? shiftLeftDouble<T>(value, fill, count) : shiftRightDouble<T>(value, fill, count)),
  );
  return next;
}

function compareExchange<T>(at: u32): u32 {
  const to = writable<T>(at);
  if (to == NOWHERE) return NOT;
  const value = <i32>load<T>(<u32>to);
  if (<T>subtract<T>(register<T>(EAX), value, 0) == 0) store<T>(<u32>to, <T>register<T>(middle(at)));
  else setRegister<T>(EAX, value);
  return behind(to);
}

/** CMPXCHG8B: the destination is written back in either case. */
function compareExchange8(at: u32): u32 {
  if (middle(at) != 1 || isRegister(at)) return NOT;
  const to = writable<u64>(at);
  if (to == NOWHERE) return NOT;
  const operand = <u32>to;
  const low = load<i32>(operand);
  const high = load<i32>(operand, 4);
  const equal = low == register<u32>(EAX) && high == register<u32>(EDX);
  if (equal) {
    store<i32>(operand, register<u32>(EBX));
    store<i32>(operand, register<u32>(ECX), 4);
  } else {
    setRegister<u32>(EAX, low);
    setRegister<u32>(EDX, high);
  }
  setZero(equal);
  return behind(to);
}

function exchangeAdd<T>(at: u32): u32 {
  const to = writable<T>(at);
  if (to == NOWHERE) return NOT;
  const number = middle(at);
  const value = <i32>load<T>(<u32>to);
  const sum = add<T>(value, register<T>(number), 0);
  setRegister<T>(number, value);
  store<T>(<u32>to, <T>sum);
  return behind(to);
}

export function multiply<T>(at: u32): u32 {
  const from = readable<T>(at);
  if (from == NOWHERE) return NOT;
  const number = middle(at);
  setRegister<T>(number, product<T>(register<T>(number), <i32>load<T>(<u32>from)));
  return behind(from);
}

/** @returns as `oneByte` */
export function twoByte<T>(opcode: u32, at: u32): u32 {
  switch (opcode >>> 4) {
    case 4:
      return moveIf<T>(opcode & 15, at);
    case 8:
      return sizeof<T>() == 4 ? branch(holds(opcode & 15), at + 4, load<i32>(at)) : NOT;
    case 9:
      return setIf(opcode & 15, at);
  }
  switch (opcode) {
    case 0x1f:
      return isRegister(at) ? at + 1 : behind(offsetOf(at));
    case 0xa3:
      return bitByRegister<T>(BT, at);
    case 0xa4:
      return shiftDouble<T>(true, true, at);
    case 0xa5:
      return shiftDouble<T>(true, false, at);
    case 0xab:
      return bitByRegister<T>(BTS, at);
    case 0xac:
      return shiftDouble<T>(false, true, at);
    case 0xad:
      return shiftDouble<T>(false, false, at);
    case 0xaf:
      return multiply<T>(at);
    case 0xb0:
      return compareExchange<u8>(at);
    case 0xb1:
      return compareExchange<T>(at);
    case 0xb3:
      return bitByRegister<T>(BTR, at);
    case 0xb6:
      return extend<T, u8>(at);
    case 0xb7:
      return extend<T, u16>(at);
    case 0xba:
      return bitByImmediate<T>(at);
    case 0xbb:
      return bitByRegister<T>(3, at);
    case 0xbc:
      return scan<T>(true, at);
    case 0xbd:
      return scan<T>(false, at);
    case 0xbe:
      return extend<T, i8>(at);
    case 0xbf:
      return extend<T, i16>(at);
    case 0xc0:
      return exchangeAdd<u8>(at);
    case 0xc1:
      return exchangeAdd<T>(at);
    case 0xc7:
      return compareExchange8(at);
    case 0xc8:
    case 0xc9:
    case 0xca:
    case 0xcb:
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
      if (sizeof<T>() != 4) return NOT;
      setRegister<u32>(opcode & 7, bswap(register<u32>(opcode & 7)));
      return at;
  }
  return NOT;
}
