/** SSE and SSE2 instructions (SDM vol. 1, chapters 10 and 11; vol. 2), FXSAVE and FXRSTOR. */
import { FpuState, type Softfloat } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import {
  both,
  type OpcodeMap,
  type Operation,
  PREFIX_66,
  PREFIX_F2,
  PREFIX_F3,
} from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { CR0, Cr0, EDI } from '../state.ts';
import { createSimd, IMMEDIATE_SHIFTS, LANE_CODES, mm, SHIFT_CODES, shuffled, xmm } from './simd.ts';

/** The four forms of a floating-point opcode: prefix plane, elements, double precision. */
const PS = { plane: 0x100, count: 4, double: 0 };
const PD = { plane: PREFIX_66, count: 2, double: 1 };
const SS = { plane: PREFIX_F3, count: 1, double: 0 };
const SD = { plane: PREFIX_F2, count: 1, double: 1 };
type Form = typeof PS;
const FORMS: readonly Form[] = [PS, PD, SS, SD];

/** Reserved bits of MXCSR: setting one is #GP(0). */
const MXCSR_MASK = 0xffff;

export function defineSse(map: OpcodeMap, env: CpuEnv, fpu: Softfloat): void {
  const {
    views: { state, mem, mem8, reg32, reg16 },
    access: { read8, read16, read32, write8, write16, write32, probeWrite, linear },
    flags,
    faults: { gp, raise },
    ea,
  } = env;
  const simd = createSimd(env);

  const copy = (to: number, from: number, bytes: number) => {
    mem8.copyWithin(to, from, from + bytes);
  };
  const clear = (at: number, bytes: number) => {
    mem8.fill(0, at, at + bytes);
  };

  /** An instruction with an XMM destination and a source in an XMM register or `bytes` of memory. */
  const define = (
    opcode: number,
    run: (i: Insn, source: number) => void,
    bytes = 16,
    more: Partial<Operation> = {},
    aligned = bytes === 16,
  ) => {
    map.define(opcode, {
      modrm: true,
      regWidth: 'raw',
      rmWidth: 'raw',
      reg: both((i) => {
        simd.sseCheck();
        run(i, xmm(i.rm));
      }),
      mem: both((i) => {
        simd.sseCheck();
        run(i, simd.load(i, bytes, aligned));
      }),
      ...more,
    });
  };
  const operandBytes = ({ count, double }: Form) => count * (double ? 8 : 4);
  const checked = (result: number) => {
    if (result === 0) simd.exception();
  };

  // --- moves --------------------------------------------------------------------------------------------------

  const store = (opcode: number, bytes: number, aligned: boolean, reg?: (i: Insn) => void, from = 0) => {
    map.define(opcode, {
      modrm: true,
      regWidth: 'raw',
      rmWidth: 'raw',
      ...(reg
        ? {
            reg: both((i: Insn) => {
              simd.sseCheck();
              reg(i);
            }),
          }
        : {}),
      mem: both((i) => {
        simd.sseCheck();
        simd.store(i, xmm(i.reg) + from, bytes, aligned);
      }),
    });
  };
  const whole = (i: Insn, source: number) => {
    copy(xmm(i.reg), source, 16);
  };
  const wholeBack = (i: Insn) => {
    copy(xmm(i.rm), xmm(i.reg), 16);
  };
  for (const [load, back, aligned] of [
    [0x110, 0x111, false],
    [PREFIX_66 | 0x10, PREFIX_66 | 0x11, false],
    [0x128, 0x129, true],
    [PREFIX_66 | 0x28, PREFIX_66 | 0x29, true],
    [PREFIX_66 | 0x6f, PREFIX_66 | 0x7f, true],
    [PREFIX_F3 | 0x6f, PREFIX_F3 | 0x7f, false],
  ] as const) {
    define(load, whole, 16, {}, aligned);
    store(back, 16, aligned, wholeBack);
  }
  for (const opcode of [0x12b, PREFIX_66 | 0x2b, PREFIX_66 | 0xe7]) store(opcode, 16, true);

  // Scalars: a load from memory clears the rest, a register move keeps it.
  for (const [plane, bytes] of [
    [PREFIX_F3, 4],
    [PREFIX_F2, 8],
  ] as const) {
    map.define(plane | 0x10, {
      modrm: true,
      regWidth: 'raw',
      rmWidth: 'raw',
      reg: both((i) => {
        simd.sseCheck();
        copy(xmm(i.reg), xmm(i.rm), bytes);
      }),
      mem: both((i) => {
        simd.sseCheck();
        const source = simd.load(i, bytes, false);
        clear(xmm(i.reg), 16);
        copy(xmm(i.reg), source, bytes);
      }),
    });
    store(plane | 0x11, bytes, false, (i) => {
      copy(xmm(i.rm), xmm(i.reg), bytes);
    });
  }

  // Halves. The register forms of 12 and 16 without prefix are MOVHLPS and MOVLHPS.
  const half = (opcode: number, to: number, reg?: (i: Insn) => void) => {
    map.define(opcode, {
      modrm: true,
      regWidth: 'raw',
      rmWidth: 'raw',
      ...(reg
        ? {
            reg: both((i: Insn) => {
              simd.sseCheck();
              reg(i);
            }),
          }
        : {}),
      mem: both((i) => {
        simd.sseCheck();
        copy(xmm(i.reg) + to, simd.load(i, 8, false), 8);
      }),
    });
  };
  half(0x112, 0, (i) => {
    copy(xmm(i.reg), xmm(i.rm) + 8, 8);
  });
  half(0x116, 8, (i) => {
    copy(xmm(i.reg) + 8, xmm(i.rm), 8);
  });
  half(PREFIX_66 | 0x12, 0);
  half(PREFIX_66 | 0x16, 8);
  for (const plane of [0x100, PREFIX_66]) {
    store(plane | 0x13, 8, false);
    store(plane | 0x17, 8, false, undefined, 8);
  }

  define(
    PREFIX_F3 | 0x7e,
    (i, source) => {
      copy(xmm(i.reg), source, 8);
      clear(xmm(i.reg) + 8, 8);
    },
    8,
  );
  store(PREFIX_66 | 0xd6, 8, false, (i) => {
    copy(xmm(i.rm), xmm(i.reg), 8);
    clear(xmm(i.rm) + 8, 8);
  });
  const fromWord = (n: number, value: number) => {
    clear(xmm(n), 16);
    mem.setInt32(xmm(n), value, true);
  };
  map.define(PREFIX_66 | 0x6e, {
    modrm: true,
    regWidth: 'raw',
    rmWidth: 32,
    reg: both((i) => {
      simd.sseCheck();
      fromWord(i.reg, reg32[i.rm]);
    }),
    mem: both((i) => {
      simd.sseCheck();
      fromWord(i.reg, read32(i.seg, ea(i)));
    }),
  });
  map.define(PREFIX_66 | 0x7e, {
    modrm: true,
    regWidth: 'raw',
    rmWidth: 32,
    reg: both((i) => {
      simd.sseCheck();
      reg32[i.rm] = mem.getInt32(xmm(i.reg), true);
    }),
    mem: both((i) => {
      simd.sseCheck();
      write32(i.seg, ea(i), mem.getInt32(xmm(i.reg), true));
    }),
  });
  map.define(0x1c3, {
    modrm: true,
    regWidth: 32,
    mem: both((i) => {
      write32(i.seg, ea(i), reg32[i.reg]);
    }),
  });
  // Between MMX and XMM registers.
  map.define(PREFIX_F3 | 0xd6, {
    modrm: true,
    regWidth: 'raw',
    rmWidth: 'raw',
    reg: both((i) => {
      simd.sseCheck();
      simd.mmxCheck();
      simd.mmxEnter();
      copy(xmm(i.reg), mm(i.rm), 8);
      clear(xmm(i.reg) + 8, 8);
    }),
  });
  map.define(PREFIX_F2 | 0xd6, {
    modrm: true,
    regWidth: 'raw',
    rmWidth: 'raw',
    reg: both((i) => {
      simd.sseCheck();
      simd.mmxCheck();
      simd.mmxEnter();
      copy(mm(i.reg), xmm(i.rm), 8);
      simd.mmxWritten(i.reg);
    }),
  });

  // --- arithmetic, logic, comparison --------------------------------------------------------------------------

  /** Opcode to the operation numbers of `softfloat/assembly/sse.ts`. */
  const ARITHMETIC: readonly (readonly [number, number])[] = [
    [0x58, 0],
    [0x59, 1],
    [0x5c, 2],
    [0x5d, 3],
    [0x5e, 4],
    [0x5f, 5],
    [0x51, 6],
  ];
  for (const form of FORMS) {
    const { plane, count, double } = form;
    for (const [opcode, operation] of ARITHMETIC) {
      define(
        plane | opcode,
        (i, source) => {
          checked(fpu.sseArithmetic(operation, xmm(i.reg), source, count, double));
        },
        operandBytes(form),
      );
    }
    define(
      plane | 0xc2,
      (i, source) => {
        checked(fpu.sseCompare(i.imm & 7, xmm(i.reg), source, count, double));
      },
      operandBytes(form),
      { imm: 'u8' },
    );
  }
  for (const form of [PS, SS]) {
    for (const [opcode, squareRoot] of [
      [0x52, 1],
      [0x53, 0],
    ] as const) {
      define(
        form.plane | opcode,
        (i, source) => {
          fpu.sseApproximate(squareRoot, xmm(i.reg), source, form.count);
        },
        operandBytes(form),
      );
    }
  }
  for (const { plane, double } of [PS, PD]) {
    for (const code of [0x54, 0x55, 0x56, 0x57]) {
      define(plane | code, (i, source) => {
        fpu.simd128(code, xmm(i.reg), source);
      });
    }
    for (const [opcode, quietly] of [
      [0x2e, 1],
      [0x2f, 0],
    ] as const) {
      define(
        plane | opcode,
        (i, source) => {
          const result = fpu.sseCompareFlags(xmm(i.reg), source, double, quietly);
          if (result < 0) simd.exception();
          flags.setArithmetic(result);
        },
        double ? 8 : 4,
      );
    }
  }
  for (const [opcode, code] of [
    [0x114, 0x14],
    [0x115, 0x15],
    [PREFIX_66 | 0x14, 0x6c],
    [PREFIX_66 | 0x15, 0x6d],
    [PREFIX_66 | 0x6c, 0x6c],
    [PREFIX_66 | 0x6d, 0x6d],
  ]) {
    define(opcode, (i, source) => {
      fpu.simd128(code, xmm(i.reg), source);
    });
  }
  for (const [plane, double] of [
    [0x100, false],
    [PREFIX_66, true],
  ] as const) {
    map.define(plane | 0x50, {
      modrm: true,
      regWidth: 32,
      rmWidth: 'raw',
      reg: both((i) => {
        simd.sseCheck();
        let mask = 0;
        const step = double ? 8 : 4;
        for (let n = 0; n < 16 / step; n++) mask |= (mem8[xmm(i.rm) + n * step + step - 1] >> 7) << n;
        reg32[i.reg] = mask;
      }),
    });
  }

  // --- shuffles -----------------------------------------------------------------------------------------------

  const words32 = (at: number) => [0, 4, 8, 12].map((offset) => mem.getInt32(at + offset, true));
  const write32s = (at: number, values: readonly number[]) => {
    values.forEach((value, n) => {
      mem.setInt32(at + n * 4, value, true);
    });
  };
  define(
    0x1c6,
    (i, source) => {
      const [low0, low1] = shuffled(words32(xmm(i.reg)), i.imm);
      const [, , high0, high1] = shuffled(words32(source), i.imm);
      write32s(xmm(i.reg), [low0, low1, high0, high1]);
    },
    16,
    { imm: 'u8' },
  );
  define(
    PREFIX_66 | 0xc6,
    (i, source) => {
      const a = words32(xmm(i.reg));
      const b = words32(source);
      const x = (i.imm & 1) * 2;
      const y = ((i.imm >> 1) & 1) * 2;
      write32s(xmm(i.reg), [a[x], a[x + 1], b[y], b[y + 1]]);
    },
    16,
    { imm: 'u8' },
  );
  define(
    PREFIX_66 | 0x70,
    (i, source) => {
      write32s(xmm(i.reg), shuffled(words32(source), i.imm));
    },
    16,
    { imm: 'u8' },
  );
  for (const [plane, first] of [
    [PREFIX_F3, 8],
    [PREFIX_F2, 0],
  ] as const) {
    define(
      plane | 0x70,
      (i, source) => {
        const words = [0, 2, 4, 6].map((at) => mem.getUint16(source + first + at, true));
        copy(xmm(i.reg), source, 16);
        shuffled(words, i.imm).forEach((word, n) => {
          mem.setUint16(xmm(i.reg) + first + n * 2, word, true);
        });
      },
      16,
      { imm: 'u8' },
    );
  }
  map.define(PREFIX_66 | 0xc4, {
    modrm: true,
    imm: 'u8',
    regWidth: 'raw',
    rmWidth: 32,
    reg: both((i) => {
      simd.sseCheck();
      mem.setUint16(xmm(i.reg) + (i.imm & 7) * 2, reg32[i.rm], true);
    }),
    mem: both((i) => {
      simd.sseCheck();
      mem.setUint16(xmm(i.reg) + (i.imm & 7) * 2, read16(i.seg, ea(i)), true);
    }),
  });
  map.define(PREFIX_66 | 0xc5, {
    modrm: true,
    imm: 'u8',
    regWidth: 32,
    rmWidth: 'raw',
    reg: both((i) => {
      simd.sseCheck();
      reg32[i.reg] = mem.getUint16(xmm(i.rm) + (i.imm & 7) * 2, true);
    }),
  });
  map.define(PREFIX_66 | 0xd7, {
    modrm: true,
    regWidth: 32,
    rmWidth: 'raw',
    reg: both((i) => {
      simd.sseCheck();
      reg32[i.reg] = fpu.simdByteMask(xmm(i.rm), 16);
    }),
  });
  map.define(PREFIX_66 | 0xf7, {
    modrm: true,
    regWidth: 'raw',
    rmWidth: 'raw',
    reg: both((i) => {
      simd.sseCheck();
      const base = i.addrMask === 0xffff ? reg16[EDI * 2] : reg32[EDI];
      const selected = Array.from({ length: 16 }, (_, n) => n).filter(
        (n) => (mem8[xmm(i.rm) + n] & 0x80) !== 0,
      );
      for (const n of selected) probeWrite(i.seg, (base + n) & i.addrMask, 1);
      for (const n of selected) write8(i.seg, (base + n) & i.addrMask, mem8[xmm(i.reg) + n]);
    }),
  });

  // --- integers -----------------------------------------------------------------------------------------------

  for (const code of LANE_CODES) {
    define(PREFIX_66 | code, (i, source) => {
      fpu.simd128(code, xmm(i.reg), source);
    });
  }
  for (const code of SHIFT_CODES) {
    define(PREFIX_66 | code, (i, source) => {
      fpu.simdShiftLow(code, xmm(i.reg), mem.getInt32(source, true), mem.getInt32(source + 4, true), 16);
    });
  }
  for (const [opcode, digits] of Object.entries(IMMEDIATE_SHIFTS)) {
    map.group(
      PREFIX_66 | Number(opcode),
      Array.from({ length: 8 }, (_, digit) => {
        const code = digits[digit];
        const bytes = opcode === String(0x73) && (digit === 3 || digit === 7);
        if (code === undefined && !bytes) return undefined;
        return {
          imm: 'u8' as const,
          rmWidth: 'raw' as const,
          reg: both((i: Insn) => {
            simd.sseCheck();
            if (bytes) fpu.simdShiftBytes(xmm(i.rm), i.imm, digit === 7 ? 1 : 0);
            else fpu.simdShiftLow(code, xmm(i.rm), i.imm, 0, 16);
          }),
        };
      }),
    );
  }

  // --- conversions --------------------------------------------------------------------------------------------

  /** XMM to XMM, where the result is shorter than the register. */
  const narrowing = (
    opcode: number,
    bytes: number,
    convert: (destination: number, source: number) => number,
  ) => {
    define(
      opcode,
      (i, source) => {
        checked(convert(xmm(i.reg), source));
        clear(xmm(i.reg) + 8, 8);
      },
      bytes,
    );
  };
  const widening = (
    opcode: number,
    bytes: number,
    convert: (destination: number, source: number) => number,
  ) => {
    define(
      opcode,
      (i, source) => {
        // The destination may be the source: work on a copy.
        copy(FpuState.Source, source, 16);
        checked(convert(xmm(i.reg), FpuState.Source));
      },
      bytes,
    );
  };
  widening(0x15a, 8, (d, s) => fpu.sseConvertWidth(d, s, 2, 1));
  narrowing(PREFIX_66 | 0x5a, 16, (d, s) => fpu.sseConvertWidth(d, s, 2, 0));
  widening(PREFIX_F3 | 0x5a, 4, (d, s) => fpu.sseConvertWidth(d, s, 1, 1));
  widening(PREFIX_F2 | 0x5a, 8, (d, s) => fpu.sseConvertWidth(d, s, 1, 0));
  widening(0x15b, 16, (d, s) => fpu.sseFromIntegers(d, s, 4, 0));
  widening(PREFIX_66 | 0x5b, 16, (d, s) => fpu.sseToIntegers(d, s, 4, 0, 0));
  widening(PREFIX_F3 | 0x5b, 16, (d, s) => fpu.sseToIntegers(d, s, 4, 0, 1));
  widening(PREFIX_F3 | 0xe6, 8, (d, s) => fpu.sseFromIntegers(d, s, 2, 1));
  narrowing(PREFIX_66 | 0xe6, 16, (d, s) => fpu.sseToIntegers(d, s, 2, 1, 1));
  narrowing(PREFIX_F2 | 0xe6, 16, (d, s) => fpu.sseToIntegers(d, s, 2, 1, 0));

  // From two integers in an MMX register or memory. With a memory operand no MMX register is touched: there is no
  // transition to MMX state. The manual says so of CVTPI2PD only, but processors treat CVTPI2PS alike.
  for (const [plane, double] of [
    [0x100, 0],
    [PREFIX_66, 1],
  ] as const) {
    map.define(plane | 0x2a, {
      modrm: true,
      regWidth: 'raw',
      rmWidth: 'raw',
      reg: both((i) => {
        simd.sseCheck();
        simd.mmxCheck();
        simd.mmxEnter();
        checked(fpu.sseFromIntegers(xmm(i.reg), mm(i.rm), 2, double));
      }),
      mem: both((i) => {
        simd.sseCheck();
        checked(fpu.sseFromIntegers(xmm(i.reg), simd.load(i, 8, false), 2, double));
      }),
    });
    for (const [opcode, truncate] of [
      [0x2c, 1],
      [0x2d, 0],
    ] as const) {
      const convert = (i: Insn, source: number) => {
        simd.mmxEnter();
        checked(fpu.sseToIntegers(mm(i.reg), source, 2, double, truncate));
        simd.mmxWritten(i.reg);
      };
      map.define(plane | opcode, {
        modrm: true,
        regWidth: 'raw',
        rmWidth: 'raw',
        reg: both((i) => {
          simd.sseCheck();
          simd.mmxCheck();
          convert(i, xmm(i.rm));
        }),
        mem: both((i) => {
          simd.sseCheck();
          simd.mmxCheck();
          convert(i, simd.load(i, double ? 16 : 8, double === 1));
        }),
      });
    }
  }
  for (const { plane, double } of [SS, SD]) {
    map.define(plane | 0x2a, {
      modrm: true,
      regWidth: 'raw',
      rmWidth: 32,
      reg: both((i) => {
        simd.sseCheck();
        mem.setInt32(FpuState.Source, reg32[i.rm], true);
        checked(fpu.sseFromIntegers(xmm(i.reg), FpuState.Source, 1, double));
      }),
      mem: both((i) => {
        simd.sseCheck();
        checked(fpu.sseFromIntegers(xmm(i.reg), simd.load(i, 4, false), 1, double));
      }),
    });
    for (const [opcode, truncate] of [
      [0x2c, 1],
      [0x2d, 0],
    ] as const) {
      const convert = (i: Insn, source: number) => {
        checked(fpu.sseToIntegers(FpuState.Output, source, 1, double, truncate));
        reg32[i.reg] = mem.getInt32(FpuState.Output, true);
      };
      map.define(plane | opcode, {
        modrm: true,
        regWidth: 32,
        rmWidth: 'raw',
        reg: both((i) => {
          simd.sseCheck();
          convert(i, xmm(i.rm));
        }),
        mem: both((i) => {
          simd.sseCheck();
          convert(i, simd.load(i, double ? 8 : 4, false));
        }),
      });
    }
  }

  // --- state --------------------------------------------------------------------------------------------------

  const AREA = 512;
  const MXCSR_OFFSET = 24;
  function checkArea(i: Insn, write: boolean): number {
    if ((state[CR0] & (Cr0.EM | Cr0.TS)) !== 0) raise(Vector.NM);
    const offset = ea(i);
    if ((linear(i.seg, offset, 16, write) & 15) !== 0) gp(0);
    return offset;
  }
  const at = (i: Insn, offset: number, by: number) => (offset + by) & i.addrMask;
  function save(i: Insn): void {
    const offset = checkArea(i, true);
    probeWrite(i.seg, offset, 1);
    probeWrite(i.seg, at(i, offset, AREA - 1), 1);
    const empty = mem.getUint32(FpuState.Empty, true);
    const put16 = (by: number, value: number) => {
      write16(i.seg, at(i, offset, by), value);
    };
    const put32 = (by: number, value: number) => {
      write32(i.seg, at(i, offset, by), value);
    };
    put16(0, mem.getUint16(FpuState.Control, true));
    put16(2, mem.getUint16(FpuState.Status, true));
    put16(4, ~empty & 0xff);
    put16(6, mem.getUint16(FpuState.Opcode, true));
    put32(8, mem.getInt32(FpuState.Ip, true));
    put32(12, mem.getInt32(FpuState.Cs, true) & 0xffff);
    put32(16, mem.getInt32(FpuState.Dp, true));
    put32(20, mem.getInt32(FpuState.Ds, true) & 0xffff);
    put32(MXCSR_OFFSET, mem.getInt32(FpuState.Mxcsr, true));
    put32(28, MXCSR_MASK);
    for (let r = 0; r < 8; r++) {
      const from = mm((fpu.top() + r) & 7);
      put32(32 + r * 16, mem.getInt32(from, true));
      put32(36 + r * 16, mem.getInt32(from + 4, true));
      put32(40 + r * 16, mem.getInt32(from + 8, true) & 0xffff);
      put32(44 + r * 16, 0);
    }
    for (let n = 0; n < 128; n += 4) put32(160 + n, mem.getInt32(FpuState.Xmm + n, true));
  }
  function restore(i: Insn): void {
    const offset = checkArea(i, false);
    const image = new DataView(new ArrayBuffer(288));
    read8(i.seg, at(i, offset, AREA - 1));
    for (let n = 0; n < 288; n += 4) image.setInt32(n, read32(i.seg, at(i, offset, n)), true);
    const mxcsr = image.getUint32(MXCSR_OFFSET, true);
    if ((mxcsr & ~MXCSR_MASK) !== 0) gp(0);
    mem.setUint32(FpuState.Control, (image.getUint16(0, true) & 0x1f3f) | 0x40, true);
    mem.setUint32(FpuState.Status, image.getUint16(2, true), true);
    mem.setUint32(FpuState.Empty, ~image.getUint8(4) & 0xff, true);
    mem.setUint32(FpuState.Opcode, image.getUint16(6, true), true);
    mem.setUint32(FpuState.Ip, image.getUint32(8, true), true);
    mem.setUint32(FpuState.Cs, image.getUint16(12, true), true);
    mem.setUint32(FpuState.Dp, image.getUint32(16, true), true);
    mem.setUint32(FpuState.Ds, image.getUint16(20, true), true);
    mem.setUint32(FpuState.Mxcsr, mxcsr, true);
    for (let r = 0; r < 8; r++) {
      const to = mm((fpu.top() + r) & 7);
      mem.setUint32(to, image.getUint32(32 + r * 16, true), true);
      mem.setUint32(to + 4, image.getUint32(36 + r * 16, true), true);
      mem.setUint32(to + 8, image.getUint16(40 + r * 16, true), true);
    }
    for (let n = 0; n < 128; n += 4) mem.setInt32(FpuState.Xmm + n, image.getInt32(160 + n, true), true);
    fpu.updateSummary();
  }
  const fence: Operation = { reg: both(() => undefined) };
  map.group(0x1ae, [
    { mem: both(save) },
    { mem: both(restore) },
    {
      mem: both((i) => {
        simd.sseCheck();
        const value = read32(i.seg, ea(i));
        if ((value & ~MXCSR_MASK) !== 0) gp(0);
        mem.setInt32(FpuState.Mxcsr, value, true);
      }),
    },
    {
      mem: both((i) => {
        simd.sseCheck();
        write32(i.seg, ea(i), mem.getInt32(FpuState.Mxcsr, true));
      }),
    },
    undefined,
    fence,
    fence,
    {
      ...fence,
      mem: both((i) => {
        read8(i.seg, ea(i));
      }),
    },
  ]);
}
