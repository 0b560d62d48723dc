/**
 * Runs code straight from its bytes: nothing is decoded ahead, nothing is kept but how often blocks have begun, so code that runs seldom costs
 * little, and code that is written anew costs nothing more. Written in AssemblyScript, for WebAssembly is fast from the beginning: most of
 * what runs once runs while an engine has not compiled JavaScript yet.
 *
 * It does what compilers make of integers, in the mode of translated code (`core/jit/mode.ts`), where no access and no fetch is anything but plain.
 * For all else it stops before the instruction, which has changed nothing: the interpreter decodes and runs it. Counts, flags and records of
 * branches are the interpreter's.
 */
import { ALIGN, CPL, EIP, FLAT, get, RF, set, SHADOW, SYSFLAGS, TF } from '../../assembly/state';
import { instructionAt } from './common';
import { BRANCHED, destination, distance, enterPage, isCold, isWhole, NOT, RAM } from './flow';
import { takeRounds } from './strings';

/** For tests. */
export { lengthAt } from './length';

/** One byte for each place in a page: not 0 where the interpreter has to look before the instruction (`core/memory/layout.ts`). */
const STOPS: u32 = 0x9_0000;
/** One byte for the low 12 bits of page numbers: not 0 if some page that has them may have such a place. */
const STOP_PAGES: u32 = 0x9_1000;
/** One byte: not 0 while some place is `EVERYWHERE`. */
const STOP_EVERYWHERE: u32 = 0x9_2000;
/** Of all pages, and of those named in `STOP_PAGES`. */
const EVERYWHERE: u8 = 1;
const SOMEWHERE: u8 = 2;
/** There an instruction might end with the page, or on the next one: those that run here have 14 bytes at most. */
const AT_END: u8 = 4;
const LONGEST: u32 = 14;
for (let place: u32 = 0x1000 - LONGEST; place < 0x1000; place++)
  store<u8>(STOPS + place, load<u8>(STOPS + place) | AT_END);

/** May the page of an address, linear or physical, have been named? */
function isNamed(at: u32): bool {
  const linear = (at - distance) >>> 12;
  const physical = (at - RAM) >>> 12;
  return (load<u8>(STOP_PAGES + (linear & 0xfff)) | load<u8>(STOP_PAGES + (physical & 0xfff))) != 0;
}

/** Before which address, on the page of this one, `STOPS` need not be asked. */
function plainEnd(at: u32): u32 {
  return load<u8>(STOP_EVERYWHERE) != 0 || isNamed(at) ? 0 : (at & -0x1000) + 0x1000 - LONGEST;
}

/** ES, CS, SS and DS, as bits of FLAT. */
const NEEDED_FLAT: i32 = 0xf;

/** Nothing is to be done between instructions, and the mode is one of translated code (`modeNow`): of ring + 1, bit 1 is set in rings 1 and 2. */
function isPlain(): bool {
  return (
    get(SHADOW) == 0 &&
    (get(SYSFLAGS) & (TF | RF)) == 0 &&
    (get(FLAT) & NEEDED_FLAT) == NEEDED_FLAT &&
    get(ALIGN) == 0 &&
    ((get(CPL) + 1) & 2) == 0
  );
}

/**
 * Runs from EIP on, at most so many instructions.
 * @param hot a block that has begun so often (65,536: never) is not run, and ends it
 * @param begun the first one is run anyway, and not counted
 * @returns twice as many as have run, and 1 more if a hot block is next
 */
export function run(limit: i32, hot: i32, begun: bool): i32 {
  if (!isPlain()) return 0;
  let left = limit;
  let eip = <u32>get(EIP);
  let at = enterPage(eip);
  if (at == 0) return 0;
  if (!begun && !isCold(at, hot)) return 1;
  let isNextHot = 0;
  let end = plainEnd(at);
  while (left > 0) {
    if (at >= end) {
      const stop = load<u8>(STOPS + (at & 0xfff));
      if ((stop & EVERYWHERE) != 0 || ((stop & SOMEWHERE) != 0 && isNamed(at))) break;
      if ((stop & AT_END) != 0 && !isWhole(at)) break;
    }
    const outcome = instructionAt(at, left);
    if (outcome > BRANCHED) {
      left--;
      // What has begun on the page before ends among the first bytes of this one.
      if ((outcome & 0xfff) >= LONGEST) {
        at = outcome;
        continue;
      }
      eip = outcome - distance;
      at = left > 0 ? enterPage(eip) : 0;
      if (at == 0) break;
      end = plainEnd(at);
      continue;
    }
    if (outcome == NOT) break;
    left--;
    left -= takeRounds();
    eip = destination;
    const isNear = ((at - distance) ^ eip) >>> 12 == 0;
    at = isNear ? eip + distance : 0;
    // What is fetched without an instruction to run would not be so by the interpreter.
    if (left == 0) break;
    if (!isNear) {
      at = enterPage(eip);
      if (at == 0) break;
      end = plainEnd(at);
    }
    if (!isCold(at, hot)) {
      isNextHot = 1;
      break;
    }
  }
  set(EIP, at == 0 ? eip : at - distance);
  return ((limit - left) << 1) | isNextHot;
}
