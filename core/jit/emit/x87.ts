/**
 * x87 instructions: calls of the soft-float core, with their memory operands looked up in place (SDM vol. 1, chapter 8). The core
 * keeps unmasked exceptions pending in the status word; the next waiting instruction finds them (`x87-pointers.ts`).
 */
import { FpuState, MemoryKind } from '../../softfloat/softfloat.ts';
import { type Memory, type Operation, type X87Format } from '../ir.ts';
import { isMemory } from '../lift.ts';
import { Op } from '../wasm/opcodes.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';
import { linearAddress, loadHost, locate, storeHost } from './memory.ts';
import { setPart } from './operands.ts';
import type { ImportSoftfloat } from './vectors.ts';
import type { X87Locals } from './x87-locals.ts';
import { pushedBy } from '../passes/x87-stack.ts';
import type { X87Operation, X87Pointers } from './x87-pointers.ts';

export type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

export interface X87 {
  readonly frame: Frame;
  readonly pointers: X87Pointers;
  readonly importSoftfloat: ImportSoftfloat;
}

export const BYTES: Readonly<Record<X87Format, number>> = {
  single: 4,
  double: 8,
  extended: 10,
  word: 2,
  long: 4,
  quad: 8,
};

function call({ frame: { code }, importSoftfloat }: X87, ...of: Parameters<ImportSoftfloat>): void {
  code.callSymbol(importSoftfloat(...of));
}

/** An operand in memory: its linear address and the machine's, in locals. */
interface Place {
  readonly linear: number;
  readonly host: number;
}
/** Looks an operand up, or leaves. */
export function open({ frame }: X87, memory: Memory, bytes: number, write: boolean): Place {
  const { code } = frame;
  const linear = frame.temporary();
  const host = frame.temporary();
  linearAddress(frame, memory);
  code.set(linear);
  // A store raises its numeric exceptions before it looks at memory.
  code.const(locate(frame, memory, bytes, write, !write));
  code.op(Op.i32Add);
  code.set(host);
  return { linear, host };
}
function load32({ frame }: X87, host: number, offset = 0): void {
  frame.code.get(host);
  loadHost(frame, 32, offset);
}
/** Leaves 16 bits, sign extended. */
function loadWord({ frame: { code } }: X87, host: number): void {
  code.get(host);
  code.memory(Op.i32Load16S, 0);
}

function emitLoad(x87: X87, { insn, format, from }: Named<'x87-load'>): void {
  const { frame, pointers } = x87;
  const { code } = frame;
  const { linear, host } = open(x87, from, BYTES[format], false);
  const value = frame.temporary();
  switch (format) {
    case 'single':
      load32(x87, host);
      call(x87, 'loadSingle', 1, 0);
      break;
    case 'double':
    case 'quad':
      load32(x87, host);
      load32(x87, host, 4);
      call(x87, format === 'double' ? 'loadDouble' : 'loadInteger', 2, 0);
      break;
    case 'extended':
      load32(x87, host);
      load32(x87, host, 4);
      code.get(host);
      loadHost(frame, 16, 8);
      call(x87, 'loadExtended', 3, 0);
      break;
    case 'word':
    case 'long':
      if (format === 'word') loadWord(x87, host);
      else load32(x87, host);
      code.tee(value);
      code.get(value);
      code.const(31);
      code.op(Op.i32ShrS);
      call(x87, 'loadInteger', 2, 0);
  }
  pointers.remember(insn.imm, linear, from.seg);
  frame.release(linear, host, value);
}

function emitStore(x87: X87, { insn, format, pops, to }: Named<'x87-store'>): void {
  const { frame, pointers } = x87;
  const { code } = frame;
  const bytes = BYTES[format];
  const { linear, host } = open(x87, to, bytes, true);
  switch (format) {
    case 'single':
    case 'double':
      code.const(pops ? 1 : 0);
      call(x87, format === 'single' ? 'storeSingle' : 'storeDouble', 1, 1);
      break;
    case 'extended':
      call(x87, 'storeExtended', 0, 1);
      break;
    default:
      code.const(bytes * 8);
      code.const(pops ? 1 : 0);
      code.const(0);
      call(x87, 'storeInteger', 3, 1);
  }
  // 0 stands for an unmasked exception: nothing is stored.
  code.if();
  for (let at = 0; at < bytes; at += 4) {
    const width = bytes - at >= 4 ? 32 : 16;
    code.get(host);
    code.const(0);
    loadHost(frame, width, FpuState.Output + at);
    storeHost(frame, width, at);
  }
  call(x87, 'finishStore', 0, 0);
  code.end();
  pointers.remember(insn.imm, linear, to.seg);
  frame.release(linear, host);
}

/** FCOM and FCOMP among the arithmetic. */
export const isComparison = (digit: number) => digit === 2 || digit === 3;

function emitArithmetic(x87: X87, { insn, digit, format, from }: Named<'x87-arithmetic'>): void {
  const { frame, pointers } = x87;
  const { code } = frame;
  const { linear, host } = open(x87, from, BYTES[format], false);
  if (!isComparison(digit)) code.const(digit);
  code.const(
    format === 'single' ? MemoryKind.Single : format === 'double' ? MemoryKind.Double : MemoryKind.Integer,
  );
  if (format === 'word') loadWord(x87, host);
  else load32(x87, host);
  if (format === 'double') load32(x87, host, 4);
  else code.const(0);
  if (isComparison(digit)) {
    code.const(digit - 2);
    call(x87, 'compareMemory', 4, 0);
  } else call(x87, 'arithmeticMemory', 4, 0);
  pointers.remember(insn.imm, linear, from.seg);
  frame.release(linear, host);
}

/** ZF, PF and CF from the core; OF, SF and AF clear. */
function emitOrder(x87: X87, flags: FlagWriter, operation: Named<'x87-order'>): void {
  const { insn, register, quietly, pops, flags: live } = operation;
  const { frame, pointers } = x87;
  const { code } = frame;
  const image = frame.temporary();
  code.const(register);
  code.const(quietly ? 1 : 0);
  code.const(pops ? 1 : 0);
  call(x87, 'compareFlags', 3, 1);
  code.set(image);
  flags.fromComparison(image, live);
  pointers.remember(insn.imm);
  frame.release(image);
}

function emitStoreWord(x87: X87, { word, to }: Named<'x87-store-word'>): void {
  const { frame } = x87;
  const { code } = frame;
  const at = word === 'control' ? FpuState.Control : FpuState.Status;
  const value = () => {
    code.const(0);
    loadHost(frame, 16, at);
  };
  if (isMemory(to)) {
    const offset = locate(frame, to, 2, true);
    value();
    storeHost(frame, 16, offset);
    return;
  }
  const local = frame.temporary();
  value();
  code.set(local);
  setPart(frame, to, 16, local);
  frame.release(local);
}

/** @param before what comes before the state is changed */
function emitLoadControl(x87: X87, { from }: Named<'x87-load-control'>, before: () => void): void {
  const { frame } = x87;
  const { code } = frame;
  const value = frame.temporary();
  loadHost(frame, 16, locate(frame, from, 2, false));
  code.set(value);
  before();
  code.const(0);
  code.get(value);
  // Reserved bits read as 0, but for bit 6.
  code.const(0x1f3f);
  code.op(Op.i32And);
  code.const(0x40);
  code.op(Op.i32Or);
  code.memory(Op.i32Store, FpuState.Control);
  call(x87, 'updateSummary', 0, 0);
  frame.release(value);
}

/** FLDCW and FNSTSW need the status word alone, and FNSTCW nothing. */
function emitControl(x87: X87, of: Named<'x87-load-control' | 'x87-store-word'>): void {
  const { pointers, frame } = x87;
  const { registers } = pointers;
  if (of.op === 'x87-store-word') {
    if (of.word === 'status') registers?.spillStatus();
    emitStoreWord(x87, of);
    return;
  }
  emitLoadControl(x87, of, () => registers?.spillStatus());
  registers?.renew();
  registers?.leaveIfPending(() => {
    frame.leaveBehind(of.insn.end - of.insn.start);
  });
}

/** An instruction on the registers in the state. */
function emitOnState(x87: X87, flags: FlagWriter, of: Exclude<X87Operation, Elsewhere>): void {
  const { frame, pointers } = x87;
  const { code } = frame;
  switch (of.op) {
    case 'x87-wait':
      return;
    case 'x87-call':
      for (const number of of.numbers) code.const(number);
      call(x87, of.name, of.numbers.length, 0);
      pointers.remember(of.insn.imm);
      return;
    case 'x87-load':
      emitLoad(x87, of);
      return;
    case 'x87-store':
      emitStore(x87, of);
      return;
    case 'x87-arithmetic':
      emitArithmetic(x87, of);
      return;
    case 'x87-order':
      emitOrder(x87, flags, of);
      return;
    case 'x87-conditional-move':
      code.const(of.register);
      flags.condition(of.condition);
      call(x87, 'moveConditional', 2, 0);
      pointers.remember(of.insn.imm);
  }
}

/** What has functions of its own. */
interface Elsewhere {
  readonly op: 'x87-save-state' | 'x87-restore-state' | 'x87-load-control' | 'x87-store-word';
}

export function emitX87(
  x87: X87,
  locals: X87Locals | undefined,
  flags: FlagWriter,
  of: Exclude<X87Operation, { op: 'x87-save-state' | 'x87-restore-state' }>,
): void {
  const { pointers } = x87;
  const { registers } = pointers;
  pointers.require(of.op !== 'x87-store-word');
  if (of.op === 'x87-store-word' || of.op === 'x87-load-control') {
    emitControl(x87, of);
    return;
  }
  if (!locals || !registers) {
    emitOnState(x87, flags, of);
    return;
  }
  if (locals.emit(of)) return;
  registers.spill();
  emitOnState(x87, flags, of);
  registers.move(pushedBy(of));
  pointers.loadRegisters(false);
}
