// EFLAGS bits that the manual leaves undefined after an instruction, whatever its operands (SDM vol. 2, "Flags
// Affected"; vol. 1, table A-1): there processors differ, and a comparison of two of them learns nothing.
import { opcodeOf } from './mutate.mjs';

const CF = 0x1;
const PF = 0x4;
const AF = 0x10;
const ZF = 0x40;
const SF = 0x80;
const OF = 0x800;
const ALL = CF | PF | AF | ZF | SF | OF;

const LOGIC_DIGITS = [1, 4, 6];
const BIT_TESTS = [0xa3, 0xab, 0xb3, 0xba, 0xbb];
const DOUBLE_SHIFTS = [0xa4, 0xa5, 0xac, 0xad];

/** @param c instruction bytes, hex. Returns a mask; for shifts that of the worst count. */
export function undefinedFlags(c) {
  const {
    rest: [opcode, second = 0, third],
  } = opcodeOf(c);
  const digit = (second >> 3) & 7;
  if (opcode === 0x27 || opcode === 0x2f) return OF;
  if (opcode === 0x37 || opcode === 0x3f) return OF | SF | ZF | PF;
  if (opcode === 0xd4 || opcode === 0xd5) return OF | AF | CF;
  const logic =
    (opcode < 0x40 && (opcode & 7) < 6 && LOGIC_DIGITS.includes(opcode >> 3)) ||
    [0x84, 0x85, 0xa8, 0xa9].includes(opcode) ||
    (opcode >= 0x80 && opcode <= 0x83 && LOGIC_DIGITS.includes(digit));
  if (logic) return AF;
  if ((opcode >= 0xd0 && opcode <= 0xd3) || opcode === 0xc0 || opcode === 0xc1)
    return digit < 4 ? OF : OF | AF | CF;
  if (opcode === 0xf6 || opcode === 0xf7)
    return digit < 2 ? AF : digit < 4 ? 0 : digit < 6 ? SF | ZF | AF | PF : ALL;
  if (opcode === 0x69 || opcode === 0x6b) return SF | ZF | AF | PF;
  if (opcode !== 0x0f || third === undefined) return 0;
  if (BIT_TESTS.includes(second)) return OF | SF | AF | PF;
  if (second === 0xaf) return SF | ZF | AF | PF;
  if (second === 0xbc || second === 0xbd) return ALL & ~ZF;
  return DOUBLE_SHIFTS.includes(second) ? ALL : 0;
}
