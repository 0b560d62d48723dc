/** Instructions whose opcode begins with 0F (SDM vol. 2D, table A-3): what compilers make of integers. */
import { ADJ, CARRY, RES, set } from '../../assembly/state';
import { add, holds, setCarry, signed, subtract } from './flags';
import {
  at,
  base,
  EAX,
  ECX,
  middle,
  next32,
  next8,
  NOWHERE,
  offsetOf,
  readable,
  register,
  setRegister,
  toRead,
  toWrite,
  writable,
} from './operands';
import { BRANCHED, distance, DONE, jump, NOT } from './flow';
import { product } from './multiply';
import { shiftLeftDouble, shiftRightDouble } from './shifts';

/** The digits of group 8, from 4 on. */
const BT: u32 = 0;
const BTS: u32 = 1;
const BTR: u32 = 2;

function moveIf<T>(condition: u32): i32 {
  const modrm = next8();
  const from = readable<T>(modrm);
  if (from == NOWHERE) return NOT;
  if (holds(condition)) setRegister<T>(middle(modrm), <i32>load<T>(from));
  return DONE;
}

function setIf(condition: u32): i32 {
  const to = writable<u8>(next8());
  if (to == NOWHERE) return NOT;
  store<u8>(to, holds(condition) ? 1 : 0);
  return DONE;
}

function extend<T, From>(): i32 {
  const modrm = next8();
  const from = readable<From>(modrm);
  if (from == NOWHERE) return NOT;
  setRegister<T>(middle(modrm), <i32>load<From>(from));
  return DONE;
}

/** @param operation BT and so on */
function bitOf<T>(operation: u32, place: u32, number: u32): i32 {
  if (place == NOWHERE) return NOT;
  const value = <i32>load<T>(place);
  const bit = number & (8 * sizeof<T>() - 1);
  const one = 1 << bit;
  if (operation == BTS) store<T>(place, <T>(value | one));
  else if (operation == BTR) store<T>(place, <T>(value & ~one));
  else if (operation != BT) store<T>(place, <T>(value ^ one));
  setCarry((value >>> bit) & 1);
  return DONE;
}

/** The bit's number is in a register: it reaches beyond an operand in memory, in either direction. */
function bitByRegister<T>(operation: u32): i32 {
  const modrm = next8();
  const number = signed<T>(register<T>(middle(modrm)));
  if (modrm >= 0xc0) return bitOf<T>(operation, readable<T>(modrm), number);
  const shift: i32 = sizeof<T>() == 4 ? 5 : 4;
  const linear = base + offsetOf(modrm) + ((number >> shift) << (shift - 3));
  return bitOf<T>(operation, operation == BT ? toRead<T>(linear) : toWrite<T>(linear), number);
}

function bitByImmediate<T>(): i32 {
  const modrm = next8();
  const digit = middle(modrm);
  if (digit < 4) return NOT;
  const place = digit == 4 ? readable<T>(modrm) : writable<T>(modrm);
  return bitOf<T>(digit - 4, place, next8());
}

/** BSF and BSR: ZF tells that there is no bit, and the destination stays. */
function scan<T>(upwards: bool): i32 {
  const modrm = next8();
  const from = readable<T>(modrm);
  if (from == NOWHERE) return NOT;
  const value = <i32>load<T>(from);
  set(CARRY, 0);
  set(ADJ, 0);
  set(RES, 0);
  if (value == 0) return DONE;
  const position = upwards ? ctz(value) : 31 - clz(value);
  setRegister<T>(middle(modrm), position);
  // ZF is clear; PF is that of the position, as on the recorded processor.
  set(RES, position == 0 ? 1 : position);
  if (position == 0) set(ADJ, 1);
  return DONE;
}

function shiftDouble<T>(left: bool, immediate: bool): i32 {
  const modrm = next8();
  const to = writable<T>(modrm);
  const count = (immediate ? next8() : register<u8>(ECX)) & 31;
  if (to == NOWHERE) return NOT;
  if (count == 0) return DONE;
  const value = <i32>load<T>(to);
  const fill = register<T>(middle(modrm));
  store<T>(to, <T>(left ? shiftLeftDouble<T>(value, fill, count) : shiftRightDouble<T>(value, fill, count)));
  return DONE;
}

function compareExchange<T>(): i32 {
  const modrm = next8();
  const to = writable<T>(modrm);
  if (to == NOWHERE) return NOT;
  const value = <i32>load<T>(to);
  if (<T>subtract<T>(register<T>(EAX), value, 0) == 0) store<T>(to, <T>register<T>(middle(modrm)));
  else setRegister<T>(EAX, value);
  return DONE;
}

function exchangeAdd<T>(): i32 {
  const modrm = next8();
  const to = writable<T>(modrm);
  if (to == NOWHERE) return NOT;
  const number = middle(modrm);
  const value = <i32>load<T>(to);
  const sum = add<T>(value, register<T>(number), 0);
  setRegister<T>(number, value);
  store<T>(to, <T>sum);
  return DONE;
}

function multiply<T>(): i32 {
  const modrm = next8();
  const from = readable<T>(modrm);
  if (from == NOWHERE) return NOT;
  const number = middle(modrm);
  setRegister<T>(number, product<T>(register<T>(number), <i32>load<T>(from)));
  return DONE;
}

/** @returns as `oneByte` */
export function twoByte<T>(opcode: u32): i32 {
  switch (opcode >>> 4) {
    case 4:
      return moveIf<T>(opcode & 15);
    case 8: {
      const offset = next32();
      if (sizeof<T>() != 4) return NOT;
      return holds(opcode & 15) ? jump(at - distance + offset) : BRANCHED;
    }
    case 9:
      return setIf(opcode & 15);
  }
  switch (opcode) {
    case 0x1f: {
      const modrm = next8();
      if (modrm < 0xc0) offsetOf(modrm);
      return DONE;
    }
    case 0xa3:
      return bitByRegister<T>(BT);
    case 0xa4:
      return shiftDouble<T>(true, true);
    case 0xa5:
      return shiftDouble<T>(true, false);
    case 0xab:
      return bitByRegister<T>(BTS);
    case 0xac:
      return shiftDouble<T>(false, true);
    case 0xad:
      return shiftDouble<T>(false, false);
    case 0xaf:
      return multiply<T>();
    case 0xb0:
      return compareExchange<u8>();
    case 0xb1:
      return compareExchange<T>();
    case 0xb3:
      return bitByRegister<T>(BTR);
    case 0xb6:
      return extend<T, u8>();
    case 0xb7:
      return extend<T, u16>();
    case 0xba:
      return bitByImmediate<T>();
    case 0xbb:
      return bitByRegister<T>(3);
    case 0xbc:
      return scan<T>(true);
    case 0xbd:
      return scan<T>(false);
    case 0xbe:
      return extend<T, i8>();
    case 0xbf:
      return extend<T, i16>();
    case 0xc0:
      return exchangeAdd<u8>();
    case 0xc1:
      return exchangeAdd<T>();
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
      return DONE;
  }
  return NOT;
}
