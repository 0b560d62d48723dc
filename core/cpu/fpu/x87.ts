/**
 * x87 instructions, opcodes D8 to DF and 9B (SDM vol. 2, appendix A.5): the opcode map. Operands and checks are in
 * `x87-forms.ts`, control and state in `x87-state.ts`, the arithmetic in `core/softfloat`.
 */
import { FpuState, MemoryKind, type Softfloat } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import { both, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { CR0, Cr0, EAX, Flag } from '../state.ts';
import { type Action, createX87Forms } from './x87-forms.ts';
import { createX87State } from './x87-state.ts';

/** Arithmetic by /digit: FADD FMUL (FCOM FCOMP) FSUB FSUBR FDIV FDIVR. */
const FCOM = 2;
const FCOMP = 3;

export function defineX87(map: OpcodeMap, env: CpuEnv, fpu: Softfloat): void {
  const {
    views: { state, reg16, mem },
    access: { read16, read32, write16, alignQuad },
    flags,
    faults: { raise },
    ea,
  } = env;
  const status = () => mem.getUint32(FpuState.Status, true);
  const forms = createX87Forms(env, fpu);
  const { waiting, control, notWaiting, operation, byRm, next, single, double, word, storing } = forms;
  const { setControl, initialize, storeEnvironment, loadEnvironment, saveAll, restoreAll } = createX87State(
    env,
    fpu,
    forms,
  );

  // --- arithmetic ---------------------------------------------------------------------------------------------

  /** A group of eight arithmetic instructions with a memory operand. */
  const memoryForms = (read: (i: Insn, use: (low: number, high: number) => void) => void, kind: number) =>
    Array.from({ length: 8 }, (_, digit): Action => {
      const apply =
        digit === FCOM || digit === FCOMP
          ? (low: number, high: number) => {
              fpu.compareMemory(kind, low, high, digit - FCOM);
            }
          : (low: number, high: number) => {
              fpu.arithmeticMemory(digit, kind, low, high);
            };
      return waiting((i) => {
        read(i, apply);
      });
    });
  const singles = memoryForms((i, use) => {
    single(i, (bits) => {
      use(bits, 0);
    });
  }, MemoryKind.Single);
  const doubles = memoryForms(double, MemoryKind.Double);
  const longs = memoryForms((i, use) => {
    use(read32(i.seg, ea(i)), 0);
  }, MemoryKind.Integer);
  const words = memoryForms((i, use) => {
    use(word(i), 0);
  }, MemoryKind.Integer);

  /** ST(0) op ST(i). */
  const toTop = (digit: number): Action =>
    waiting((i) => {
      if (digit === FCOM || digit === FCOMP) fpu.compareRegister(i.rm, 0, digit - FCOM);
      else fpu.arithmeticRegisters(digit, 0, i.rm, 0);
    });
  /** ST(i) op ST(0): subtraction and division change places with their reversed forms. */
  const toRegister = (digit: number, pops: number): Action =>
    waiting((i) => {
      fpu.arithmeticRegisters(digit >= 4 ? digit ^ 1 : digit, i.rm, 0, pops);
    });
  const compareTop = (quiet: number, pops: number): Action =>
    waiting((i) => {
      fpu.compareRegister(i.rm, quiet, pops);
    });

  map.group(
    0xd8,
    singles.map((memory, digit) => operation(memory, toTop(digit))),
  );
  map.group(
    0xdc,
    doubles.map((memory, digit) =>
      operation(memory, digit === FCOM || digit === FCOMP ? toTop(digit) : toRegister(digit, 0)),
    ),
  );
  map.group(
    0xde,
    words.map((memory, digit) => {
      if (digit === FCOM) return operation(memory, compareTop(0, 1));
      if (digit !== FCOMP) return operation(memory, toRegister(digit, 1));
      return operation(
        memory,
        waiting((i) => {
          if (i.rm === 1) fpu.compareRegister(1, 0, 2);
          else raise(Vector.UD);
        }),
      );
    }),
  );

  // --- D9 -----------------------------------------------------------------------------------------------------

  const nop: Action = waiting(() => undefined);

  function moveTop(by: number): void {
    fpu.setTop(fpu.top() + by);
    mem.setUint32(FpuState.Status, status() & ~0x200, true);
  }
  const setStack = (by: number): Action =>
    waiting(() => {
      moveTop(by);
    });
  const topIsEmpty = () => ((mem.getUint32(FpuState.Empty, true) >> fpu.top()) & 1) !== 0;

  map.group(0xd9, [
    operation(
      waiting((i) => {
        single(i, fpu.loadSingle);
      }),
      waiting((i) => {
        fpu.loadRegister(i.rm);
      }),
    ),
    operation(
      undefined,
      waiting((i) => {
        fpu.exchange(i.rm);
      }),
    ),
    operation(
      storing(4, () => fpu.storeSingle(0)),
      byRm(nop),
    ),
    operation(
      storing(4, () => fpu.storeSingle(1)),
      // FSTPNCE, undocumented: FSTP ST(i) that does not complain about an empty ST(0), and then only pops.
      waiting((i) => {
        if (topIsEmpty()) moveTop(1);
        else fpu.storeRegister(i.rm, 1);
      }),
    ),
    operation(
      control((i) => {
        loadEnvironment(i);
      }),
      byRm(
        waiting(() => {
          fpu.changeSign(1);
        }),
        waiting(() => {
          fpu.changeSign(0);
        }),
        undefined,
        undefined,
        waiting(fpu.compareZero),
        waiting(fpu.examine),
      ),
    ),
    operation(
      control((i) => {
        setControl(read16(i.seg, ea(i)));
      }),
      byRm(
        ...Array.from({ length: 7 }, (_, n) =>
          waiting(() => {
            fpu.loadConstant(n);
          }),
        ),
      ),
    ),
    operation(
      notWaiting((i) => {
        storeEnvironment(i);
      }),
      byRm(
        waiting(fpu.f2xm1),
        waiting(fpu.fyl2x),
        waiting(fpu.fptan),
        waiting(fpu.fpatan),
        waiting(fpu.extract),
        waiting(() => {
          fpu.partialRemainder(1);
        }),
        setStack(-1),
        setStack(1),
      ),
    ),
    operation(
      notWaiting((i) => {
        write16(i.seg, ea(i), mem.getUint16(FpuState.Control, true));
      }),
      byRm(
        waiting(() => {
          fpu.partialRemainder(0);
        }),
        waiting(fpu.fyl2xp1),
        waiting(fpu.squareRootTop),
        waiting(fpu.fsincos),
        waiting(fpu.roundTop),
        waiting(fpu.scale),
        waiting(fpu.fsin),
        waiting(fpu.fcos),
      ),
    ),
  ]);

  // --- DA, DB -------------------------------------------------------------------------------------------------

  const carry = () => (flags.get() & Flag.CF) !== 0;
  const zero = () => (flags.get() & Flag.ZF) !== 0;
  const parity = () => (flags.get() & Flag.PF) !== 0;
  const conditions = [carry, zero, () => carry() || zero(), parity];
  const conditional = (holds: () => boolean): Action =>
    waiting((i) => {
      fpu.moveConditional(i.rm, holds() ? 1 : 0);
    });
  map.group(
    0xda,
    longs.map((memory, digit) => {
      if (digit < 4) return operation(memory, conditional(conditions[digit]));
      return operation(memory, digit === 5 ? byRm(undefined, compareTop(1, 2)) : undefined);
    }),
  );

  /** FCOMI and relatives write ZF, PF and CF and clear OF, SF and AF. */
  const compareInto = (quiet: number, pops: number): Action =>
    waiting((i) => {
      flags.setArithmetic(fpu.compareFlags(i.rm, quiet, pops));
    });
  const notCondition = (holds: () => boolean): Action => conditional(() => !holds());

  map.group(0xdb, [
    operation(
      waiting((i) => {
        const value = read32(i.seg, ea(i));
        fpu.loadInteger(value, value >> 31);
      }),
      notCondition(conditions[0]),
    ),
    operation(
      storing(4, () => fpu.storeInteger(32, 1, 1)),
      notCondition(conditions[1]),
    ),
    operation(
      storing(4, () => fpu.storeInteger(32, 0, 0)),
      notCondition(conditions[2]),
    ),
    operation(
      storing(4, () => fpu.storeInteger(32, 1, 0)),
      notCondition(conditions[3]),
    ),
    operation(
      undefined,
      byRm(
        // FENI, FDISI and FSETPM of earlier coprocessors do nothing.
        notWaiting(() => undefined),
        notWaiting(() => undefined),
        notWaiting(() => {
          mem.setUint32(FpuState.Status, status() & 0x7f00, true);
        }),
        notWaiting(initialize),
        notWaiting(() => undefined),
      ),
    ),
    operation(
      waiting((i) => {
        const offset = ea(i);
        alignQuad(i.seg, offset, false);
        const low = read32(i.seg, offset);
        const high = read32(i.seg, next(i, offset, 4));
        fpu.loadExtended(low, high, read16(i.seg, next(i, offset, 8)));
      }),
      compareInto(1, 0),
    ),
    operation(undefined, compareInto(0, 0)),
    operation(
      storing(10, () => fpu.storeExtended()),
      undefined,
    ),
  ]);

  // --- DD, DF -------------------------------------------------------------------------------------------------

  const free = (pops: boolean): Action =>
    waiting((i) => {
      const physical = (fpu.top() + i.rm) & 7;
      mem.setUint32(FpuState.Empty, mem.getUint32(FpuState.Empty, true) | (1 << physical), true);
      if (pops) fpu.pop();
    });
  map.group(0xdd, [
    operation(
      waiting((i) => {
        double(i, fpu.loadDouble);
      }),
      free(false),
    ),
    operation(
      storing(8, () => fpu.storeInteger(64, 1, 1)),
      waiting((i) => {
        fpu.exchange(i.rm);
      }),
    ),
    operation(
      storing(8, () => fpu.storeDouble(0)),
      waiting((i) => {
        fpu.storeRegister(i.rm, 0);
      }),
    ),
    operation(
      storing(8, () => fpu.storeDouble(1)),
      waiting((i) => {
        fpu.storeRegister(i.rm, 1);
      }),
    ),
    operation(
      control((i) => {
        restoreAll(i);
      }),
      compareTop(1, 0),
    ),
    operation(undefined, compareTop(1, 1)),
    operation(
      notWaiting((i) => {
        saveAll(i);
      }),
      undefined,
    ),
    operation(
      notWaiting((i) => {
        write16(i.seg, ea(i), status());
      }),
      undefined,
    ),
  ]);
  map.group(0xdf, [
    operation(
      waiting((i) => {
        const value = word(i);
        fpu.loadInteger(value, value >> 31);
      }),
      free(true),
    ),
    operation(
      storing(2, () => fpu.storeInteger(16, 1, 1)),
      waiting((i) => {
        fpu.exchange(i.rm);
      }),
    ),
    operation(
      storing(2, () => fpu.storeInteger(16, 0, 0)),
      waiting((i) => {
        fpu.storeRegister(i.rm, 1);
      }),
    ),
    operation(
      storing(2, () => fpu.storeInteger(16, 1, 0)),
      waiting((i) => {
        fpu.storeRegister(i.rm, 1);
      }),
    ),
    operation(
      waiting((i) => {
        const offset = ea(i);
        alignQuad(i.seg, offset, false);
        const low = read32(i.seg, offset);
        const high = read32(i.seg, next(i, offset, 4));
        fpu.loadPackedDecimal(low, high, read16(i.seg, next(i, offset, 8)));
      }),
      byRm(
        notWaiting(() => {
          reg16[EAX] = status();
        }),
      ),
    ),
    operation(
      waiting((i) => {
        double(i, fpu.loadInteger);
      }),
      compareInto(1, 1),
    ),
    operation(
      storing(10, () => fpu.storePackedDecimal()),
      compareInto(0, 1),
    ),
    operation(
      storing(8, () => fpu.storeInteger(64, 1, 0)),
      undefined,
    ),
  ]);

  map.define(0x9b, {
    reg: both(() => {
      if ((state[CR0] & (Cr0.MP | Cr0.TS)) === (Cr0.MP | Cr0.TS)) raise(Vector.NM);
      forms.checkPendingError();
    }),
  });
}
