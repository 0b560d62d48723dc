/**
 * Instructions that leave everything as it was but EIP and the time: neighbours for a recorded instruction, so that it meets registers and flags
 * where translated code keeps them, is not the first of its region, and has blocks before it that another tier may run.
 */

export interface NeutralCode {
  readonly bytes: readonly number[];
  readonly instructions: number;
  /** Offsets at which a block is to begin. */
  readonly splits: readonly number[];
}

/** A whole number from 0 to `n - 1`. */
type Random = (n: number) => number;

const repeated = (bytes: readonly number[]) => [bytes, bytes];
const PIECES: readonly ((random: Random) => readonly (readonly number[])[])[] = [
  // not
  (random) => repeated([0xf7, 0xd0 | random(8)]),
  // xchg eax, register
  (random) => repeated([0x90 | (1 + random(7))]),
  // cmc
  () => repeated([0xf5]),
  // jmp to the next instruction
  () => [[0xeb, 0]],
  // xorps of two registers
  (random) => {
    const to = random(8);
    return repeated([0x0f, 0x57, 0xc0 | (to << 3) | ((to + 1 + random(7)) & 7)]);
  },
];
const MOST_PIECES = 3;

export function neutralCode(random: Random): NeutralCode {
  const bytes: number[] = [];
  const splits: number[] = [];
  let instructions = 0;
  for (let pieces = 1 + random(MOST_PIECES); pieces > 0; pieces--)
    for (const instruction of PIECES[random(PIECES.length)]!(random)) {
      bytes.push(...instruction);
      instructions++;
      if (random(3) === 0) splits.push(bytes.length);
    }
  return { bytes, instructions, splits };
}
