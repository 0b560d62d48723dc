/**
 * From decoded x87 instructions to operations (SDM vol. 2, appendix A.5). Environments, decimal numbers and what changes
 * tags only are the interpreter's.
 */
import type { Insn } from '../cpu/decode/insn.ts';
import { EAX, FS, GS } from '../cpu/state.ts';
import type { Softfloat } from '../softfloat/softfloat.ts';
import type { Bare, X87Format } from './ir.ts';
import { memoryOf, whole } from './lift-operands.ts';

const call = (name: keyof Softfloat, ...numbers: number[]): Bare => ({ op: 'x87-call', name, numbers });

/** FCOM and FCOMP among the arithmetic. */
const FCOM = 2;
const FCOMP = 3;
/** Operands of the arithmetic of D8, DA, DC, DE. */
const ARITHMETIC: Readonly<Record<number, X87Format>> = {
  0xd8: 'single',
  0xda: 'long',
  0xdc: 'double',
  0xde: 'word',
};
/** Operands of loads and stores of D9, DB, DD, DF. */
const MOVES: Readonly<Record<number, X87Format>> = {
  0xd9: 'single',
  0xdb: 'long',
  0xdd: 'double',
  0xdf: 'word',
};

function memoryForm(i: Insn): Bare | undefined {
  const { opcode, digit } = i;
  const memory = memoryOf(i);
  const format = ARITHMETIC[opcode];
  if (format) return { op: 'x87-arithmetic', digit, format, from: memory };
  const moved = MOVES[opcode]!;
  switch (digit) {
    case 0:
      return { op: 'x87-load', format: moved, from: memory };
    case 2:
    case 3:
      return { op: 'x87-store', format: moved, pops: digit === 3, to: memory };
    case 5:
      if (opcode === 0xd9) return { op: 'x87-load-control', from: memory };
      if (opcode === 0xdb) return { op: 'x87-load', format: 'extended', from: memory };
      if (opcode === 0xdf) return { op: 'x87-load', format: 'quad', from: memory };
      return undefined;
    case 7:
      if (opcode === 0xd9) return { op: 'x87-store-word', word: 'control', to: memory };
      if (opcode === 0xdb) return { op: 'x87-store', format: 'extended', pops: true, to: memory };
      if (opcode === 0xdd) return { op: 'x87-store-word', word: 'status', to: memory };
      return { op: 'x87-store', format: 'quad', pops: true, to: memory };
  }
  return undefined;
}

/** D9 E0 and up. */
function special(imm: number): Bare | undefined {
  if (imm >= 0x1e8 && imm <= 0x1ee) return call('loadConstant', imm - 0x1e8);
  switch (imm) {
    case 0x1e0:
      return call('changeSign', 1);
    case 0x1e1:
      return call('changeSign', 0);
    case 0x1e4:
      return call('compareZero');
    case 0x1e5:
      return call('examine');
    case 0x1fa:
      return call('squareRootTop');
    case 0x1fc:
      return call('roundTop');
  }
  return undefined;
}

function registerForm(i: Insn): Bare | undefined {
  const { opcode, digit, rm, imm } = i;
  switch (opcode) {
    case 0xd8:
      return digit === FCOM || digit === FCOMP
        ? call('compareRegister', rm, 0, digit - FCOM)
        : call('arithmeticRegisters', digit, 0, rm, 0);
    case 0xdc:
    case 0xde: {
      const pops = opcode === 0xde ? 1 : 0;
      if (digit === FCOM || digit === FCOMP) {
        if (pops === 0) return call('compareRegister', rm, 0, digit - FCOM);
        return digit === FCOM
          ? call('compareRegister', rm, 0, 1)
          : rm === 1
            ? call('compareRegister', 1, 0, 2)
            : undefined;
      }
      // Subtraction and division change places with their reversed forms.
      return call('arithmeticRegisters', digit >= 4 ? digit ^ 1 : digit, rm, 0, pops);
    }
    case 0xd9:
      if (digit === 0) return call('loadRegister', rm);
      if (digit === 1) return call('exchange', rm);
      return special(imm);
    case 0xda:
    case 0xdb: {
      const complement = opcode - 0xda;
      // CF, ZF, CF or ZF, PF as condition codes.
      if (digit < 4)
        return { op: 'x87-conditional-move', condition: [2, 4, 6, 10][digit]! + complement, register: rm };
      if (opcode === 0xda) return imm === 0x2e9 ? call('compareRegister', 1, 1, 2) : undefined;
      if (digit === 5 || digit === 6)
        return { op: 'x87-order', register: rm, quietly: digit === 5, pops: false };
      return undefined;
    }
    case 0xdd:
      if (digit === 2 || digit === 3) return call('storeRegister', rm, digit - 2);
      if (digit === 4 || digit === 5) return call('compareRegister', rm, 1, digit - 4);
      return undefined;
    case 0xdf:
      if (imm === 0x7e0) return { op: 'x87-store-word', word: 'status', to: whole(EAX) };
      if (digit === 5 || digit === 6)
        return { op: 'x87-order', register: rm, quietly: digit === 5, pops: true };
  }
  return undefined;
}

/** @returns undefined for what the interpreter does */
export function liftX87(i: Insn): Bare | undefined {
  if (!i.memory) return registerForm(i);
  // The data pointer holds an offset; only in flat segments is that the linear address.
  return i.seg === FS || i.seg === GS ? undefined : memoryForm(i);
}
