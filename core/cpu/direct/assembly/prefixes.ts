/** Instructions with prefixes that change segments or the size of operands. */
import { FS, get, GS, SEG_BASE, UNLIMITED } from '../../assembly/state';
import { NOT } from './flow';
import { oneByte } from './one-byte';
import { setBase } from './operands';
import { twoByte } from './two-byte';

const PREFIX_FS: u32 = 0x64;
const PREFIX_GS: u32 = 0x65;
const PREFIX_SIZE: u32 = 0x66;
const TWO_BYTES: u32 = 0x0f;
/** With so many no instruction is too long. */
const MOST_PREFIXES: i32 = 3;

function isPrefix(byte: u32): bool {
  return byte == 0x26 || byte == 0x36 || byte == 0x3e || (byte >= PREFIX_FS && byte <= PREFIX_SIZE);
}

// @inline
function decode(first: u32, behind: u32): u32 {
  let opcode = first;
  let at = behind;
  let narrow = false;
  for (let prefixes = 0; isPrefix(opcode); prefixes++) {
    if (prefixes > MOST_PREFIXES) return NOT;
    if (opcode == PREFIX_SIZE) narrow = true;
    else if (opcode == PREFIX_FS || opcode == PREFIX_GS) {
      const segment = opcode == PREFIX_FS ? FS : GS;
      if ((get(UNLIMITED) & (1 << segment)) == 0) return NOT;
      setBase(load<u32>(SEG_BASE + (segment << 2)));
    } else setBase(0);
    opcode = load<u8>(at++);
  }
  if (opcode != TWO_BYTES) return narrow ? oneByte<u16>(opcode, at) : oneByte<u32>(opcode, at);
  const second = load<u8>(at++);
  return narrow ? twoByte<u16>(second, at) : twoByte<u32>(second, at);
}

/** An instruction with prefixes, of which it is behind the first one. @returns as `oneByte` */
export function prefixed(first: u32, behind: u32): u32 {
  const outcome = decode(first, behind);
  setBase(0);
  return outcome;
}
