/**
 * The x87 register stack (SDM vol. 1, 8.1.2 and 8.5.1): registers by their distance from the top, tags, stack faults, and how an
 * instruction's exceptions reach the status word.
 */
import { INDEFINITE_M, INDEFINITE_SE } from './arith';
import { ex, flag, result, setFlags, setUp, up } from './round';
import {
  BUSY,
  C0,
  C1,
  C2,
  C3,
  DE,
  EMPTY,
  ES,
  IE,
  REGISTERS,
  SF,
  STATUS,
  ZE,
  controlWord,
  statusWord,
} from './state';

export function top(): u32 {
  return (statusWord() >> 11) & 7;
}
function physical(i: u32): u32 {
  return (top() + i) & 7;
}
export function address(i: u32): u32 {
  return REGISTERS + (physical(i) << 4);
}
export function isEmpty(i: u32): bool {
  return ((load<u32>(EMPTY) >> physical(i)) & 1) != 0;
}
export function significand(i: u32): u64 {
  return load<u64>(address(i));
}
export function signExponent(i: u32): u32 {
  return load<u32>(address(i), 8);
}
export function put(i: u32, m: u64, se: u32): void {
  const at = address(i);
  store<u64>(at, m);
  store<u32>(at, se, 8);
  store<u32>(EMPTY, load<u32>(EMPTY) & ~((<u32>1) << physical(i)));
}
export function setTop(value: u32): void {
  store<u32>(STATUS, (statusWord() & ~0x3800) | ((value & 7) << 11));
}
export function pop(): void {
  store<u32>(EMPTY, load<u32>(EMPTY) | ((<u32>1) << physical(0)));
  setTop(top() + 1);
}
export function setC1(value: bool): void {
  store<u32>(STATUS, value ? statusWord() | C1 : statusWord() & ~C1);
}
export function setCodes(codes: u32): void {
  store<u32>(STATUS, (statusWord() & ~(C0 | C2 | C3)) | codes);
}

/** ES and B follow the unmasked exception flags. */
export function updateSummary(): void {
  const pending = (statusWord() & ~controlWord() & 0x3f) != 0;
  store<u32>(STATUS, pending ? statusWord() | ES | BUSY : statusWord() & ~(ES | BUSY));
}

/**
 * Writes the collected flags into the status word. C1 tells whether the result was rounded up; an instruction that has
 * its own C1 sets it afterwards.
 */
export function commitFlags(): void {
  const status = (statusWord() & ~(C1 | ES | BUSY)) | ex | (up ? C1 : 0);
  const pending = (status & ~controlWord() & 0x3f) != 0;
  store<u32>(STATUS, pending ? status | ES | BUSY : status);
}

/** Are there unmasked exceptions among `flags` of this instruction? */
export function unmasked(flags: u32): bool {
  return (ex & flags & ~controlWord()) != 0;
}
/** Invalid, denormal and divide-by-zero are found before anything is computed: unmasked they leave the registers alone. */
export const BEFORE: u32 = IE | DE | ZE;

/** Ends an instruction that an unmasked exception stopped before it computed anything: no rounding has happened. */
export function abandon(): void {
  setFlags(ex & (BEFORE | SF));
  setUp(false);
  commitFlags();
}

/** Stack underflow: true when the instruction must stop (unmasked). Masked, the result is the indefinite. */
export function stackFault(overflow: bool): bool {
  flag(IE | SF);
  setUp(overflow);
  result(INDEFINITE_M, INDEFINITE_SE);
  return unmasked(IE);
}
