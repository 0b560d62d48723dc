/**
 * Runs code straight from its bytes: nothing is decoded ahead, nothing is kept but how often blocks have begun, so code that runs seldom costs
 * little, and code that is written anew costs nothing more. Written in AssemblyScript, for WebAssembly is fast from the beginning: most of
 * what runs once runs while an engine has not compiled JavaScript yet.
 *
 * It does what compilers make of integers, in the mode of translated code (`core/jit/mode.ts`), where no access and no fetch is anything but plain.
 * For all else it stops before the instruction, which has changed nothing: the interpreter decodes and runs it. Counts, flags and records of
 * branches are the interpreter's.
 */
import { EIP, FS, get, GS, SEG_BASE, set, UNLIMITED } from '../../assembly/state';
import { at, moveTo, next8, setBase } from './operands';
import { begin, distance, DONE, enterPage, isCold, NOT, startAt } from './flow';
import { oneByte } from './one-byte';
import { twoByte } from './two-byte';

/** One byte for each place in a page: not 0 where the interpreter has to look before the instruction (`core/memory/layout.ts`). */
const STOPS: u32 = 0x9_0000;
/** Behind it an instruction might end with the page, or on the next one: those that run here have 14 bytes at most. */
const LAST_START: u32 = 0xff1;

const PREFIX_FS: u32 = 0x64;
const PREFIX_SIZE: u32 = 0x66;
const TWO_BYTES: u32 = 0x0f;
/** With so many no instruction is too long. */
const MOST_PREFIXES: i32 = 3;

/** What comes behind an opcode byte that is no opcode of the common form. */
function prefixed(first: u32): i32 {
  let opcode = first;
  let narrow = false;
  for (let prefixes = 0; prefixes <= MOST_PREFIXES; prefixes++) {
    if (opcode == PREFIX_SIZE) narrow = true;
    else if (opcode == 0x26 || opcode == 0x36 || opcode == 0x3e) setBase(0);
    else if (opcode == PREFIX_FS || opcode == 0x65) {
      const segment = opcode == PREFIX_FS ? FS : GS;
      if ((get(UNLIMITED) & (1 << segment)) == 0) return NOT;
      setBase(load<u32>(SEG_BASE + (segment << 2)));
    } else return unprefixed(opcode, narrow);
    opcode = next8();
  }
  return NOT;
}

function unprefixed(first: u32, narrow: bool): i32 {
  if (first != TWO_BYTES) return narrow ? oneByte<u16>(first) : oneByte<u32>(first);
  const opcode = next8();
  return narrow ? twoByte<u16>(opcode) : twoByte<u32>(opcode);
}

function isPrefix(opcode: u32): bool {
  return (opcode & 0xe7) == 0x26 || (opcode >= PREFIX_FS && opcode <= PREFIX_SIZE) || opcode == TWO_BYTES;
}

/**
 * Runs from EIP on, at most so many instructions.
 * @param hot a block that has begun so often (65,536: never) is not run, and ends it
 * @param begun the first one is run anyway, and not counted
 * @returns twice as many as have run, and 1 more if a hot block is next
 */
export function run(limit: i32, hot: i32, begun: bool): i32 {
  let left = limit;
  startAt(get(EIP));
  if (!enterPage()) return 0;
  if (!begun && !isCold(hot)) return 1;
  let isNextHot = 0;
  while (left > 0) {
    const start = at;
    const offset = start & 0xfff;
    if (offset > LAST_START || load<u8>(STOPS + offset) != 0) break;
    begin();
    setBase(0);
    const opcode = next8();
    const done = isPrefix(opcode) ? prefixed(opcode) : oneByte<u32>(opcode);
    if (done == NOT) {
      moveTo(start);
      break;
    }
    left--;
    if (done == DONE) continue;
    // What is fetched without an instruction to run would not be so by the interpreter.
    if (left == 0 || (distance == 0 && !enterPage())) break;
    if (!isCold(hot)) {
      isNextHot = 1;
      break;
    }
  }
  set(EIP, at - distance);
  return ((limit - left) << 1) | isNextHot;
}
