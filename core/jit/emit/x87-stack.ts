/**
 * FXCH, FLD ST(i), FST ST(i) and FSTP ST(i) in place, as long as no stack fault is in sight: they move registers, clear C1 and
 * raise nothing (SDM vol. 1, 8.1.2 and 8.1.3.2). The soft-float core does the rest.
 */
import { FpuState } from '../../softfloat/softfloat.ts';
import { Op } from '../wasm/opcodes.ts';
import { Simd } from '../wasm/simd-opcodes.ts';
import type { Frame } from './frame.ts';

/** Of the status word: TOP, and C1. */
const TOP_SHIFT = 11;
const TOP_AND_C1 = 0x3800 | 0x200;

/** `core` leaves no value: the function of the soft-float core for the same instruction. */
export function emitMove(
  frame: Frame,
  name: 'exchange' | 'loadRegister' | 'storeRegister',
  register: number,
  pops: boolean,
  core: () => void,
): void {
  const { code } = frame;
  const [status, empty, top, other] = [0, 1, 2, 3].map(() => frame.temporary()) as [
    number,
    number,
    number,
    number,
  ];
  const load = (at: number, to: number) => {
    code.const(0);
    code.memory(Op.i32Load, at);
    code.set(to);
  };
  const store = (at: number, value: () => void) => {
    code.const(0);
    value();
    code.memory(Op.i32Store, at);
  };
  /** A register's number, `distance` from the one in a local. */
  const beside = (of: number, distance: number) => {
    code.get(of);
    code.const(distance);
    code.op(Op.i32Add);
    code.const(7);
    code.op(Op.i32And);
  };
  const isEmpty = (of: number) => {
    code.get(empty);
    code.get(of);
    code.op(Op.i32ShrU);
    code.const(1);
    code.op(Op.i32And);
  };
  const address = (of: number) => {
    code.get(of);
    code.const(4);
    code.op(Op.i32Shl);
  };
  const contents = (of: number) => {
    address(of);
    code.simdMemory(Simd.load, FpuState.Registers);
  };
  const bit = (of: number) => {
    code.const(1);
    code.get(of);
    code.op(Op.i32Shl);
  };
  const fill = (of: number) => {
    code.get(empty);
    bit(of);
    code.const(-1);
    code.op(Op.i32Xor, Op.i32And);
  };
  const setStatus = (newTop: () => void) => {
    store(FpuState.Status, () => {
      code.get(status);
      code.const(~TOP_AND_C1);
      code.op(Op.i32And);
      newTop();
      code.const(TOP_SHIFT);
      code.op(Op.i32Shl, Op.i32Or);
    });
  };

  load(FpuState.Status, status);
  load(FpuState.Empty, empty);
  code.get(status);
  code.const(TOP_SHIFT);
  code.op(Op.i32ShrU);
  code.const(7);
  code.op(Op.i32And);
  code.set(top);
  beside(top, register);
  code.set(other);
  if (name === 'loadRegister') {
    // From here on `top` is the new one, which must be free.
    beside(top, -1);
    code.set(top);
    isEmpty(top);
    code.op(Op.i32Eqz);
    isEmpty(other);
    code.op(Op.i32Or);
  } else {
    isEmpty(top);
    if (name === 'exchange') {
      isEmpty(other);
      code.op(Op.i32Or);
    }
  }
  code.if();
  core();
  code.else();
  switch (name) {
    case 'exchange':
      // Both are read before either is written.
      address(top);
      contents(other);
      address(other);
      contents(top);
      code.simdMemory(Simd.store, FpuState.Registers);
      code.simdMemory(Simd.store, FpuState.Registers);
      setStatus(() => {
        code.get(top);
      });
      break;
    case 'loadRegister':
      address(top);
      contents(other);
      code.simdMemory(Simd.store, FpuState.Registers);
      store(FpuState.Empty, () => {
        fill(top);
      });
      setStatus(() => {
        code.get(top);
      });
      break;
    case 'storeRegister':
      address(other);
      contents(top);
      code.simdMemory(Simd.store, FpuState.Registers);
      store(FpuState.Empty, () => {
        fill(other);
        if (!pops) return;
        bit(top);
        code.op(Op.i32Or);
      });
      setStatus(() => {
        if (pops) beside(top, 1);
        else code.get(top);
      });
  }
  code.end();
  frame.release(status, empty, top, other);
}
