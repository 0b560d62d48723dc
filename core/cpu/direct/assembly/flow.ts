/** Where code goes on: pages of code, branches, and how often a place was gone to. */
import { refillFetch, tell } from '../../assembly/env';
import { CPL, get, KERNEL_NEWS, NEED_READ, NO_EXECUTE, TLB, USER_NEWS } from '../../assembly/state';
import { record, recordIndirect } from './branches';
import { lengthAt } from './length';

/** As in `core/memory/layout.ts`. */
const PAGE_FLAGS: u32 = 0x10_0000;
const HEAT: u32 = 0x30_0000;
const HEAT_SIZE: u32 = 0x10_0000;
export const RAM: u32 = 0xc1_0000;
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

/** @returns the address of the instruction at an EIP, or 0 if code does not run there at full speed */
function addressOf(eip: u32): u32 {
  const right = get(NEED_READ);
  const user = get(CPL) == 3;
  let entry = load<i32>(TLB + ((eip >>> 12) << 2));
  if ((entry & right) == 0) entry = refillFetch(eip, user);
  const unlike = NO_EXECUTE | (user ? USER_NEWS : KERNEL_NEWS);
  if ((entry & right) == 0 || (entry & unlike) != 0) return 0;
  const at = eip + <u32>(entry & -0x1000);
  const isTold = (load<u8>(PAGE_FLAGS + ((at - RAM) >>> 12)) & TOLD) != 0;
  return isTold || tell(eip, at - RAM) ? at : 0;
}

/** The same, for what comes next: on this page code runs from now on. */
export function enterPage(eip: u32): u32 {
  const at = addressOf(eip);
  if (at != 0) distance = at - eip;
  return at;
}

/** May the instruction at an address, among the last bytes of its page, be read where it lies? */
export function isWhole(at: u32): bool {
  const page = at & -0x1000;
  const next = page + 0x1000;
  if (next >= (<u32>memory.size()) << 16) return false;
  const length = lengthAt(at);
  if (length != 0 && at + length <= next) return true;
  const eip = next - distance;
  // Nobody has looked at a page that the TLB does not know, and nobody does without need.
  if (eip == 0 || (length == 0 && (load<i32>(TLB + ((eip >>> 12) << 2)) & get(NEED_READ)) == 0)) return false;
  return addressOf(eip) == next;
}

/** A block begins at an address. @returns whether it is still so seldom that decoding it is no gain */
export function isCold(at: u32, hot: i32): bool {
  const count = HEAT + (at & (HEAT_SIZE - 2));
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
