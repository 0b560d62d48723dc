/** Instructions with an opcode of one byte, and operands of 8 bits or of T's width (SDM vol. 2D, tables A-2). */
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
  at,
  base,
  EAX,
  EBP,
  ECX,
  EDX,
  middle,
  next32,
  next8,
  nextOf,
  nextSigned8,
  NOWHERE,
  offsetOf,
  readable,
  register,
  setRegister,
  toRead,
  toWrite,
  writable,
} from './operands';
import { BRANCHED, distance, DONE, jump, jumpIndirectly, NOT } from './flow';
import { divideSigned, divideUnsigned, multiplySigned, multiplyUnsigned, product } from './multiply';
import { isShift, shift } from './shifts';

/** PUSHF leaves them out. */
const RF_VM: i32 = 0x3_0000;

function memoryToRegister<T>(operation: u32): i32 {
  const modrm = next8();
  const from = readable<T>(modrm);
  if (from == NOWHERE) return NOT;
  const number = middle(modrm);
  const result = binary<T>(operation, register<T>(number), <i32>load<T>(from));
  if (operation != CMP) setRegister<T>(number, result);
  return DONE;
}

function registerToMemory<T>(operation: u32): i32 {
  const modrm = next8();
  const to = operation == CMP ? readable<T>(modrm) : writable<T>(modrm);
  if (to == NOWHERE) return NOT;
  const result = binary<T>(operation, <i32>load<T>(to), register<T>(middle(modrm)));
  if (operation != CMP) store<T>(to, <T>result);
  return DONE;
}

/** The forms of opcodes 00 to 3F, by the lowest bits of these. */
function arithmetic<T>(opcode: u32): i32 {
  const operation = opcode >>> 3;
  switch (opcode & 7) {
    case 0:
      return registerToMemory<u8>(operation);
    case 1:
      return registerToMemory<T>(operation);
    case 2:
      return memoryToRegister<u8>(operation);
    case 3:
      return memoryToRegister<T>(operation);
    case 4: {
      const result = binary<u8>(operation, register<u8>(EAX), next8());
      if (operation != CMP) setRegister<u8>(EAX, result);
      return DONE;
    }
    default: {
      const result = binary<T>(operation, register<T>(EAX), nextOf<T>());
      if (operation != CMP) setRegister<T>(EAX, result);
      return DONE;
    }
  }
}

/** Group 1. @param short the immediate is a byte with its sign */
function arithmeticImmediate<T>(short: bool): i32 {
  const modrm = next8();
  const operation = middle(modrm);
  const to = operation == CMP ? readable<T>(modrm) : writable<T>(modrm);
  const value = short ? <i32>(<T>nextSigned8()) : nextOf<T>();
  if (to == NOWHERE) return NOT;
  const result = binary<T>(operation, <i32>load<T>(to), value);
  if (operation != CMP) store<T>(to, <T>result);
  return DONE;
}

function push<T>(value: i32): i32 {
  const esp = get(ESP) - <i32>sizeof<T>();
  const to = toWrite<T>(esp);
  if (to == NOWHERE) return NOT;
  store<T>(to, <T>value);
  set(ESP, esp);
  return DONE;
}

function pop<T>(number: u32): i32 {
  const esp = get(ESP);
  const from = toRead<T>(esp);
  if (from == NOWHERE) return NOT;
  const value = <i32>load<T>(from);
  set(ESP, esp + <i32>sizeof<T>());
  setRegister<T>(number, value);
  return DONE;
}

function call(target: u32): i32 {
  return push<u32>(at - distance) == NOT ? NOT : jump(target);
}

function test<T>(): i32 {
  const modrm = next8();
  const from = readable<T>(modrm);
  if (from == NOWHERE) return NOT;
  and<T>(<i32>load<T>(from), register<T>(middle(modrm)));
  return DONE;
}

function exchange<T>(): i32 {
  const modrm = next8();
  const to = writable<T>(modrm);
  if (to == NOWHERE) return NOT;
  const number = middle(modrm);
  const value = <i32>load<T>(to);
  store<T>(to, <T>register<T>(number));
  setRegister<T>(number, value);
  return DONE;
}

function moveToMemory<T>(): i32 {
  const modrm = next8();
  const to = writable<T>(modrm);
  if (to == NOWHERE) return NOT;
  store<T>(to, <T>register<T>(middle(modrm)));
  return DONE;
}

function moveToRegister<T>(): i32 {
  const modrm = next8();
  const from = readable<T>(modrm);
  if (from == NOWHERE) return NOT;
  setRegister<T>(middle(modrm), <i32>load<T>(from));
  return DONE;
}

function moveImmediate<T>(): i32 {
  const modrm = next8();
  if (middle(modrm) != 0) return NOT;
  const to = writable<T>(modrm);
  const value = nextOf<T>();
  if (to == NOWHERE) return NOT;
  store<T>(to, <T>value);
  return DONE;
}

function loadAbsolute<T>(): i32 {
  const from = toRead<T>(base + next32());
  if (from == NOWHERE) return NOT;
  setRegister<T>(EAX, <i32>load<T>(from));
  return DONE;
}
function storeAbsolute<T>(): i32 {
  const to = toWrite<T>(base + next32());
  if (to == NOWHERE) return NOT;
  store<T>(to, <T>register<T>(EAX));
  return DONE;
}

/** Group 2. @param opcode says where the count comes from */
function shifts<T>(opcode: u32): i32 {
  const modrm = next8();
  const digit = middle(modrm);
  if (!isShift(digit)) return NOT;
  const to = writable<T>(modrm);
  const immediate = opcode < 0xd0;
  const count: u32 = immediate ? next8() : opcode < 0xd2 ? 1 : register<u8>(ECX);
  if (to == NOWHERE) return NOT;
  const n = count & 31;
  if (n != 0) store<T>(to, <T>shift<T>(digit, <i32>load<T>(to), n, immediate && modrm >= 0xc0));
  return DONE;
}

/** Group 3. */
function unary<T>(): i32 {
  const modrm = next8();
  const digit = middle(modrm);
  const place = digit == 2 || digit == 3 ? writable<T>(modrm) : readable<T>(modrm);
  if (place == NOWHERE) return NOT;
  const value = <i32>load<T>(place);
  switch (digit) {
    case 0:
    case 1:
      and<T>(value, nextOf<T>());
      return DONE;
    case 2:
      store<T>(place, <T>~value);
      return DONE;
    case 3:
      store<T>(place, <T>subtract<T>(0, value, 0));
      return DONE;
    case 4:
      multiplyUnsigned<T>(value);
      return DONE;
    case 5:
      multiplySigned<T>(value);
      return DONE;
    case 6:
      return divideUnsigned<T>(value) ? DONE : NOT;
    default:
      return divideSigned<T>(value) ? DONE : NOT;
  }
}

/** Groups 4 and 5, without far transfers. */
function incrementOrTransfer<T>(): i32 {
  const modrm = next8();
  const digit = middle(modrm);
  if (digit < 2) {
    const to = writable<T>(modrm);
    if (to == NOWHERE) return NOT;
    const value = <i32>load<T>(to);
    store<T>(to, <T>(digit == 0 ? increment<T>(value) : decrement<T>(value)));
    return DONE;
  }
  if (sizeof<T>() == 1 || digit == 3 || digit == 5 || digit == 7) return NOT;
  if (sizeof<T>() == 2 && digit != 6) return NOT;
  const from = readable<T>(modrm);
  if (from == NOWHERE) return NOT;
  const value = <i32>load<T>(from);
  if (digit == 4) return jumpIndirectly(value);
  if (digit == 6) return push<T>(value);
  return push<u32>(at - distance) == NOT ? NOT : jumpIndirectly(value);
}

function multiplyImmediate<T>(short: bool): i32 {
  const modrm = next8();
  const from = readable<T>(modrm);
  const value = short ? nextSigned8() : nextOf<T>();
  if (from == NOWHERE) return NOT;
  setRegister<T>(middle(modrm), product<T>(<i32>load<T>(from), value));
  return DONE;
}

function branch(taken: bool, offset: i32): i32 {
  return taken ? jump(at - distance + offset) : BRANCHED;
}

/** LOOPNE, LOOPE, LOOP and JECXZ. */
function loop(opcode: u32): i32 {
  const offset = nextSigned8();
  if (opcode == 0xe3) return branch(register<u32>(ECX) == 0, offset);
  const count = register<u32>(ECX) - 1;
  setRegister<u32>(ECX, count);
  return branch(count != 0 && (opcode == 0xe2 || holds(4) == (opcode == 0xe1)), offset);
}

function ret(more: i32): i32 {
  const esp = get(ESP);
  const from = toRead<u32>(esp);
  if (from == NOWHERE) return NOT;
  set(ESP, esp + 4 + more);
  return jump(load<u32>(from));
}

function leave<T>(): i32 {
  const from = toRead<T>(register<u32>(EBP));
  if (from == NOWHERE) return NOT;
  set(ESP, register<u32>(EBP) + <i32>sizeof<T>());
  setRegister<T>(EBP, <i32>load<T>(from));
  return DONE;
}

/** @returns `NOT`, with nothing changed but `at`, for whatever is not done here or cannot be done now */
export function oneByte<T>(opcode: u32): i32 {
  // Branches of 16 bits cut EIP off.
  const wide = sizeof<T>() == 4;
  if (opcode < 0x40) return (opcode & 7) < 6 ? arithmetic<T>(opcode) : NOT;
  switch (opcode >>> 3) {
    case 0x40 >>> 3:
      setRegister<T>(opcode & 7, increment<T>(register<T>(opcode & 7)));
      return DONE;
    case 0x48 >>> 3:
      setRegister<T>(opcode & 7, decrement<T>(register<T>(opcode & 7)));
      return DONE;
    case 0x50 >>> 3:
      return push<T>(register<T>(opcode & 7));
    case 0x58 >>> 3:
      return pop<T>(opcode & 7);
    case 0x70 >>> 3:
    case 0x78 >>> 3:
      return wide ? branch(holds(opcode & 15), nextSigned8()) : NOT;
    case 0x90 >>> 3: {
      const value = register<T>(opcode & 7);
      setRegister<T>(opcode & 7, register<T>(EAX));
      setRegister<T>(EAX, value);
      return DONE;
    }
    case 0xb0 >>> 3:
      setRegister<u8>(opcode & 7, next8());
      return DONE;
    case 0xb8 >>> 3:
      setRegister<T>(opcode & 7, nextOf<T>());
      return DONE;
  }
  switch (opcode) {
    case 0x68:
      return push<T>(nextOf<T>());
    case 0x69:
      return multiplyImmediate<T>(false);
    case 0x6a:
      return push<T>(nextSigned8());
    case 0x6b:
      return multiplyImmediate<T>(true);
    case 0x80:
      return arithmeticImmediate<u8>(false);
    case 0x81:
      return arithmeticImmediate<T>(false);
    case 0x83:
      return arithmeticImmediate<T>(true);
    case 0x84:
      return test<u8>();
    case 0x85:
      return test<T>();
    case 0x86:
      return exchange<u8>();
    case 0x87:
      return exchange<T>();
    case 0x88:
      return moveToMemory<u8>();
    case 0x89:
      return moveToMemory<T>();
    case 0x8a:
      return moveToRegister<u8>();
    case 0x8b:
      return moveToRegister<T>();
    case 0x8d: {
      const modrm = next8();
      if (modrm >= 0xc0) return NOT;
      setRegister<T>(middle(modrm), offsetOf(modrm));
      return DONE;
    }
    case 0x8f: {
      const modrm = next8();
      return modrm >= 0xc0 && modrm < 0xc8 ? pop<T>(modrm & 7) : NOT;
    }
    case 0x98:
      if (wide) setRegister<u32>(EAX, signed<u16>(register<u16>(EAX)));
      else setRegister<u16>(EAX, signed<u8>(register<u8>(EAX)));
      return DONE;
    case 0x99:
      setRegister<T>(EDX, signed<T>(register<T>(EAX)) >> 31);
      return DONE;
    case 0x9c:
      return wide ? push<u32>(image() & ~RF_VM) : NOT;
    case 0xa0:
      return loadAbsolute<u8>();
    case 0xa1:
      return loadAbsolute<T>();
    case 0xa2:
      return storeAbsolute<u8>();
    case 0xa3:
      return storeAbsolute<T>();
    case 0xa8:
      and<u8>(register<u8>(EAX), next8());
      return DONE;
    case 0xa9:
      and<T>(register<T>(EAX), nextOf<T>());
      return DONE;
    case 0xc0:
    case 0xd0:
    case 0xd2:
      return shifts<u8>(opcode);
    case 0xc1:
    case 0xd1:
    case 0xd3:
      return shifts<T>(opcode);
    case 0xc2: {
      const more = nextOf<u16>();
      return wide ? ret(more) : NOT;
    }
    case 0xc3:
      return wide ? ret(0) : NOT;
    case 0xc6:
      return moveImmediate<u8>();
    case 0xc7:
      return moveImmediate<T>();
    case 0xc9:
      return leave<T>();
    case 0xe0:
    case 0xe1:
    case 0xe2:
    case 0xe3:
      return wide ? loop(opcode) : NOT;
    case 0xe8: {
      const offset = next32();
      return wide ? call(at - distance + offset) : NOT;
    }
    case 0xe9:
      return wide ? branch(true, next32()) : NOT;
    case 0xeb:
      return wide ? branch(true, nextSigned8()) : NOT;
    case 0xf5:
      setCarry(carryFlag() ^ 1);
      return DONE;
    case 0xf6:
      return unary<u8>();
    case 0xf7:
      return unary<T>();
    case 0xf8:
      setCarry(0);
      return DONE;
    case 0xf9:
      setCarry(1);
      return DONE;
    case 0xfa:
      if (get(CPL) != 0) return NOT;
      set(SYSFLAGS, get(SYSFLAGS) & ~IF);
      return DONE;
    case 0xfc:
      set(SYSFLAGS, get(SYSFLAGS) & ~DF);
      return DONE;
    case 0xfd:
      set(SYSFLAGS, get(SYSFLAGS) | DF);
      return DONE;
    case 0xfe:
      return incrementOrTransfer<u8>();
    case 0xff:
      return incrementOrTransfer<T>();
  }
  return NOT;
}
