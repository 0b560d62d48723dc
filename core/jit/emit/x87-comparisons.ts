/** x87 comparisons of registers that are locals: to the status word or to flags. */
import { FpuState } from '../../softfloat/softfloat.ts';
import { Flags } from '../ir.ts';
import type { Label } from '../wasm/code.ts';
import { Op } from '../wasm/opcodes.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';
import type { Named } from './x87.ts';
import { LONG, WORD, type X87Arms } from './x87-arms.ts';
import type { Value, X87Registers } from './x87-registers.ts';
import { emitCompare } from './x87-values.ts';

/** C3, C2, C1 and C0 of the status word. */
const CODES = 0x4700;
const C3 = 0x4000;
const C0 = 0x100;

/** How a comparison came out, to where it belongs: as locals of 0 or 1, or as codes of the core in a local. */
type Outcome = { readonly less: number; readonly equal: number } | { readonly codes: number };

export type X87Comparisons = ReturnType<typeof createX87Comparisons>;

export function createX87Comparisons(
  frame: Frame,
  registers: X87Registers,
  { scratch, call, get, twoArms, leaveIfNegative }: X87Arms,
  flags: FlagWriter,
) {
  const { code } = frame;
  /** @param slow leaves what the core's function says */
  function emitComparison(
    a: Value,
    b: Value,
    prepare: ((slow: Label) => void) | undefined,
    slow: () => void,
    arrive: (outcome: Outcome) => void,
  ): void {
    twoArms(
      prepare ? [a] : [a, b],
      (label) => {
        prepare?.(label);
        arrive(emitCompare(code, scratch, a, b));
        registers.clearC1();
      },
      () => {
        const codes = frame.temporary();
        slow();
        code.tee(codes);
        leaveIfNegative();
        arrive({ codes });
        frame.release(codes);
      },
    );
  }
  /** To C3, C2 and C0. */
  function setCodes(outcome: Outcome): void {
    code.const(0);
    code.const(0);
    code.memory(Op.i32Load, FpuState.Status);
    code.const(~CODES);
    code.op(Op.i32And);
    if ('codes' in outcome) code.get(outcome.codes);
    else {
      code.get(outcome.equal);
      code.const(C3);
      code.op(Op.i32Mul);
      code.get(outcome.less);
      code.const(C0);
      code.op(Op.i32Mul, Op.i32Or);
    }
    code.op(Op.i32Or);
    code.memory(Op.i32Store, FpuState.Status);
  }
  function emitCompareRegister([register, quietly, pops]: readonly number[]): void {
    compareWith(register!, quietly!, setCodes);
    for (let n = 0; n < pops!; n++) registers.pop();
  }
  function compareWith(register: number, quietly: number, arrive: (outcome: Outcome) => void): void {
    const a = registers.any(0);
    const b = registers.any(register);
    const slow = () => {
      get(a);
      get(b);
      code.const(quietly);
      call('compareValues', [LONG, WORD, LONG, WORD, WORD]);
    };
    emitComparison(a, b, undefined, slow, arrive);
    registers.fill(0);
    registers.fill(register);
  }
  function emitOrder({ register, quietly, pops, flags: live }: Named<'x87-order'>): void {
    const { locals } = frame;
    compareWith(register, quietly ? 1 : 0, (outcome) => {
      if ('codes' in outcome) {
        // C3, C2 and C0 are ZF, PF and CF eight bits higher.
        code.get(outcome.codes);
        code.const(8);
        code.op(Op.i32ShrU);
        code.set(outcome.codes);
        flags.fromComparison(outcome.codes, live);
        return;
      }
      flags.none(live & Flags.Overflow);
      if ((live & Flags.Result) !== 0) {
        // PF is clear: ADJ is the complement of the result (see `cpu/integer/flags.ts`).
        code.get(outcome.equal);
        code.tee(locals.adjust);
        code.op(Op.i32Eqz);
        code.set(locals.result);
      }
      if ((live & Flags.Carry) !== 0) {
        code.get(outcome.less);
        flags.carry();
      }
    });
    flags.known = 'nothing';
    if (pops) registers.pop();
  }

  return { emitComparison, setCodes, emitCompareRegister, emitOrder };
}
