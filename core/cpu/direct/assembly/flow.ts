/** Where the next instruction is: pages of code, branches, and how often a place was gone to. */
import { refillFetch } from '../../assembly/env';
import { CPL, get, NEED_READ, NO_EXECUTE, TLB } from '../../assembly/state';
import { record, recordIndirect } from './branches';
import { at, moveTo } from './operands';

/** As in `core/memory/layout.ts`. */
const PAGE_FLAGS: u32 = 0x10_0000;
const HEAT: u32 = 0x30_0000;
const HEAT_SIZE: u32 = 0x10_0000;
const RAM: u32 = 0xc1_0000;
/** Code of the page may run without anybody being told. */
const TOLD: u8 = 8;

/** What came of an instruction. */
export const NOT: i32 = 0;
export const DONE: i32 = 1;
/** Done, and a block begins behind it. */
export const BRANCHED: i32 = 2;

/** What is to be added to an EIP in the present page of code for its address; 0: EIP itself is in `at`, for its page is not looked up yet. */
export let distance: u32 = 0;
/** EIP of the instruction. */
export let here: u32 = 0;

export function begin(): void {
  here = at - distance;
}

/** Nothing is known but the EIP of the next instruction. */
export function startAt(eip: u32): void {
  moveTo(eip);
  distance = 0;
}

/** The next instruction is at an EIP. */
export function goTo(eip: u32): void {
  if ((eip ^ here) >>> 12 != 0) distance = 0;
  moveTo(eip + distance);
}

/** Looks up the page of the EIP in `at`. @returns whether code runs there at full speed */
export function enterPage(): bool {
  const word = TLB + ((at >>> 12) << 2);
  const right = get(NEED_READ);
  let entry = load<i32>(word);
  if ((entry & right) == 0) entry = refillFetch(at, get(CPL) == 3);
  if ((entry & right) == 0 || (entry & NO_EXECUTE) != 0) return false;
  const found = <u32>(entry & -0x1000);
  if ((load<u8>(PAGE_FLAGS + ((found + at - RAM) >>> 12)) & TOLD) == 0) return false;
  distance = found;
  moveTo(at + found);
  return true;
}

/** A block begins at `at`. @returns whether it is still so seldom that decoding it is no gain */
export function isCold(hot: i32): bool {
  const count = HEAT + ((at << 1) & (HEAT_SIZE - 1));
  const heat = <i32>load<u16>(count);
  if (heat >= hot) return false;
  store<u16>(count, heat + 1);
  return true;
}

/** A branch to an EIP is taken. */
export function jump(target: u32): i32 {
  if (target != at - distance) record(here, target);
  goTo(target);
  return BRANCHED;
}

/** The same, to where only running tells. */
export function jumpIndirectly(target: u32): i32 {
  recordIndirect(here + distance, target);
  return jump(target);
}
