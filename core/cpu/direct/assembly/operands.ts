/**
 * Where operands are. Registers lie in the same memory as the machine's RAM, so an operand is an address whichever it is
 * (`core/memory/layout.ts`).
 */
import { get, hostOf, NEED_READ, NEED_WRITE, TLB } from '../../assembly/state';

/** General registers by their numbers in encodings (SDM vol. 2A, table 2-1). */
export const EAX: u32 = 0;
export const ECX: u32 = 1;
export const EDX: u32 = 2;
export const EBX: u32 = 3;
export const EBP: u32 = 5;

/**
 * Where an operand is, and what comes behind its ModRM, SIB and displacement: the address of its bytes in the lower half, that of the next
 * byte of code in the upper one. 0: nowhere, the instruction is left to the interpreter.
 */
export type Place = u64;
export const NOWHERE: Place = 0;

function place(operand: u32, behind: u32): Place {
  return ((<u64>behind) << 32) | (<u64>operand);
}
export function behind(found: Place): u32 {
  return <u32>(found >>> 32);
}

/** What FS or GS adds to addresses; other segments begin at 0. */
export let base: u32 = 0;
export function setBase(linear: u32): void {
  base = linear;
}

/** Address of a register, by its number in encodings of T's width. */
export function registerAt<T>(number: u32): u32 {
  return sizeof<T>() == 1 ? ((number & 3) << 2) | (number >>> 2) : number << 2;
}
export function register<T>(number: u32): i32 {
  return <i32>load<T>(registerAt<T>(number));
}
export function setRegister<T>(number: u32, value: i32): void {
  store<T>(registerAt<T>(number), <T>value);
}

/** The register, or the digit of the opcode, that the ModRM at an address names. */
export function middle(at: u32): u32 {
  return (load<u8>(at) >>> 3) & 7;
}
export function isRegister(at: u32): bool {
  return load<u8>(at) >= 0xc0;
}

/**
 * The offset that ModRM, SIB and displacement make (SDM vol. 2A, tables 2-2 and 2-3), as the place of an operand.
 * @param at behind the ModRM
 */
// @inline
function decodeOffset(modrm: u32, at: u32): Place {
  const mod = modrm >>> 6;
  let offset: u32 = 0;
  let number = modrm & 7;
  if (number == 4) {
    const sib = <u32>load<u8>(at++);
    const index = (sib >>> 3) & 7;
    if (index != 4) offset = load<u32>(index << 2) << (sib >>> 6);
    number = sib & 7;
  }
  if (number == 5 && mod == 0) return place(offset + load<u32>(at), at + 4);
  // No, 8 or 32 bits of displacement: what is next is as good as random, so nothing branches on it.
  const field = mod << 3;
  const size: i32 = (0x04_01_00 >>> field) & 7;
  const unused: i32 = (0x00_18_00 >>> field) & 0x1f;
  const displacement = ((load<i32>(at) << unused) >> unused) & -i32(size != 0);
  return place(offset + load<u32>(number << 2) + displacement, at + size);
}

/** The same by the address of the ModRM. */
export function offsetOf(at: u32): Place {
  return decodeOffset(load<u8>(at), at + 1);
}

/** An operand in memory, if the access is plain; written where it is called. @param at behind the ModRM @param right as in entries of the TLB */
// @inline
export function inMemory<T>(modrm: u32, at: u32, right: i32): Place {
  const found = decodeOffset(modrm, at);
  const linear = base + <u32>found;
  const entry = load<i32>(TLB + ((linear >>> 12) << 2));
  if ((entry & right) != 0 && (linear & 0xfff) <= 0x1000 - sizeof<T>())
    return place(<u32>(entry & -0x1000) + linear, behind(found));
  const host = hostOf(linear, sizeof<T>(), right);
  return host != 0 ? place(host, behind(found)) : NOWHERE;
}
/** The operand in memory that the ModRM at an address names, to be read. */
export function source<T>(at: u32): Place {
  return inMemory<T>(load<u8>(at), at + 1, get(NEED_READ));
}
/** The same, to be written or read and written. */
export function target<T>(at: u32): Place {
  return inMemory<T>(load<u8>(at), at + 1, get(NEED_WRITE));
}

function inRegister<T>(at: u32): Place {
  return place(registerAt<T>(load<u8>(at) & 7), at + 1);
}
/** The operand, in a register or in memory, to be read. */
export function readable<T>(at: u32): Place {
  return isRegister(at) ? inRegister<T>(at) : source<T>(at);
}
/** The same, to be written or read and written. */
export function writable<T>(at: u32): Place {
  return isRegister(at) ? inRegister<T>(at) : target<T>(at);
}

/** Where bytes of linear memory are that may be read, or read and written, at full speed; else 0. */
export function toRead<T>(linear: u32): u32 {
  return hostOf(linear, sizeof<T>(), get(NEED_READ));
}
export function toWrite<T>(linear: u32): u32 {
  return hostOf(linear, sizeof<T>(), get(NEED_WRITE));
}
