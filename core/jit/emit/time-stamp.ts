/** The time of the processor, and RDTSC. */
import { TSC_PER_TICK } from '../../cpu/system/msr-registers.ts';
import { Cr4, CR4, Double, EAX, EDX } from '../../cpu/state.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';
import { setPair } from './operands.ts';

/** Leaves the tick before the present instruction, as a double: `Double.Retired` of the interpreter there. */
export function presentTick({ code, locals, done }: Frame): void {
  code.const(0);
  code.memory(Op.f64Load, Double.JitEnd * 8);
  code.get(locals.left);
  code.const(done);
  code.op(Op.i32Sub, Op.f64ConvertI32S, Op.f64Sub);
}

/** Leaves before the instruction where ring 3 may not read it, and for a value that only WRMSR can make. */
export function emitTimeStamp(frame: Frame): void {
  const { code, mode } = frame;
  if (mode.user) {
    frame.loadState(CR4);
    code.const(Cr4.TSD);
    code.op(Op.i32And);
    code.if();
    frame.leaveHere();
    code.end();
  }
  const value = code.local(Type.f64);
  const whole = code.local(Type.i64);
  presentTick(frame);
  code.const(0);
  code.memory(Op.f64Load, Double.Skipped * 8);
  code.op(Op.f64Add);
  code.float(TSC_PER_TICK, true);
  code.op(Op.f64Mul);
  code.const(0);
  code.memory(Op.f64Load, Double.TscOffset * 8);
  code.op(Op.f64Add);
  code.tee(value);
  code.float(0, true);
  code.op(Op.f64Ge);
  code.get(value);
  code.float(2 ** 63, true);
  code.op(Op.f64Lt, Op.i32And, Op.i32Eqz);
  code.if();
  frame.leaveHere();
  code.end();
  code.get(value);
  code.op(Op.i64TruncF64S);
  code.set(whole);
  setPair(frame, EDX, EAX, whole);
}
