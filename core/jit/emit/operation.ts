/** Writes the WebAssembly of one operation, whichever it is. */
import { EBP, ESP, ZERO } from '../../cpu/state.ts';
import type { Memory, Operand, Operation } from '../ir.ts';
import { isMemory } from '../lift.ts';
import {
  emitAlu,
  emitCompareExchange,
  emitCompareExchange8,
  emitExchangeAdd,
  emitUnary,
} from './arithmetic.ts';
import { emitBit, emitCarry, emitDirection, emitScan, emitSwapBytes, emitWiden } from './bits.ts';
import { emitFlagsFromAh, emitFlagsToAh, emitPushFlags } from './flag-image.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';
import { plus, type Sum } from './pages.ts';
import {
  emitConditionalMove,
  emitEnter,
  emitExchange,
  emitExtend,
  emitLea,
  emitLeave,
  emitMov,
  emitPop,
  emitPopAll,
  emitPush,
  emitPushAll,
  emitSet,
} from './moves.ts';
import { emitDivide, emitMultiply, emitWideMultiply } from './multiply.ts';
import { emitDoubleShift, emitShift } from './shifts.ts';
import { emitLoadSegment, emitReadState, emitStoreSegment } from './segments.ts';
import { emitSimd } from './simd.ts';
import { emitRestoreState, emitSaveState } from './state-image.ts';
import { emitTimeStamp } from './time-stamp.ts';
import type { Vectors } from './vectors.ts';
import { emitX87, type X87 } from './x87.ts';
import type { X87Locals } from './x87-locals.ts';
import { isX87 } from './x87-pointers.ts';

/** What operations are written with: one for each region. */
export interface OperationContext {
  readonly frame: Frame;
  readonly flags: FlagWriter;
  readonly vectors: Vectors;
  readonly x87: X87;
  readonly x87Locals: X87Locals | undefined;
}

/** An operation that the translator does itself. */
export type Translated = Exclude<Operation, { op: 'interpret' }>;

/** The memory operand of an operation, if it has one. */
export function memoryOf(operation: Operation): Memory | undefined {
  return Object.values(operation as unknown as Record<string, Operand>).find(
    (value): value is Memory => typeof value === 'object' && 'kind' in value && isMemory(value),
  );
}

/** The register that an operation leaves with another one's value plus a constant, and that sum. */
function followed({ pages }: Frame, of: Translated): { register: number; sum: Sum } | undefined {
  switch (of.op) {
    case 'mov':
      if (of.width !== 32 || of.to.kind !== 'register' || isMemory(of.from)) return undefined;
      if (of.from.kind === 'constant')
        return { register: of.to.register, sum: plus(pages.sumOf(ZERO), of.from.value) };
      return { register: of.to.register, sum: pages.sumOf(of.from.register) };
    case 'lea': {
      const { base, index, disp, mask } = of.from;
      if (of.width !== 32 || index !== ZERO || mask !== -1) return undefined;
      return { register: of.to.register, sum: plus(pages.sumOf(base), disp) };
    }
    case 'unary': {
      if (of.width !== 32 || of.to.kind !== 'register') return undefined;
      if (of.name !== 'inc' && of.name !== 'dec') return undefined;
      const { register } = of.to;
      return { register, sum: plus(pages.sumOf(register), of.name === 'inc' ? 1 : -1) };
    }
    case 'alu': {
      if (of.width !== 32 || of.to.kind !== 'register' || of.from.kind !== 'constant') return undefined;
      if (of.name !== 'add' && of.name !== 'sub') return undefined;
      const { register } = of.to;
      return {
        register,
        sum: plus(pages.sumOf(register), of.name === 'add' ? of.from.value : -of.from.value),
      };
    }
    case 'leave':
      return { register: ESP, sum: plus(pages.sumOf(EBP), 4) };
    default:
      return undefined;
  }
}

export function emitOperation(context: OperationContext, of: Translated): void {
  const { pages } = context.frame;
  const known = followed(context.frame, of);
  emitWhichever(context, of);
  if (known) pages.is(known.register, known.sum);
}

function emitWhichever({ frame, flags, vectors, x87, x87Locals }: OperationContext, of: Translated): void {
  switch (of.op) {
    case 'nop':
      break;
    case 'mov':
      emitMov(frame, of);
      break;
    case 'extend':
      emitExtend(frame, of);
      break;
    case 'lea':
      emitLea(frame, of);
      break;
    case 'alu':
      emitAlu(frame, flags, of);
      break;
    case 'unary':
      emitUnary(frame, flags, of);
      break;
    case 'shift':
      emitShift(frame, flags, of);
      break;
    case 'double-shift':
      emitDoubleShift(frame, flags, of);
      break;
    case 'multiply':
      emitMultiply(frame, flags, of);
      break;
    case 'wide-multiply':
      emitWideMultiply(frame, flags, of);
      break;
    case 'divide':
      emitDivide(frame, of);
      break;
    case 'push':
      emitPush(frame, of);
      break;
    case 'pop':
      emitPop(frame, of);
      break;
    case 'enter':
      emitEnter(frame, of);
      break;
    case 'leave':
      emitLeave(frame);
      break;
    case 'push-all':
      emitPushAll(frame);
      break;
    case 'pop-all':
      emitPopAll(frame);
      break;
    case 'set':
      emitSet(frame, flags, of);
      break;
    case 'conditional-move':
      emitConditionalMove(frame, flags, of);
      break;
    case 'exchange':
      emitExchange(frame, of);
      break;
    case 'exchange-add':
      emitExchangeAdd(frame, flags, of);
      break;
    case 'compare-exchange':
      emitCompareExchange(frame, flags, of);
      break;
    case 'compare-exchange-8':
      emitCompareExchange8(frame, flags, of);
      break;
    case 'bit':
      emitBit(frame, flags, of);
      break;
    case 'scan':
      emitScan(frame, flags, of);
      break;
    case 'swap-bytes':
      emitSwapBytes(frame, of);
      break;
    case 'widen':
      emitWiden(frame, of);
      break;
    case 'carry':
      emitCarry(frame, flags, of);
      break;
    case 'direction':
      emitDirection(frame, of);
      break;
    case 'push-flags':
      emitPushFlags(frame, flags);
      break;
    case 'flags-to-ah':
      emitFlagsToAh(frame, flags);
      break;
    case 'flags-from-ah':
      emitFlagsFromAh(frame, flags);
      break;
    case 'load-segment':
      emitLoadSegment(frame, of);
      x87.pointers.loadSelectors();
      break;
    case 'store-segment':
      emitStoreSegment(frame, of);
      break;
    case 'time-stamp':
      emitTimeStamp(frame);
      break;
    case 'read-state':
      emitReadState(frame, of);
      break;
    case 'x87-save-state':
      emitSaveState(vectors, x87.pointers, of);
      break;
    case 'x87-restore-state':
      emitRestoreState(vectors, x87.pointers, of);
      break;
    default:
      if (isX87(of)) emitX87(x87, x87Locals, flags, of);
      else emitSimd(vectors, x87.pointers, flags, of);
  }
}
