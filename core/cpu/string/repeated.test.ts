/** REP MOVS and REP STOS, which do many rounds at once, beside as many single ones. */
import { expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { CODE, createBareMachine, DATA } from '../testing/bare-machine.ts';
import { EAX, ECX, EDI, ESI } from '../state.ts';

const PAGES = 4;
const BYTES = PAGES * 0x1000;
const CLD = 0xfc;
const STD = 0xfd;
const OPERAND_SIZE = 0x66;

const machine = createBareMachine({}, 'max', 'interpreter');
const area = machine.memory.bytes.subarray(DATA, DATA + BYTES);
const { reg32 } = machine.cpu.views;

/** What a program does to the area and the registers. */
function outcome(content: Uint8Array, registers: Record<number, number>, ...code: number[]) {
  area.set(content);
  for (const [register, value] of Object.entries(registers)) reg32[Number(register)] = value;
  machine.bytes(CODE, ...code, 0xf4);
  machine.run(CODE);
  return {
    bytes: Buffer.from(area).toString('base64'),
    esi: reg32[ESI]!,
    edi: reg32[EDI]!,
    ecx: reg32[ECX]!,
  };
}

it.each([
  ['MOVS', 0xa4],
  ['STOS', 0xaa],
])('REP %s does what single ones do, in both directions and however they overlap', (_name, opcode) => {
  const random = createRandom(opcode);
  const content = Uint8Array.from({ length: BYTES }, () => random(0x100));
  for (let trial = 0; trial < 300; trial++) {
    const string = [[opcode], [OPERAND_SIZE, opcode + 1], [opcode + 1]][random(3)]!;
    const direction = [CLD, STD][random(2)]!;
    const source = DATA + 0x1800 + random(0x1000);
    const registers = {
      [EAX]: random(2 ** 32) | 0,
      [ECX]: 1 + random(random(2) === 0 ? 16 : 0x400),
      [ESI]: source,
      // Often near to the source.
      [EDI]: random(3) === 0 ? DATA + 0x1800 + random(0x1000) : source + random(40) - 20,
    };
    const many = outcome(content, registers, direction, 0xf3, ...string);
    const single = outcome(content, registers, direction, ...string, 0xe2, -2 - string.length);
    expect(many, `${string.join()} ${direction} ${JSON.stringify(registers)}`).toEqual(single);
  }
});
