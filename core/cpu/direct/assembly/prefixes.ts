/** Instructions with prefixes: segments, the size of operands, LOCK, and REP of string instructions. */
import { FS, get, GS, SEG_BASE, UNLIMITED } from '../../assembly/state';
import { NOT } from './flow';
import { oneByte } from './one-byte';
import { CMP } from './flags';
import { isRegister, middle, setBase } from './operands';
import { repeated, REPE, REPNE } from './strings';
import { twoByte } from './two-byte';

const PREFIX_FS: u32 = 0x64;
const PREFIX_GS: u32 = 0x65;
const PREFIX_SIZE: u32 = 0x66;
const LOCK: u32 = 0xf0;
const PAUSE: u32 = 0x90;
const TWO_BYTES: u32 = 0x0f;
/** With so many no instruction is longer than 14 bytes (`LAST_START` in `index.ts`). */
const MOST_PREFIXES: i32 = 3;

function isPrefix(byte: u32): bool {
  if (byte >= LOCK) return byte == LOCK || byte == REPNE || byte == REPE;
  return byte == 0x26 || byte == 0x36 || byte == 0x3e || (byte >= PREFIX_FS && byte <= PREFIX_SIZE);
}

/** There is one processor, so LOCK changes nothing but what is legal: these, with an operand in memory. @param at behind the opcode */
function isLockable(opcode: u32, at: u32): bool {
  let modrm = at;
  if (opcode == TWO_BYTES) {
    const second = <u32>load<u8>(modrm++);
    const ofBit = second == 0xab || second == 0xb3 || second == 0xbb || (second == 0xba && middle(modrm) > 4);
    const isExchange = second == 0xb0 || second == 0xb1 || second == 0xc0 || second == 0xc1 || second == 0xc7;
    if (!ofBit && !isExchange) return false;
  } else if (opcode < 0x40) {
    if ((opcode & 7) > 1 || opcode >>> 3 == CMP) return false;
  } else if (opcode == 0x80 || opcode == 0x81 || opcode == 0x83) {
    if (middle(modrm) == CMP) return false;
  } else if (opcode == 0xfe || opcode == 0xff) {
    if (middle(modrm) > 1) return false;
  } else if (opcode == 0xf6 || opcode == 0xf7) {
    if (middle(modrm) != 2 && middle(modrm) != 3) return false;
  } else if (opcode != 0x86 && opcode != 0x87) return false;
  return !isRegister(modrm);
}

function isString(opcode: u32): bool {
  return opcode >= 0xa4 && opcode <= 0xaf && opcode != 0xa8 && opcode != 0xa9;
}

// @inline
function decode(first: u32, behind: u32, left: i32): u32 {
  let opcode = first;
  let at = behind;
  let narrow = false;
  let locked = false;
  let repeat: u32 = 0;
  for (let prefixes = 0; isPrefix(opcode); prefixes++) {
    if (prefixes == MOST_PREFIXES) return NOT;
    if (opcode == PREFIX_SIZE) narrow = true;
    else if (opcode == LOCK) locked = true;
    else if (opcode >= LOCK) repeat = opcode;
    else if (opcode == PREFIX_FS || opcode == PREFIX_GS) {
      const segment = opcode == PREFIX_FS ? FS : GS;
      if ((get(UNLIMITED) & (1 << segment)) == 0) return NOT;
      setBase(load<u32>(SEG_BASE + (segment << 2)));
    } else setBase(0);
    opcode = load<u8>(at++);
  }
  if (repeat != 0) {
    if (locked) return NOT;
    if (opcode == PAUSE && repeat == REPE && !narrow) return at;
    if (!isString(opcode)) return NOT;
    if ((opcode & 1) == 0) return repeated<u8>(opcode, repeat, left, at);
    return narrow ? repeated<u16>(opcode - 1, repeat, left, at) : repeated<u32>(opcode - 1, repeat, left, at);
  }
  if (locked && !isLockable(opcode, at)) return NOT;
  if (opcode != TWO_BYTES) return narrow ? oneByte<u16>(opcode, at) : oneByte<u32>(opcode, at);
  const second = load<u8>(at++);
  return narrow ? twoByte<u16>(second, at) : twoByte<u32>(second, at);
}

/** An instruction with prefixes, of which it is behind the first one. @param left as in `repeated`. @returns as `oneByte` */
export function prefixed(first: u32, behind: u32, left: i32): u32 {
  const outcome = decode(first, behind, left);
  setBase(0);
  return outcome;
}
