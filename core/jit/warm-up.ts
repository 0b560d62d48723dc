/**
 * A region that nobody runs, of what compilers write most: compiled where others will be, before there are any. Engines read a function of JavaScript
 * when it is called for the first time, and look for what it refers to in its first calls: the first dozen regions of a machine took
 * five times as long as later ones, and all its code ran as cold code does until then.
 */
import { Block } from '../cpu/decode/code-cache.ts';
import { Insn } from '../cpu/decode/insn.ts';
import { DS, EAX, EBP, EBX, ECX, EDI, EDX, ESI, ESP, ZERO } from '../cpu/state.ts';
import type { Order } from './compile.ts';
import { terminatorOf } from './lift-region.ts';
import { modeOf } from './mode.ts';
import { type FoundBlock, regionOf } from './region.ts';

type Fields = Partial<Pick<Insn, 'reg' | 'rm' | 'base' | 'idx' | 'scale' | 'disp' | 'imm'>> & {
  /** Of a group. */
  readonly digit?: number;
  readonly ends?: boolean;
};

/** Where it is thought to lie: any place will do. */
const PLACE = 0x10_0000;
/** Bytes of each instruction: as good as any other number. */
const LENGTH = 4;

/** An instruction with operands of 32 bits, or of what its opcode says; it has one in memory if it has a base. */
function instruction(opcode: number, { digit = -1, ends = false, scale = 0, ...fields }: Fields): Insn {
  const insn = new Insn();
  insn.begin(opcode, 0, true, true, DS);
  insn.modrm(digit, fields.base !== undefined);
  insn.allow(() => undefined, ends);
  Object.assign(insn, { base: ZERO, idx: ZERO, ...fields });
  insn.scale = scale;
  return insn;
}

/** Opcodes of the map of one byte, and behind 100h those after 0F (SDM vol. 2D, tables ). */
const straight = (): Insn[] => [
  instruction(0x8b, { reg: EAX, base: EBX, disp: 8 }),
  instruction(0x03, { reg: EAX, base: EBX, disp: 12 }),
  instruction(0x89, { reg: EAX, base: ESP, disp: 4 }),
  instruction(0x8b, { reg: ECX, rm: EAX }),
  instruction(0x31, { reg: EDX, rm: ECX }),
  instruction(0x1b6, { reg: EDX, base: ESI, idx: EDI }),
  instruction(0x1b7, { reg: EBP, base: ESI, idx: EDX, scale: 1 }),
  instruction(0x1af, { reg: EBP, rm: EDX }),
  instruction(0x88, { reg: 0, base: ESI, disp: 1 }),
  instruction(0xc1, { digit: 4, rm: EDX, imm: 3 }),
  instruction(0xc1, { digit: 5, rm: EAX, imm: 11 }),
  instruction(0x83, { digit: 0, rm: ECX, imm: 1 }),
  instruction(0x83, { digit: 4, rm: ECX, imm: 15 }),
  instruction(0x8d, { reg: EDI, base: EDI, idx: EAX, scale: 2, disp: 16 }),
  instruction(0x40, { rm: EDI }),
  instruction(0x50, { rm: EAX }),
  instruction(0x58, { rm: EDX }),
];
const compared = (opcode: number): Insn[] => [
  instruction(0x39, { reg: EAX, base: EBP, disp: 20 }),
  instruction(opcode, { ends: true }),
];
const tested = (opcode: number): Insn[] => [
  instruction(0x85, { reg: EAX, rm: EAX }),
  instruction(opcode, { ends: true }),
];

/** What its blocks end with: the numbers of the blocks that they go to, and of those behind calls that a return goes to. */
interface Plan {
  readonly insns: Insn[];
  readonly to?: number;
  readonly known?: readonly number[];
}

/** A loop with branches in it, an inner loop, and a function that it calls. */
const plan = (): Plan[] => [
  { insns: straight() },
  { insns: [...straight(), ...compared(0x72)], to: 4 },
  { insns: [...straight(), ...tested(0x74)], to: 5 },
  { insns: [...straight(), instruction(0xe8, { ends: true })], to: 7 },
  { insns: [...straight(), ...compared(0x7c)], to: 4 },
  { insns: [...straight().slice(0, 3), ...tested(0x75)], to: 1 },
  { insns: [instruction(0xeb, { ends: true })], to: 9 },
  { insns: [...straight(), ...tested(0x79)], to: 8 },
  { insns: [instruction(0x5b, { rm: EBX }), instruction(0xc3, { ends: true })], known: [4] },
];

/** The region, as an order. @param place it gets */
export function warmUpOrder(place: number): Order {
  const sources = plan();
  const starts = [0];
  for (const { insns } of sources) starts.push(starts.at(-1)! + insns.length * LENGTH);
  const eipOf = (block: number) => (starts[block] ?? starts.at(-1)!) + PLACE;
  const blocks = sources.map(({ insns, to, known = [] }, index): FoundBlock => {
    const eip = eipOf(index);
    for (const [n, insn] of insns.entries()) {
      insn.index = n;
      insn.start = n * LENGTH;
      insn.end = insn.start + LENGTH;
    }
    const size = insns.length * LENGTH;
    if (to !== undefined) insns.at(-1)!.imm = eipOf(to) - eip - size;
    const source = new Block(eip, size, insns, false);
    return { index, eip, source, terminator: terminatorOf(eip, source), known: known.map(eipOf) };
  });
  return { region: regionOf({ mode: modeOf(0), misses: 1 }, blocks), place };
}
