/**
 * Where operands are. Registers lie in the same memory as the machine's RAM, so an operand is an address whichever it is
 * (`core/memory/layout.ts`).
 */
import { get, hostOf, NEED_READ, NEED_WRITE } from '../../assembly/state';

/** General registers by their numbers in encodings (SDM vol. 2A, table 2-1). */
export const EAX: u32 = 0;
export const ECX: u32 = 1;
export const EDX: u32 = 2;
export const EBP: u32 = 5;

/** No operand is at the address: the instruction is left to the interpreter. That of EAX is 0. */
export const NOWHERE: u32 = 0xffff_ffff;

/** Address of the next byte of code. */
export let at: u32 = 0;
export function moveTo(address: u32): void {
  at = address;
}

/** What FS or GS adds to addresses; other segments begin at 0. */
export let base: u32 = 0;
export function setBase(linear: u32): void {
  base = linear;
}

export function next8(): u32 {
  return load<u8>(at++);
}
export function nextSigned8(): i32 {
  return load<i8>(at++);
}
export function next32(): i32 {
  const value = load<i32>(at);
  at += 4;
  return value;
}
/** An immediate of T's width. */
export function nextOf<T>(): i32 {
  const value = <i32>load<T>(at);
  at += sizeof<T>();
  return value;
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
export function middle(modrm: u32): u32 {
  return (modrm >>> 3) & 7;
}

/** The offset that ModRM, SIB and displacement make (SDM vol. 2A, tables 2-2 and 2-3). */
export function offsetOf(modrm: u32): u32 {
  const mod = modrm >>> 6;
  let offset: u32 = 0;
  let number = modrm & 7;
  if (number == 4) {
    const sib = next8();
    const index = (sib >>> 3) & 7;
    if (index != 4) offset = load<u32>(index << 2) << (sib >>> 6);
    number = sib & 7;
  }
  if (number == 5 && mod == 0) return offset + next32();
  offset += load<u32>(number << 2);
  if (mod == 1) return offset + nextSigned8();
  return mod == 2 ? offset + next32() : offset;
}

/** Where bytes of linear memory are that may be read, or read and written, at full speed; else `NOWHERE`. */
export function toRead<T>(linear: u32): u32 {
  const host = hostOf(linear, sizeof<T>(), get(NEED_READ));
  return host != 0 ? host : NOWHERE;
}
export function toWrite<T>(linear: u32): u32 {
  const host = hostOf(linear, sizeof<T>(), get(NEED_WRITE));
  return host != 0 ? host : NOWHERE;
}

/** The operand of ModRM's r/m, to be read. */
export function readable<T>(modrm: u32): u32 {
  return modrm >= 0xc0 ? registerAt<T>(modrm & 7) : toRead<T>(base + offsetOf(modrm));
}
/** The same, to be written or read and written. */
export function writable<T>(modrm: u32): u32 {
  return modrm >= 0xc0 ? registerAt<T>(modrm & 7) : toWrite<T>(base + offsetOf(modrm));
}
