/** Instructions with an opcode of one byte, and operands of 8 bits or of T's width (SDM vol. 2D, tables A-2): each begins behind its opcode. */
import { CPL, DF, ESP, get, IF, set, SYSFLAGS } from '../../assembly/state';
import {
  and,
  binary,
  carryFlag,
  CMP,
  decrement,
  holds,
  image,
  increment,
  setCarry,
  signed,
  subtract,
} from './flags';
import {
  base,
  behind,
  EAX,
  EBP,
  ECX,
  EDX,
  isRegister,
  middle,
  NOWHERE,
  offsetOf,
  readable,
  register,
  registerAt,
  setRegister,
  toRead,
  toWrite,
  writable,
} from './operands';
import { distance, goOn, jump, jumpIndirectly, NOT } from './flow';
import { divideSigned, divideUnsigned, multiplySigned, multiplyUnsigned, product } from './multiply';
import { isShift, shift } from './shifts';
import { compareStrings, loadString, moveString, scanString, storeString } from './strings';

/** PUSHF leaves them out. */
const RF_VM: i32 = 0x3_0000;

function memoryToRegister<T>(operation: u32, at: u32): u32 {
  const from = readable<T>(at);
  if (from == NOWHERE) return NOT;
  const number = middle(at);
  const result = binary<T>(operation, register<T>(number), <i32>load<T>(<u32>from));
  if (operation != CMP) setRegister<T>(number, result);
  return behind(from);
}

function registerToMemory<T>(operation: u32, at: u32): u32 {
  const to = operation == CMP ? readable<T>(at) : writable<T>(at);
  if (to == NOWHERE) return NOT;
  const result = binary<T>(operation, <i32>load<T>(<u32>to), register<T>(middle(at)));
  if (operation != CMP) store<T>(<u32>to, <T>result);
  return behind(to);
}

function immediateToAccumulator<T>(operation: u32, at: u32): u32 {
  const result = binary<T>(operation, register<T>(EAX), <i32>load<T>(at));
  if (operation != CMP) setRegister<T>(EAX, result);
  return at + sizeof<T>();
}

/** The forms of opcodes 00 to 3F, by the lowest bits of these. */
function arithmetic<T>(opcode: u32, at: u32): u32 {
  const operation = opcode >>> 3;
  switch (opcode & 7) {
    case 0:
      return registerToMemory<u8>(operation, at);
    case 1:
      return registerToMemory<T>(operation, at);
    case 2:
      return memoryToRegister<u8>(operation, at);
    case 3:
      return memoryToRegister<T>(operation, at);
    case 4:
      return immediateToAccumulator<u8>(operation, at);
    default:
      return immediateToAccumulator<T>(operation, at);
  }
}

/** Group 1. @param short the immediate is a byte with its sign */
export function arithmeticImmediate<T>(short: bool, at: u32): u32 {
  const operation = middle(at);
  const to = operation == CMP ? readable<T>(at) : writable<T>(at);
  if (to == NOWHERE) return NOT;
  const next = behind(to);
  const value = short ? <i32>(<T>load<i8>(next)) : <i32>load<T>(next);
  const result = binary<T>(operation, <i32>load<T>(<u32>to), value);
  if (operation != CMP) store<T>(<u32>to, <T>result);
  return next + (short ? 1 : sizeof<T>());
}

/** @param next address of what comes behind the instruction: so for all that have no operand in memory but the stack */
export function push<T>(value: i32, next: u32): u32 {
  const esp = get(ESP) - <i32>sizeof<T>();
  const to = toWrite<T>(esp);
  if (to == 0) return NOT;
  store<T>(to, <T>value);
  set(ESP, esp);
  return next;
}

export function pop<T>(number: u32, next: u32): u32 {
  const esp = get(ESP);
  const from = toRead<T>(esp);
  if (from == 0) return NOT;
  const value = <i32>load<T>(from);
  set(ESP, esp + <i32>sizeof<T>());
  setRegister<T>(number, value);
  return next;
}

export function call(next: u32, eip: u32): u32 {
  return push<u32>(next - distance, next) == NOT ? NOT : jump(next, eip);
}

function test<T>(at: u32): u32 {
  const from = readable<T>(at);
  if (from == NOWHERE) return NOT;
  and<T>(<i32>load<T>(<u32>from), register<T>(middle(at)));
  return behind(from);
}

function exchange<T>(at: u32): u32 {
  const to = writable<T>(at);
  if (to == NOWHERE) return NOT;
  const number = middle(at);
  const value = <i32>load<T>(<u32>to);
  store<T>(<u32>to, <T>register<T>(number));
  setRegister<T>(number, value);
  return behind(to);
}

export function moveToMemory<T>(at: u32): u32 {
  const to = writable<T>(at);
  if (to == NOWHERE) return NOT;
  store<T>(<u32>to, <T>register<T>(middle(at)));
  return behind(to);
}

export function moveToRegister<T>(at: u32): u32 {
  const from = readable<T>(at);
  if (from == NOWHERE) return NOT;
  setRegister<T>(middle(at), <i32>load<T>(<u32>from));
  return behind(from);
}

export function moveImmediate<T>(at: u32): u32 {
  if (middle(at) != 0) return NOT;
  const to = writable<T>(at);
  if (to == NOWHERE) return NOT;
  const next = behind(to);
  store<T>(<u32>to, load<T>(next));
  return next + sizeof<T>();
}

/** LEA: anything but an address is no operand. */
export function loadAddress<T>(at: u32): u32 {
  if (isRegister(at)) return NOT;
  const found = offsetOf(at);
  setRegister<T>(middle(at), <i32>found);
  return behind(found);
}

export function loadAbsolute<T>(at: u32): u32 {
  const from = toRead<T>(base + load<u32>(at));
  if (from == 0) return NOT;
  setRegister<T>(EAX, <i32>load<T>(from));
  return at + 4;
}
export function storeAbsolute<T>(at: u32): u32 {
  const to = toWrite<T>(base + load<u32>(at));
  if (to == 0) return NOT;
  store<T>(to, <T>register<T>(EAX));
  return at + 4;
}

/** Group 2. @param opcode says where the count comes from */
export function shifts<T>(opcode: u32, at: u32): u32 {
  const digit = middle(at);
  if (!isShift(digit)) return NOT;
  const to = writable<T>(at);
  if (to == NOWHERE) return NOT;
  let next = behind(to);
  const immediate = opcode < 0xd0;
  const count: u32 = immediate ? load<u8>(next++) : opcode < 0xd2 ? 1 : register<u8>(ECX);
  const n = count & 31;
  if (n != 0) store<T>(<u32>to, <T>shift<T>(digit, <i32>load<T>(<u32>to), n, immediate && isRegister(at)));
  return next;
}

/** Group 3. */
export function unary<T>(at: u32): u32 {
  const digit = middle(at);
  const place = digit == 2 || digit == 3 ? writable<T>(at) : readable<T>(at);
  if (place == NOWHERE) return NOT;
  const next = behind(place);
  const operand = <u32>place;
  const value = <i32>load<T>(operand);
  switch (digit) {
    case 0:
    case 1:
      and<T>(value, <i32>load<T>(next));
      return next + sizeof<T>();
    case 2:
      store<T>(operand, <T>~value);
      return next;
    case 3:
      store<T>(operand, <T>subtract<T>(0, value, 0));
      return next;
    case 4:
      multiplyUnsigned<T>(value);
      return next;
    case 5:
      multiplySigned<T>(value);
      return next;
    case 6:
      return divideUnsigned<T>(value) ? next : NOT;
    default:
      return divideSigned<T>(value) ? next : NOT;
  }
}

/** Groups 4 and 5, without far transfers. */
export function incrementOrTransfer<T>(at: u32): u32 {
  const digit = middle(at);
  if (digit < 2) {
    const to = writable<T>(at);
    if (to == NOWHERE) return NOT;
    const value = <i32>load<T>(<u32>to);
    store<T>(<u32>to, <T>(digit == 0 ? increment<T>(value) : decrement<T>(value)));
    return behind(to);
  }
  if (sizeof<T>() == 1 || digit == 3 || digit == 5 || digit == 7) return NOT;
  if (sizeof<T>() == 2 && digit != 6) return NOT;
  const from = readable<T>(at);
  if (from == NOWHERE) return NOT;
  const next = behind(from);
  const value = <i32>load<T>(<u32>from);
  if (digit == 4) return jumpIndirectly(next, value);
  if (digit == 6) return push<T>(value, next);
  return push<u32>(next - distance, next) == NOT ? NOT : jumpIndirectly(next, value);
}

function multiplyImmediate<T>(short: bool, at: u32): u32 {
  const from = readable<T>(at);
  if (from == NOWHERE) return NOT;
  const next = behind(from);
  const value = short ? <i32>load<i8>(next) : <i32>load<T>(next);
  setRegister<T>(middle(at), product<T>(<i32>load<T>(<u32>from), value));
  return next + (short ? 1 : sizeof<T>());
}

export function branch(taken: bool, next: u32, offset: i32): u32 {
  return taken ? jump(next, next - distance + offset) : goOn(next);
}

/** LOOPNE, LOOPE, LOOP and JECXZ. */
function loop(opcode: u32, at: u32): u32 {
  const offset = <i32>load<i8>(at);
  if (opcode == 0xe3) return branch(register<u32>(ECX) == 0, at + 1, offset);
  const count = register<u32>(ECX) - 1;
  setRegister<u32>(ECX, count);
  return branch(count != 0 && (opcode == 0xe2 || holds(4) == (opcode == 0xe1)), at + 1, offset);
}

export function ret(more: i32, next: u32): u32 {
  const esp = get(ESP);
  const from = toRead<u32>(esp);
  if (from == 0) return NOT;
  set(ESP, esp + 4 + more);
  return jump(next, load<u32>(from));
}

export function leave<T>(next: u32): u32 {
  const from = toRead<T>(register<u32>(EBP));
  if (from == 0) return NOT;
  set(ESP, register<u32>(EBP) + <i32>sizeof<T>());
  setRegister<T>(EBP, <i32>load<T>(from));
  return next;
}

/** @param at behind the opcode. @returns what comes of the instruction, as in `flow.ts`: `NOT` for whatever is not done here or cannot be done now */
export function oneByte<T>(opcode: u32, at: u32): u32 {
  // Branches of 16 bits cut EIP off.
  const wide = sizeof<T>() == 4;
  if (opcode < 0x40) return (opcode & 7) < 6 ? arithmetic<T>(opcode, at) : NOT;
  switch (opcode >>> 3) {
    case 0x40 >>> 3:
      setRegister<T>(opcode & 7, increment<T>(register<T>(opcode & 7)));
      return at;
    case 0x48 >>> 3:
      setRegister<T>(opcode & 7, decrement<T>(register<T>(opcode & 7)));
      return at;
    case 0x50 >>> 3:
      return push<T>(register<T>(opcode & 7), at);
    case 0x58 >>> 3:
      return pop<T>(opcode & 7, at);
    case 0x70 >>> 3:
    case 0x78 >>> 3:
      return wide ? branch(holds(opcode & 15), at + 1, load<i8>(at)) : NOT;
    case 0x90 >>> 3: {
      const value = register<T>(opcode & 7);
      setRegister<T>(opcode & 7, register<T>(EAX));
      setRegister<T>(EAX, value);
      return at;
    }
    case 0xb0 >>> 3:
      setRegister<u8>(opcode & 7, load<u8>(at));
      return at + 1;
    case 0xb8 >>> 3:
      setRegister<T>(opcode & 7, <i32>load<T>(at));
      return at + sizeof<T>();
  }
  switch (opcode) {
    case 0x68:
      return push<T>(<i32>load<T>(at), at + sizeof<T>());
    case 0x69:
      return multiplyImmediate<T>(false, at);
    case 0x6a:
      return push<T>(load<i8>(at), at + 1);
    case 0x6b:
      return multiplyImmediate<T>(true, at);
    case 0x80:
      return arithmeticImmediate<u8>(false, at);
    case 0x81:
      return arithmeticImmediate<T>(false, at);
    case 0x83:
      return arithmeticImmediate<T>(true, at);
    case 0x84:
      return test<u8>(at);
    case 0x85:
      return test<T>(at);
    case 0x86:
      return exchange<u8>(at);
    case 0x87:
      return exchange<T>(at);
    case 0x88:
      return moveToMemory<u8>(at);
    case 0x89:
      return moveToMemory<T>(at);
    case 0x8a:
      return moveToRegister<u8>(at);
    case 0x8b:
      return moveToRegister<T>(at);
    case 0x8d:
      return loadAddress<T>(at);
    case 0x8f: {
      const modrm = <u32>load<u8>(at);
      return modrm >= 0xc0 && modrm < 0xc8 ? pop<T>(modrm & 7, at + 1) : NOT;
    }
    case 0x98:
      if (wide) setRegister<u32>(EAX, signed<u16>(register<u16>(EAX)));
      else setRegister<u16>(EAX, signed<u8>(register<u8>(EAX)));
      return at;
    case 0x99:
      setRegister<T>(EDX, signed<T>(register<T>(EAX)) >> 31);
      return at;
    case 0x9c:
      return wide ? push<u32>(image() & ~RF_VM, at) : NOT;
    case 0xa0:
      return loadAbsolute<u8>(at);
    case 0xa1:
      return loadAbsolute<T>(at);
    case 0xa2:
      return storeAbsolute<u8>(at);
    case 0xa3:
      return storeAbsolute<T>(at);
    case 0xa4:
      return moveString<u8>(at);
    case 0xa5:
      return moveString<T>(at);
    case 0xa6:
      return compareStrings<u8>(at);
    case 0xa7:
      return compareStrings<T>(at);
    case 0xa8:
      and<u8>(register<u8>(EAX), load<u8>(at));
      return at + 1;
    case 0xa9:
      and<T>(register<T>(EAX), <i32>load<T>(at));
      return at + sizeof<T>();
    case 0xaa:
      return storeString<u8>(at);
    case 0xab:
      return storeString<T>(at);
    case 0xac:
      return loadString<u8>(at);
    case 0xad:
      return loadString<T>(at);
    case 0xae:
      return scanString<u8>(at);
    case 0xaf:
      return scanString<T>(at);
    case 0xc0:
    case 0xd0:
    case 0xd2:
      return shifts<u8>(opcode, at);
    case 0xc1:
    case 0xd1:
    case 0xd3:
      return shifts<T>(opcode, at);
    case 0xc2:
      return wide ? ret(load<u16>(at), at + 2) : NOT;
    case 0xc3:
      return wide ? ret(0, at) : NOT;
    case 0xc6:
      return moveImmediate<u8>(at);
    case 0xc7:
      return moveImmediate<T>(at);
    case 0xc9:
      return leave<T>(at);
    case 0xe0:
    case 0xe1:
    case 0xe2:
    case 0xe3:
      return wide ? loop(opcode, at) : NOT;
    case 0xe8:
      return wide ? call(at + 4, at + 4 - distance + load<i32>(at)) : NOT;
    case 0xe9:
      return wide ? branch(true, at + 4, load<i32>(at)) : NOT;
    case 0xeb:
      return wide ? branch(true, at + 1, load<i8>(at)) : NOT;
    case 0xf5:
      setCarry(carryFlag() ^ 1);
      return at;
    case 0xf6:
      return unary<u8>(at);
    case 0xf7:
      return unary<T>(at);
    case 0xf8:
      setCarry(0);
      return at;
    case 0xf9:
      setCarry(1);
      return at;
    case 0xfa:
      if (get(CPL) != 0) return NOT;
      set(SYSFLAGS, get(SYSFLAGS) & ~IF);
      return at;
    case 0xfc:
      set(SYSFLAGS, get(SYSFLAGS) & ~DF);
      return at;
    case 0xfd:
      set(SYSFLAGS, get(SYSFLAGS) | DF);
      return at;
    case 0xfe:
      return incrementOrTransfer<u8>(at);
    case 0xff:
      return incrementOrTransfer<T>(at);
  }
  return NOT;
}
