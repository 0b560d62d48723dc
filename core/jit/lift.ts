/**
 * From decoded instructions to operations. The opcode table of `core/cpu` says what exists; this one says what the translator
 * does itself, for 32-bit code in flat segments. All else is left to the interpreter's handlers.
 */
import type { Insn } from '../cpu/decode/insn.ts';
import { CR0, EAX, ECX, FS, GS } from '../cpu/state.ts';
import type {
  AluName,
  Bare,
  BitName,
  Memory,
  Operand,
  Operation,
  Place,
  Register,
  ShiftName,
  Terminator,
  UnaryName,
  Vector,
  Width,
} from './ir.ts';
import { Flags } from './ir.ts';
import { constant, memoryOf, register, whole } from './lift-operands.ts';
import { liftSimd } from './lift-simd.ts';
import { liftX87 } from './lift-x87.ts';

const ALU: readonly AluName[] = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'];
/** By /digit. */
const SHIFTS: readonly ShiftName[] = ['rol', 'ror', 'rcl', 'rcr', 'shl', 'shr', 'shl', 'sar'];
/** An instruction whose accesses often go where the fast way does not lead (devices, code, two pages) is left to the interpreter. */
export const MANY_DETOURS = 50;

const BITS: readonly BitName[] = ['bt', 'bts', 'btr', 'btc'];

const rmOf = (i: Insn, width: Width): Place => (i.memory ? memoryOf(i) : register(i.rm, width));
const wideOf = (i: Insn): 16 | 32 => (i.wide ? 32 : 16);
/** Of an opcode pair: the even one has 8 bits. */
const widthOf = (i: Insn, opcode: number): Width => ((opcode & 1) === 0 ? 8 : wideOf(i));
const CL: Register = { kind: 'register', register: ECX, high: false };

function alu(i: Insn, opcode: number): Bare {
  const name = ALU[opcode >> 3]!;
  const width = widthOf(i, opcode);
  const form = opcode & 7;
  if (form >= 4) return { op: 'alu', name, width, to: whole(EAX), from: constant(i.imm) };
  // In the register forms the decoder has exchanged reg and rm already.
  if (form >= 2 && i.memory) return { op: 'alu', name, width, to: register(i.reg, width), from: memoryOf(i) };
  return { op: 'alu', name, width, to: rmOf(i, width), from: register(i.reg, width) };
}

function shift(i: Insn, opcode: number): Bare | undefined {
  const name = SHIFTS[i.digit]!;
  const width = widthOf(i, opcode);
  const by = opcode & 0xfe;
  // CF turns too in RCL and RCR: one place more, and all the way round is not at all.
  const whole = name === 'rcl' || name === 'rcr' ? width + 1 : 32;
  const count = by === 0xd2 ? CL : constant(by === 0xd0 ? 1 : (i.imm & 31) % whole);
  if (count.kind === 'constant' && count.value === 0) return i.memory ? undefined : { op: 'nop' };
  const keepsOverflow = by === 0xc0 && !i.memory && i.digit < 2 && (i.imm & 31) > 1;
  return { op: 'shift', name, width, to: rmOf(i, width), count, keepsOverflow };
}

function group3(i: Insn, opcode: number): Bare {
  const width = widthOf(i, opcode);
  const to = rmOf(i, width);
  switch (i.digit) {
    case 0:
    case 1:
      return { op: 'alu', name: 'test', width, to, from: constant(i.imm) };
    case 2:
    case 3:
      return { op: 'unary', name: i.digit === 2 ? 'not' : 'neg', width, to };
    default:
      return i.digit < 6
        ? { op: 'wide-multiply', signed: i.digit === 5, width, from: to }
        : { op: 'divide', signed: i.digit === 7, width, from: to };
  }
}

function oneByte(i: Insn): Bare | undefined {
  const { opcode } = i;
  if (opcode < 0x40 && (opcode & 7) < 6) return alu(i, opcode);
  const wide = wideOf(i);
  switch (opcode & 0xf8) {
    case 0x40:
    case 0x48: {
      const name: UnaryName = opcode < 0x48 ? 'inc' : 'dec';
      return { op: 'unary', name, width: wide, to: register(i.rm, wide) };
    }
    case 0x50:
      return { op: 'push', width: wide, from: register(i.rm, wide) };
    case 0x58:
      return { op: 'pop', width: wide, to: register(i.rm, wide) };
    case 0x90:
      if (i.rm === 0) return { op: 'nop' };
      return { op: 'exchange', width: wide, a: register(i.rm, wide), b: whole(EAX) };
    case 0xb0:
      return { op: 'mov', width: 8, to: register(i.rm, 8), from: constant(i.imm) };
    case 0xb8:
      return { op: 'mov', width: wide, to: register(i.rm, wide), from: constant(i.imm) };
  }
  switch (opcode) {
    case 0x06:
    case 0x0e:
    case 0x16:
    case 0x1e:
      return i.wide ? { op: 'store-segment', seg: opcode >> 3, to: 'stack', width: 32 } : undefined;
    case 0x07:
    case 0x1f:
      return i.wide ? { op: 'load-segment', seg: opcode >> 3, from: 'stack' } : undefined;
    case 0x60:
      return i.wide ? { op: 'push-all' } : undefined;
    case 0x61:
      return i.wide ? { op: 'pop-all' } : undefined;
    case 0x68:
    case 0x6a:
      return { op: 'push', width: wide, from: constant(i.imm) };
    case 0x69:
    case 0x6b:
      return {
        op: 'multiply',
        width: wide,
        to: register(i.reg, wide),
        a: rmOf(i, wide),
        b: constant(wide === 16 ? (i.imm << 16) >> 16 : i.imm),
      };
    case 0x80:
    case 0x81:
    case 0x82:
    case 0x83: {
      const width = widthOf(i, opcode);
      return { op: 'alu', name: ALU[i.digit]!, width, to: rmOf(i, width), from: constant(i.imm) };
    }
    case 0x84:
    case 0x85: {
      const width = widthOf(i, opcode);
      return { op: 'alu', name: 'test', width, to: rmOf(i, width), from: register(i.reg, width) };
    }
    case 0x86:
    case 0x87: {
      const width = widthOf(i, opcode);
      return { op: 'exchange', width, a: rmOf(i, width), b: register(i.reg, width) };
    }
    case 0x88:
    case 0x89: {
      const width = widthOf(i, opcode);
      return { op: 'mov', width, to: rmOf(i, width), from: register(i.reg, width) };
    }
    case 0x8a:
    case 0x8b: {
      const width = widthOf(i, opcode);
      if (i.memory) return { op: 'mov', width, to: register(i.reg, width), from: memoryOf(i) };
      return { op: 'mov', width, to: register(i.rm, width), from: register(i.reg, width) };
    }
    case 0x8c:
      return { op: 'store-segment', seg: i.digit, to: rmOf(i, wide), width: wide };
    case 0x8e:
      return { op: 'load-segment', seg: i.digit, from: rmOf(i, 16) };
    case 0x8d:
      return { op: 'lea', width: wide, to: register(i.reg, wide), from: memoryOf(i) };
    case 0x8f:
      return { op: 'pop', width: wide, to: rmOf(i, wide) };
    case 0x98:
    case 0x99:
      return { op: 'widen', width: wide, high: opcode === 0x99 };
    case 0x9c:
      return i.wide ? { op: 'push-flags' } : undefined;
    case 0x9e:
      return { op: 'flags-from-ah' };
    case 0x9f:
      return { op: 'flags-to-ah' };
    case 0xa0:
    case 0xa1:
      return { op: 'mov', width: widthOf(i, opcode), to: whole(EAX), from: memoryOf(i) };
    case 0xa2:
    case 0xa3:
      return { op: 'mov', width: widthOf(i, opcode), to: memoryOf(i), from: whole(EAX) };
    case 0xa8:
    case 0xa9:
      return { op: 'alu', name: 'test', width: widthOf(i, opcode), to: whole(EAX), from: constant(i.imm) };
    case 0xc0:
    case 0xc1:
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return shift(i, opcode);
    case 0xc6:
    case 0xc7: {
      const width = widthOf(i, opcode);
      return { op: 'mov', width, to: rmOf(i, width), from: constant(i.imm) };
    }
    case 0xc8:
      return i.wide && (i.imm2 & 31) === 0 ? { op: 'enter', locals: i.imm } : undefined;
    case 0xc9:
      return i.wide ? { op: 'leave' } : undefined;
    case 0x9b:
      return { op: 'x87-wait' };
    case 0xf5:
      return { op: 'carry', to: 'complement' };
    case 0xf6:
    case 0xf7:
      return group3(i, opcode);
    case 0xf8:
      return { op: 'carry', to: 'clear' };
    case 0xf9:
      return { op: 'carry', to: 'set' };
    case 0xfc:
    case 0xfd:
      return { op: 'direction', down: opcode === 0xfd };
    case 0xfe:
    case 0xff: {
      const width = widthOf(i, opcode);
      if (i.digit < 2) return { op: 'unary', name: i.digit === 0 ? 'inc' : 'dec', width, to: rmOf(i, width) };
      return i.digit === 6 ? { op: 'push', width: wide, from: rmOf(i, wide) } : undefined;
    }
  }
  return undefined;
}

/** FS or GS, of PUSH and POP. */
const segmentOf = (second: number) => (second < 0xa8 ? FS : GS);

function twoByte(i: Insn): Bare | undefined {
  const { opcode } = i;
  const wide = wideOf(i);
  const second = opcode & 0xff;
  if (second >= 0x18 && second <= 0x1f) return { op: 'nop' };
  switch (second & 0xf0) {
    case 0x40:
      return {
        op: 'conditional-move',
        condition: second & 15,
        width: wide,
        to: register(i.reg, wide),
        from: rmOf(i, wide),
      };
    case 0x90:
      return { op: 'set', condition: second & 15, to: rmOf(i, 8) };
  }
  if (second >= 0xc8 && second <= 0xcf)
    return i.wide
      ? { op: 'swap-bytes', to: whole(i.rm) }
      : { op: 'mov', width: 16, to: register(i.rm, 16), from: constant(0) };
  switch (second) {
    case 0x20:
      // CR4 does not exist in all models, and CR1 in none.
      return i.reg === 0 || i.reg === 2 || i.reg === 3
        ? { op: 'read-state', to: whole(i.rm), word: CR0 + i.reg }
        : undefined;
    case 0x31:
      return { op: 'time-stamp' };
    case 0xae:
      // Fences: all accesses are in order.
      return i.memory ? undefined : { op: 'nop' };
    case 0xa0:
    case 0xa8:
      return i.wide ? { op: 'store-segment', seg: segmentOf(second), to: 'stack', width: 32 } : undefined;
    case 0xa1:
    case 0xa9:
      return i.wide ? { op: 'load-segment', seg: segmentOf(second), from: 'stack' } : undefined;
    case 0xa3:
    case 0xab:
    case 0xb3:
    case 0xbb: {
      const bit = register(i.reg, wide);
      const to = i.memory
        ? { ...memoryOf(i), bit: { register: bit.register, width: wide } }
        : register(i.rm, wide);
      return { op: 'bit', name: BITS[(second >> 3) & 3]!, width: wide, to, bit };
    }
    case 0xba:
      return { op: 'bit', name: BITS[i.digit & 3]!, width: wide, to: rmOf(i, wide), bit: constant(i.imm) };
    case 0xa4:
    case 0xa5:
    case 0xac:
    case 0xad: {
      const count = (second & 1) === 0 ? constant(i.imm & 31) : CL;
      if (count.kind === 'constant' && count.value === 0) return i.memory ? undefined : { op: 'nop' };
      return {
        op: 'double-shift',
        left: second < 0xa8,
        width: wide,
        to: rmOf(i, wide),
        fill: register(i.reg, wide),
        count,
      };
    }
    case 0xaf:
      return {
        op: 'multiply',
        width: wide,
        to: register(i.reg, wide),
        a: register(i.reg, wide),
        b: rmOf(i, wide),
      };
    case 0xb0:
    case 0xb1: {
      const width = widthOf(i, second);
      return { op: 'compare-exchange', width, to: rmOf(i, width), from: register(i.reg, width) };
    }
    case 0xb6:
    case 0xb7:
    case 0xbe:
    case 0xbf: {
      const fromWidth = (second & 1) === 0 ? 8 : 16;
      const from = rmOf(i, fromWidth);
      return {
        op: 'extend',
        from,
        fromWidth,
        signed: second >= 0xbe,
        to: register(i.reg, wide),
        width: wide,
      };
    }
    case 0xbc:
    case 0xbd:
      return {
        op: 'scan',
        forward: second === 0xbc,
        width: wide,
        to: register(i.reg, wide),
        from: rmOf(i, wide),
      };
    case 0xc0:
    case 0xc1: {
      const width = widthOf(i, second);
      return { op: 'exchange-add', width, to: rmOf(i, width), from: register(i.reg, width) };
    }
    case 0xc7:
      return { op: 'compare-exchange-8', to: memoryOf(i) };
  }
  return undefined;
}

/** The operation of an instruction inside of a block. */
export function liftOperation(insn: Insn): Operation {
  let bare: Bare | undefined;
  if (insn.legal && insn.detours < MANY_DETOURS) {
    if ((insn.opcode & ~7) === 0xd8) bare = liftX87(insn);
    else if (insn.opcode < 0x100) bare = oneByte(insn);
    else bare = (insn.opcode < 0x200 ? twoByte(insn) : undefined) ?? liftSimd(insn);
  }
  return completed(bare ?? { op: 'interpret' }, insn);
}

/** What was lifted is nobody else's yet: to fill it in costs less than a copy, whose shape would be another one for each operation. */
function completed(bare: Bare, insn: Insn): Operation {
  const operation = bare as Bare & { insn: Insn; flags: number };
  operation.insn = insn;
  operation.flags = Flags.All;
  return operation as Operation;
}

const LOOPS = ['loop-not-equal', 'loop-equal', 'loop', 'ecx-zero'] as const;

/** MOV CR3 and INVLPG: behind them the code itself may lie elsewhere. */
export const flushesPages = ({ opcode, reg, digit, memory }: Insn): boolean =>
  (opcode === 0x122 && reg === 3) || (opcode === 0x101 && memory && digit === 7);

/** How a block ends whose last instruction ends blocks. @param eip of the block @param next EIP behind the instruction */
export function liftTerminator(insn: Insn, next: number): Terminator {
  const { opcode, digit } = insn;
  const interpreted: Terminator = { kind: 'interpret', insn };
  if (!insn.legal) return interpreted;
  // String instructions: the interpreter's handlers do many rounds at once.
  if (opcode >= 0xa4 && opcode <= 0xaf) return { kind: 'interpret-on', next, insn };
  // IN and OUT: mostly no event follows.
  if ((opcode & ~0xb) === 0xe4) return { kind: 'interpret-on', next, insn };
  if (flushesPages(insn)) return { kind: 'interpret-on', next, insn };
  if (opcode === 0xfa) return { kind: 'flags', what: 'clear-interrupts', next, insn };
  if (opcode === 0xfb) return { kind: 'flags', what: 'allow-interrupts', next, insn };
  if (!insn.wide) return interpreted;
  const target = (next + insn.imm) | 0;
  const branch = opcode >= 0x70 && opcode <= 0x7f;
  if (branch || (opcode >= 0x180 && opcode <= 0x18f))
    return { kind: 'branch', when: opcode & 15, target, next, insn };
  if (opcode >= 0xe0 && opcode <= 0xe3) {
    if (insn.addrMask !== -1) return interpreted;
    return { kind: 'branch', when: LOOPS[opcode & 3]!, target, next, insn };
  }
  switch (opcode) {
    case 0xe9:
    case 0xeb:
      return { kind: 'jump', target, insn };
    case 0xe8:
      return { kind: 'call', target, next, insn };
    case 0x9d:
      return { kind: 'flags', what: 'pop', next, insn };
    case 0xc2:
    case 0xc3:
      return { kind: 'return', release: insn.imm, insn };
    case 0xcd:
      return { kind: 'transfer', what: 'software-interrupt', insn };
    case 0xcf:
      return { kind: 'transfer', what: 'interrupt-return', insn };
    case 0x134:
      return { kind: 'transfer', what: 'sysenter', insn };
    case 0x135:
      return { kind: 'transfer', what: 'sysexit', insn };
    case 0xff:
      if (digit === 2) return { kind: 'indirect-call', to: rmOf(insn, 32), next, insn };
      if (digit === 4) return { kind: 'indirect-jump', to: rmOf(insn, 32), insn };
  }
  return interpreted;
}

export const isMemory = (operand: Operand | Vector): operand is Memory => operand.kind === 'memory';
