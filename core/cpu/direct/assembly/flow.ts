/** Where code goes on: pages of code, branches, and how often a place was gone to. */
import { refillFetch } from '../../assembly/env';
import { CPL, get, NEED_READ, NO_EXECUTE, TLB } from '../../assembly/state';
import { record, recordIndirect } from './branches';

/** As in `core/memory/layout.ts`. */
const PAGE_FLAGS: u32 = 0x10_0000;
const HEAT: u32 = 0x30_0000;
const HEAT_SIZE: u32 = 0x10_0000;
const RAM: u32 = 0xc1_0000;
const PAGES: u32 = 0x10_0000;
/** Code of the page may run without anybody being told. */
const TOLD: u8 = 8;

/**
 * What comes of an instruction: the address of the next one, or one of these two. `NOT`: nothing has changed, it is the interpreter's.
 */
export const NOT: u32 = 0;
/** A block ends, and goes on at `destination`. */
export const BRANCHED: u32 = 1;
/** EIP of the next instruction, where one has branched. */
export let destination: u32 = 0;

/** What is to be added to an EIP in the present page of code for its address. */
export let distance: u32 = 0;

/** Looks up the page of an EIP. @returns the address of the instruction, or 0 if code does not run there at full speed */
export function enterPage(eip: u32): u32 {
  const word = TLB + ((eip >>> 12) << 2);
  const right = get(NEED_READ);
  let entry = load<i32>(word);
  if ((entry & right) == 0) entry = refillFetch(eip, get(CPL) == 3);
  if ((entry & right) == 0 || (entry & NO_EXECUTE) != 0) return 0;
  const found = <u32>(entry & -0x1000);
  const at = eip + found;
  if ((load<u8>(PAGE_FLAGS + ((at - RAM) >>> 12)) & TOLD) == 0) return 0;
  distance = found;
  return at;
}

/** Does the next page follow in RAM, and may its code run as that of the present one? Then instructions may reach into it. */
export function isFollowed(at: u32): bool {
  const next = ((at - distance) >>> 12) + 1;
  const entry = load<i32>(TLB + (next << 2));
  if (next == PAGES || (entry & get(NEED_READ)) == 0 || (entry & NO_EXECUTE) != 0) return false;
  if (<u32>(entry & -0x1000) != distance) return false;
  return (load<u8>(PAGE_FLAGS + (((next << 12) + distance - RAM) >>> 12)) & TOLD) != 0;
}

/** A block begins at an address. @returns whether it is still so seldom that decoding it is no gain */
export function isCold(at: u32, hot: i32): bool {
  const count = HEAT + ((at << 1) & (HEAT_SIZE - 1));
  const heat = <i32>load<u16>(count);
  if (heat >= hot) return false;
  store<u16>(count, heat + 1);
  return true;
}

/** EIP of the instruction that branches. */
let here: u32 = 0;

/** What comes is about the instruction at an address, which may branch. */
export function begin(at: u32): void {
  here = at - distance;
}

/** No branch is taken, but a block ends. */
export function goOn(next: u32): u32 {
  destination = next - distance;
  return BRANCHED;
}

/** A branch is taken. @param next address of the byte behind it */
export function jump(next: u32, eip: u32): u32 {
  if (eip != next - distance) record(here, eip);
  destination = eip;
  return BRANCHED;
}

/** The same, to where only running tells. */
export function jumpIndirectly(next: u32, eip: u32): u32 {
  recordIndirect(here + distance, eip);
  return jump(next, eip);
}
