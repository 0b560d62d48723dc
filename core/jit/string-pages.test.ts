/** String instructions at the ends of pages that the TLB does not know: what faults, and which pages have been touched by then. */
import { expect, it } from 'vitest';
import { DATA } from '../cpu/testing/bare-machine.ts';
import { ECX, EDI, ESI } from '../cpu/state.ts';
import { createRandom } from '../testing/random.ts';
import { ABSENT, createTrials, READ_ONLY } from './testing/alike.ts';

const OPCODES = [0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf];
const REPEATS = [[], [0xf3], [0xf2]];
const DOWNWARDS = 0x400;
const TRIALS = 600;

it('end alike in the interpreter and in translations', () => {
  const random = createRandom(7);
  const trial = createTrials('interpreter', 'direct', 'eager', 'mixed');
  const address = () => [DATA, ABSENT, READ_ONLY, READ_ONLY + 0x1000][random(4)]! + random(24) - 12;
  for (let n = 0; n < TRIALS; n++) {
    const registers = Array.from({ length: 8 }, () => random(0x100) * 0x0101_0101);
    registers[ECX] = random(14);
    registers[ESI] = address();
    registers[EDI] = address();
    const code = [
      ...REPEATS[random(3)]!,
      ...(random(4) === 0 ? [0x66] : []),
      OPCODES[random(OPCODES.length)]!,
    ];
    const data = Array.from({ length: 3 }, () => random(2) * 0x0101_0101);
    const [right, ...others] = trial({ code, registers, flags: random(4) === 0 ? DOWNWARDS : 0, data });
    for (const other of others)
      expect(other, `${code.map((byte) => byte.toString(16)).join(' ')}`).toEqual(right);
  }
});
