/** What is kept of branches, in rings of the machine's memory (`core/memory/layout.ts`). */
import { BRANCH_EARLIER, BRANCH_LAP_END, BRANCH_NEXT, get, set } from '../../assembly/state';

const BRANCHES: u32 = 0xc_0000;
const BRANCH_LAP: i32 = 0x8000;
const INDIRECT: u32 = 0xa_0000;
const INDIRECT_RECORDS: u32 = 1024;

/** The record of taken branches that everybody writes who runs code: `core/cpu/branch-log.ts`. */
export function record(from: u32, to: u32): void {
  let next = get(BRANCH_NEXT);
  store<u32>(BRANCHES + next, from);
  store<u32>(BRANCHES + next, to, 4);
  next += 8;
  if (next >= BRANCH_LAP) {
    set(BRANCH_EARLIER, get(BRANCH_EARLIER) + (next >> 3));
    set(BRANCH_LAP_END, next);
    next = 0;
  }
  set(BRANCH_NEXT, next);
}

let next: u32 = 0;

/** By this, code that becomes hot knows where it goes. @param site host address of the instruction */
export function recordIndirect(site: u32, to: u32): void {
  const slot = INDIRECT + (next << 3);
  store<u32>(slot, site);
  store<u32>(slot, to, 4);
  next = (next + 1) & (INDIRECT_RECORDS - 1);
}
