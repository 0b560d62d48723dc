/** MMX instructions, with those that SSE added to them (SDM vol. 1, chapter 9; vol. 2). */
import type { Softfloat } from '../../softfloat/softfloat.ts';
import { FpuState } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import { both, type OpcodeMap, type Operation } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { DS, EDI } from '../state.ts';
import { createSimd, IMMEDIATE_SHIFTS, LANE_CODES, mm, SHIFT_CODES, shuffled } from '../sse/simd.ts';

export function defineMmx(map: OpcodeMap, env: CpuEnv, fpu: Softfloat): void {
  const {
    views: { mem, mem8, reg32, reg16 },
    access: { read16, read32, write32, write8, probeWrite },
    ea,
  } = env;
  const simd = createSimd(env);

  /** An instruction with a register destination `mm` and a source in a register or in `bytes` of memory. */
  const define = (
    opcode: number,
    run: (i: Insn, source: number) => void,
    bytes = 8,
    more: Partial<Operation> = {},
  ) => {
    const finish = (i: Insn, source: number) => {
      simd.mmxEnter();
      run(i, source);
      simd.mmxWritten(i.reg);
    };
    map.define(0x100 | opcode, {
      modrm: true,
      regWidth: 'raw',
      rmWidth: 'raw',
      reg: both((i) => {
        simd.mmxCheck();
        finish(i, mm(i.rm));
      }),
      mem: both((i) => {
        simd.mmxCheck();
        finish(i, simd.load(i, bytes, false));
      }),
      ...more,
    });
  };

  for (const code of LANE_CODES) {
    // The low interleaving forms read only half of a memory operand.
    define(
      code,
      (i, source) => {
        fpu.simd64(code, mm(i.reg), source);
      },
      code >= 0x60 && code <= 0x62 ? 4 : 8,
    );
  }
  for (const code of SHIFT_CODES) {
    define(code, (i, source) => {
      fpu.simdShiftLow(code, mm(i.reg), mem.getInt32(source, true), mem.getInt32(source + 4, true), 8);
    });
  }
  for (const [opcode, digits] of Object.entries(IMMEDIATE_SHIFTS)) {
    map.group(
      0x100 | Number(opcode),
      Array.from({ length: 8 }, (_, digit) => {
        const code = digits[digit];
        if (code === undefined) return undefined;
        return {
          imm: 'u8' as const,
          rmWidth: 'raw' as const,
          reg: both((i: Insn) => {
            simd.mmxCheck();
            simd.mmxEnter();
            fpu.simdShiftLow(code, mm(i.rm), i.imm, 0, 8);
            simd.mmxWritten(i.rm);
          }),
        };
      }),
    );
  }

  const copy = (to: number, from: number, bytes: number) => {
    mem8.copyWithin(to, from, from + bytes);
  };
  define(0x6f, (i, source) => {
    copy(mm(i.reg), source, 8);
  });
  const store = (opcode: number, bytes: number, register: boolean) => {
    map.define(0x100 | opcode, {
      modrm: true,
      regWidth: 'raw',
      rmWidth: 'raw',
      ...(register
        ? {
            reg: both((i: Insn) => {
              simd.mmxCheck();
              simd.mmxEnter();
              copy(mm(i.rm), mm(i.reg), 8);
              simd.mmxWritten(i.rm);
            }),
          }
        : {}),
      mem: both((i) => {
        simd.mmxCheck();
        simd.store(i, mm(i.reg), bytes, false);
        simd.mmxEnter();
      }),
    });
  };
  store(0x7f, 8, true);
  store(0xe7, 8, false);
  const fromWord = (n: number, value: number) => {
    simd.mmxEnter();
    mem.setInt32(mm(n), value, true);
    mem.setInt32(mm(n) + 4, 0, true);
    simd.mmxWritten(n);
  };
  map.define(0x16e, {
    modrm: true,
    regWidth: 'raw',
    rmWidth: 32,
    reg: both((i) => {
      simd.mmxCheck();
      fromWord(i.reg, reg32[i.rm]);
    }),
    mem: both((i) => {
      simd.mmxCheck();
      fromWord(i.reg, read32(i.seg, ea(i)));
    }),
  });
  map.define(0x17e, {
    modrm: true,
    regWidth: 'raw',
    rmWidth: 32,
    reg: both((i) => {
      simd.mmxCheck();
      simd.mmxEnter();
      reg32[i.rm] = mem.getInt32(mm(i.reg), true);
    }),
    mem: both((i) => {
      simd.mmxCheck();
      write32(i.seg, ea(i), mem.getInt32(mm(i.reg), true));
      simd.mmxEnter();
    }),
  });
  map.define(0x177, {
    reg: both(() => {
      simd.mmxCheck();
      simd.mmxEnter();
      mem.setUint32(FpuState.Empty, 0xff, true);
    }),
  });

  define(
    0x70,
    (i, source) => {
      const words = [0, 2, 4, 6].map((at) => mem.getUint16(source + at, true));
      shuffled(words, i.imm).forEach((word, n) => {
        mem.setUint16(mm(i.reg) + n * 2, word, true);
      });
    },
    8,
    { imm: 'u8' },
  );
  map.define(0x1c4, {
    modrm: true,
    imm: 'u8',
    regWidth: 'raw',
    rmWidth: 32,
    reg: both((i) => {
      simd.mmxCheck();
      simd.mmxEnter();
      mem.setUint16(mm(i.reg) + (i.imm & 3) * 2, reg32[i.rm], true);
      simd.mmxWritten(i.reg);
    }),
    mem: both((i) => {
      simd.mmxCheck();
      const value = read16(i.seg, ea(i));
      simd.mmxEnter();
      mem.setUint16(mm(i.reg) + (i.imm & 3) * 2, value, true);
      simd.mmxWritten(i.reg);
    }),
  });
  map.define(0x1c5, {
    modrm: true,
    imm: 'u8',
    regWidth: 32,
    rmWidth: 'raw',
    reg: both((i) => {
      simd.mmxCheck();
      simd.mmxEnter();
      reg32[i.reg] = mem.getUint16(mm(i.rm) + (i.imm & 3) * 2, true);
    }),
  });
  map.define(0x1d7, {
    modrm: true,
    regWidth: 32,
    rmWidth: 'raw',
    reg: both((i) => {
      simd.mmxCheck();
      simd.mmxEnter();
      reg32[i.reg] = fpu.simdByteMask(mm(i.rm), 8);
    }),
  });
  // MASKMOVQ writes the bytes of mm whose mask bytes are negative to DS:EDI.
  map.define(0x1f7, {
    modrm: true,
    regWidth: 'raw',
    rmWidth: 'raw',
    reg: both((i) => {
      simd.mmxCheck();
      maskedStore(i, mm(i.reg), mm(i.rm), 8);
      simd.mmxEnter();
    }),
  });
  function maskedStore(i: Insn, from: number, mask: number, bytes: number): void {
    const base = i.addrMask === 0xffff ? reg16[EDI * 2] : reg32[EDI];
    const seg = i.seg === DS ? DS : i.seg;
    for (let n = 0; n < bytes; n++) if (mem8[mask + n] & 0x80) probeWrite(seg, (base + n) & i.addrMask, 1);
    for (let n = 0; n < bytes; n++)
      if (mem8[mask + n] & 0x80) write8(seg, (base + n) & i.addrMask, mem8[from + n]);
  }
}
