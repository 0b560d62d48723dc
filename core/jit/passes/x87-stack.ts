/**
 * Where the top of the x87 stack is in each block of a region: compilers know it at every place, so that registers have names there.
 */
import type { Insn } from '../../cpu/decode/insn.ts';
import type { Operation } from '../ir.ts';
import type { Region, RegionBlock } from '../region.ts';
import { targetsOf } from '../region.ts';

/** Registers on the stack, and as a mask over them. */
export const STACK = 8;

export interface X87Stack {
  /** How many registers have been pushed, less those popped, since the region was entered. */
  readonly depths: ReadonlyMap<RegionBlock, number>;
  /** Which registers are named, as a mask by their distance from the top at the entry, upwards. */
  readonly used: number;
}

/** The place of ST(i) when `depth` registers have been pushed: its distance from where the top was, upwards. */
export const placeOf = (i: number, depth: number) => (i - depth) & (STACK - 1);

const FCOMP = 3;

/** Of the instructions that the interpreter does, by their opcode and ModRM: SDM vol. 2, appendix A.5. */
export function pushedByHandler({ opcode, imm, memory, digit }: Insn): number {
  if ((opcode & ~7) !== 0xd8) return 0;
  // FBLD and FBSTP
  if (memory) return opcode !== 0xdf ? 0 : digit === 4 ? 1 : digit === 6 ? -1 : 0;
  switch (imm) {
    // FPTAN, FXTRACT, FDECSTP, FSINCOS
    case 0x1f2:
    case 0x1f4:
    case 0x1f6:
    case 0x1fb:
      return 1;
    // FYL2X, FPATAN, FINCSTP, FYL2XP1
    case 0x1f1:
    case 0x1f3:
    case 0x1f7:
    case 0x1f9:
      return -1;
  }
  return 0;
}

/** How many registers an operation pushes: less than 0 if it pops. */
export function pushedBy(operation: Operation): number {
  switch (operation.op) {
    case 'x87-load':
      return 1;
    case 'x87-store':
    case 'x87-order':
      return operation.pops ? -1 : 0;
    case 'x87-arithmetic':
      return operation.digit === FCOMP ? -1 : 0;
    case 'interpret':
      return pushedByHandler(operation.insn);
    case 'x87-call': {
      const { name, numbers } = operation;
      switch (name) {
        case 'loadRegister':
        case 'loadConstant':
          return 1;
        case 'storeRegister':
          return -numbers[1]!;
        case 'compareRegister':
          return -numbers[2]!;
        case 'arithmeticRegisters':
          return -numbers[3]!;
      }
      return 0;
    }
    default:
      return 0;
  }
}

/** Registers that an operation names by their distance from the top: -1 is what it pushes. */
function namedBy(operation: Operation): readonly number[] {
  switch (operation.op) {
    case 'x87-load':
      return [-1];
    case 'x87-store':
    case 'x87-arithmetic':
      return [0];
    case 'x87-order':
    case 'x87-conditional-move':
      return [0, operation.register];
    case 'x87-call': {
      const { name, numbers } = operation;
      switch (name) {
        case 'loadConstant':
          return [-1];
        case 'loadRegister':
          return [-1, numbers[0]!];
        case 'exchange':
        case 'storeRegister':
        case 'compareRegister':
          return [0, numbers[0]!];
        case 'arithmeticRegisters':
          return [numbers[1]!, numbers[2]!];
        default:
          return [0];
      }
    }
    default:
      return [];
  }
}

/** @returns undefined if a block is reached with the top at different places, as a function may be that is called so */
export function findX87Stack({ blocks, at }: Region): X87Stack | undefined {
  const depths = new Map<RegionBlock, number>([[blocks[0]!, 0]]);
  let used = 0;
  // A map goes on to what is added meanwhile.
  for (const [block, before] of depths) {
    let depth = before;
    for (const operation of block.operations) {
      for (const i of namedBy(operation)) used |= 1 << placeOf(i, depth);
      depth += pushedBy(operation);
    }
    for (const eip of targetsOf(block)) {
      const target = at.get(eip);
      if (!target) continue;
      const other = depths.get(target);
      if (other === undefined) depths.set(target, depth);
      else if (((other - depth) & (STACK - 1)) !== 0) return undefined;
    }
  }
  return { depths, used };
}
