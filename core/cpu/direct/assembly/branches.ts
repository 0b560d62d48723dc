/** What is kept of branches, in rings of the machine's memory (`core/memory/layout.ts`). */
import { BRANCH_COUNT, get, set } from '../../assembly/state';

const BRANCHES: u32 = 0x8_0000;
const BRANCH_RECORDS: i32 = 4096;
const INDIRECT: u32 = 0xa_0000;
const INDIRECT_RECORDS: u32 = 1024;

/** The record of taken branches that everybody writes who runs code. */
export function record(from: u32, to: u32): void {
  const count = get(BRANCH_COUNT);
  const slot = BRANCHES + ((count & (BRANCH_RECORDS - 1)) << 3);
  store<u32>(slot, from);
  store<u32>(slot, to, 4);
  set(BRANCH_COUNT, count + 1);
}

let next: u32 = 0;

/** By this, code that becomes hot knows where it goes. @param site host address of the instruction */
export function recordIndirect(site: u32, to: u32): void {
  const slot = INDIRECT + (next << 3);
  store<u32>(slot, site);
  store<u32>(slot, to, 4);
  next = (next + 1) & (INDIRECT_RECORDS - 1);
}
