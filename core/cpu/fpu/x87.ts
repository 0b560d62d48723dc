/**
 * x87 instructions, opcodes D8 to DF and 9B (SDM vol. 2, appendix A.5): decoding, memory operands and control; the
 * arithmetic is in `core/softfloat`.
 */
import { FpuState, MemoryKind, type Softfloat } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import { both, type OpcodeMap, type Operation } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { BLOCK_EIP, CR0, Cr0, CS, EAX, Flag, PROTECTED } from '../state.ts';
import { createPendingErrorCheck } from './fpu-error.ts';

type Action = (i: Insn) => void;

/** The eight registers in an image of FNSAVE. */
const REGISTER_BYTES = 80;
/** Arithmetic by /digit: FADD FMUL (FCOM FCOMP) FSUB FSUBR FDIV FDIVR. */
const FCOM = 2;
const FCOMP = 3;

export function defineX87(map: OpcodeMap, env: CpuEnv, fpu: Softfloat): void {
  const {
    views: { state, reg16, segSel, mem, mem8 },
    access: { read8, read16, read32, write8, write16, write32, probeWrite, alignQuad },
    flags,
    faults: { raise },
    ea,
  } = env;
  const status = () => mem.getUint32(FpuState.Status, true);

  /** #NM for every x87 instruction, #MF for those that wait. */
  function available(): void {
    if ((state[CR0] & (Cr0.EM | Cr0.TS)) !== 0) raise(Vector.NM);
  }
  const checkPendingError = createPendingErrorCheck(env);
  function ready(): void {
    available();
    checkPendingError();
  }

  /** FOP, FIP, FCS and, with a memory operand, FDP and FDS of a non-control instruction that did not fault. */
  function remember(i: Insn): void {
    mem.setUint32(FpuState.Opcode, i.imm, true);
    mem.setInt32(FpuState.Ip, state[BLOCK_EIP] + i.start, true);
    mem.setUint32(FpuState.Cs, segSel[CS], true);
    if ((i.imm & 0xc0) === 0xc0) return;
    mem.setInt32(FpuState.Dp, ea(i), true);
    mem.setUint32(FpuState.Ds, segSel[i.seg], true);
  }
  const waiting =
    (action: Action): Action =>
    (i) => {
      ready();
      action(i);
      remember(i);
    };
  /** A waiting control instruction: leaves the pointers alone. */
  const control =
    (action: Action): Action =>
    (i) => {
      ready();
      action(i);
    };
  const notWaiting =
    (action: Action): Action =>
    (i) => {
      available();
      action(i);
    };
  const operation = (mem: Action | undefined, reg: Action | undefined): Operation => ({
    regWidth: 'raw',
    rmWidth: 'raw',
    ...(mem ? { mem: both(mem) } : {}),
    ...(reg ? { reg: both(reg) } : {}),
  });

  // --- operands in memory ------------------------------------------------------------------------------------

  const next = (i: Insn, offset: number, by: number) => (offset + by) & i.addrMask;
  const single = (i: Insn, use: (bits: number) => void) => {
    use(read32(i.seg, ea(i)));
  };
  const double = (i: Insn, use: (low: number, high: number) => void) => {
    const offset = ea(i);
    alignQuad(i.seg, offset, false);
    const low = read32(i.seg, offset);
    use(low, read32(i.seg, next(i, offset, 4)));
  };
  const word = (i: Insn) => (read16(i.seg, ea(i)) << 16) >> 16;

  /** Writes `size` bytes of OUTPUT to memory, then lets the instruction finish. */
  function writeOutput(i: Insn, size: number): void {
    const offset = ea(i);
    if (size > 4) {
      alignQuad(i.seg, offset, true);
      for (let at = 0; at < size; at += 4) probeWrite(i.seg, next(i, offset, at), Math.min(4, size - at));
    }
    let at = 0;
    for (; at + 4 <= size; at += 4)
      write32(i.seg, next(i, offset, at), mem.getInt32(FpuState.Output + at, true));
    if (at < size) write16(i.seg, next(i, offset, at), mem.getUint16(FpuState.Output + at, true));
    fpu.finishStore();
  }
  const storing = (size: number, store: () => number): Action =>
    waiting((i) => {
      // An unmasked numeric exception comes before a page fault.
      if (store() !== 0) writeOutput(i, size);
    });

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

  const undefinedOpcode: Action = () => {
    raise(Vector.UD);
  };
  /** Picks by the register number. */
  const byRm =
    (...actions: (Action | undefined)[]): Action =>
    (i) => {
      (actions[i.rm] ?? undefinedOpcode)(i);
    };
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
      checkPendingError();
    }),
  });

  // --- control and state --------------------------------------------------------------------------------------

  function setControl(value: number): void {
    mem.setUint32(FpuState.Control, (value & 0x1f3f) | 0x40, true);
    fpu.updateSummary();
  }
  function initialize(): void {
    mem.setUint32(FpuState.Control, 0x37f, true);
    mem.setUint32(FpuState.Status, 0, true);
    mem.setUint32(FpuState.Empty, 0xff, true);
    for (const at of [FpuState.Opcode, FpuState.Ip, FpuState.Cs, FpuState.Dp, FpuState.Ds])
      mem.setUint32(at, 0, true);
  }

  /** The full tag word: valid, zero, special, empty, computed from the contents. */
  function tagWord(): number {
    const empty = mem.getUint32(FpuState.Empty, true);
    let tags = 0;
    for (let r = 0; r < 8; r++) {
      const at = FpuState.Registers + r * 16;
      const exponent = mem.getUint32(at + 8, true) & 0x7fff;
      const high = mem.getUint32(at + 4, true);
      const low = mem.getUint32(at, true);
      let tag = 0;
      if ((empty >> r) & 1) tag = 3;
      else if (exponent === 0 && (high | low) === 0) tag = 1;
      else if (exponent === 0 || exponent === 0x7fff || high >>> 31 === 0) tag = 2;
      tags |= tag << (r * 2);
    }
    return tags;
  }
  function setTags(tags: number): void {
    let empty = 0;
    for (let r = 0; r < 8; r++) if (((tags >> (r * 2)) & 3) === 3) empty |= 1 << r;
    mem.setUint32(FpuState.Empty, empty, true);
  }

  /**
   * The last four fields of an environment (SDM vol. 1, figures 8-9 to 8-12). In protected mode selectors and offsets;
   * in real and virtual-8086 mode linear addresses, in 16 bits with their upper part beside the opcode.
   */
  function pointers(wide: boolean): [ip: number, cs: number, dp: number, ds: number] {
    const ip = mem.getUint32(FpuState.Ip, true);
    const dp = mem.getUint32(FpuState.Dp, true);
    const cs = mem.getUint16(FpuState.Cs, true);
    const ds = mem.getUint16(FpuState.Ds, true);
    const opcode = mem.getUint16(FpuState.Opcode, true);
    const upper = wide ? 0xffff_0000 : 0;
    if (state[PROTECTED] !== 0) return [ip, wide ? cs | (opcode << 16) : cs, dp, ds | upper];
    const code = (cs << 4) + ip;
    const data = (ds << 4) + dp;
    return [
      (code & 0xffff) | upper,
      ((code >>> 4) & 0x0fff_f000) | opcode,
      (data & 0xffff) | upper,
      (data >>> 4) & 0x0fff_f000,
    ];
  }
  function setPointers(ip: number, cs: number, dp: number, ds: number, wide: boolean): void {
    const real = state[PROTECTED] === 0;
    const address = (low: number, high: number) => (low & 0xffff) | ((high & 0x0fff_f000) << 4);
    mem.setUint32(FpuState.Ip, real ? address(ip, cs) : ip, true);
    mem.setUint32(FpuState.Cs, real ? 0 : cs & 0xffff, true);
    mem.setUint32(FpuState.Opcode, real ? cs & 0x7ff : wide ? (cs >>> 16) & 0x7ff : 0, true);
    mem.setUint32(FpuState.Dp, real ? address(dp, ds) : dp, true);
    mem.setUint32(FpuState.Ds, real ? 0 : ds & 0xffff, true);
  }

  /** The seven fields of an environment in the format of operand size and mode. */
  const environmentSize = (wide: boolean) => (wide ? 28 : 14);
  /** Processors touch the first field of an image, then its last byte: that is where a crossing into a bad page faults. */
  function probeEnds(i: Insn, offset: number, size: number, field: number): void {
    probeWrite(i.seg, offset, field);
    probeWrite(i.seg, next(i, offset, size - 1), 1);
  }
  function readEnds(i: Insn, offset: number, size: number, wide: boolean): void {
    if (wide) read32(i.seg, offset);
    else read16(i.seg, offset);
    read8(i.seg, next(i, offset, size - 1));
  }
  function writeEnvironment(i: Insn, wide: boolean): number {
    const offset = ea(i);
    const size = environmentSize(wide);
    const field = wide ? 4 : 2;
    probeEnds(i, offset, size, field);
    for (let at = 0; at < size; at += field) probeWrite(i.seg, next(i, offset, at), field);
    const [ip, cs, dp, ds] = pointers(wide);
    const control = mem.getUint16(FpuState.Control, true);
    if (wide) {
      const upper = 0xffff_0000;
      const fields = [control | upper, status() | upper, tagWord() | upper, ip, cs, dp, ds];
      fields.forEach((value, n) => {
        write32(i.seg, next(i, offset, n * 4), value);
      });
    } else {
      [control, status(), tagWord(), ip, cs, dp, ds].forEach((value, n) => {
        write16(i.seg, next(i, offset, n * 2), value);
      });
    }
    return next(i, offset, size);
  }
  function readEnvironment(i: Insn, wide: boolean): { fields: number[]; end: number } {
    const offset = ea(i);
    const fields = Array.from({ length: 7 }, (_, n) =>
      wide ? read32(i.seg, next(i, offset, n * 4)) : read16(i.seg, next(i, offset, n * 2)),
    );
    return { fields, end: next(i, offset, environmentSize(wide)) };
  }
  function applyEnvironment([control, statusValue, tags, ip, cs, dp, ds]: number[], wide: boolean): void {
    mem.setUint32(FpuState.Control, (control & 0x1f3f) | 0x40, true);
    mem.setUint32(FpuState.Status, statusValue & 0xffff, true);
    setTags(tags & 0xffff);
    setPointers(ip, cs, dp, ds, wide);
    fpu.updateSummary();
  }
  // The operand size is a property of the instruction, which the handlers of a group share: `i.wide` tells it.
  function storeEnvironment(i: Insn): void {
    writeEnvironment(i, i.wide);
    // FNSTENV masks all exceptions.
    mem.setUint32(FpuState.Control, mem.getUint32(FpuState.Control, true) | 0x3f, true);
    fpu.updateSummary();
  }
  function loadEnvironment(i: Insn): void {
    readEnds(i, ea(i), environmentSize(i.wide), i.wide);
    applyEnvironment(readEnvironment(i, i.wide).fields, i.wide);
  }
  function saveAll(i: Insn): void {
    const offset = ea(i);
    const total = environmentSize(i.wide) + REGISTER_BYTES;
    probeEnds(i, offset, total, i.wide ? 4 : 2);
    for (let at = 0; at < total; at++)
      if (at % 4 === 0 || at === total - 1) probeWrite(i.seg, next(i, offset, at), 1);
    const at = writeEnvironment(i, i.wide);
    for (let r = 0; r < 8; r++) {
      const from = FpuState.Registers + ((fpu.top() + r) & 7) * 16;
      for (let b = 0; b < 10; b++) write8(i.seg, next(i, at, r * 10 + b), mem8[from + b]);
    }
    initialize();
  }
  function restoreAll(i: Insn): void {
    readEnds(i, ea(i), environmentSize(i.wide) + REGISTER_BYTES, i.wide);
    const { fields, end } = readEnvironment(i, i.wide);
    const bytes = Uint8Array.from({ length: REGISTER_BYTES }, (_, n) => read8(i.seg, next(i, end, n)));
    applyEnvironment(fields, i.wide);
    for (let r = 0; r < 8; r++) {
      const to = FpuState.Registers + ((fpu.top() + r) & 7) * 16;
      mem8.set(bytes.subarray(r * 10, r * 10 + 10), to);
    }
  }
}
