/**
 * SSE and SSE2 data transfer: whole registers, scalars, halves, and between XMM, MMX and general registers (SDM vol. 1, 10.4.1.1
 * and 11.4.1.1).
 */
import type { Insn } from '../decode/insn.ts';
import { both, type OpcodeMap, PREFIX_66, PREFIX_F2, PREFIX_F3 } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { mm, xmm } from './simd.ts';
import type { SseForms } from './sse-forms.ts';

export function defineSseMoves(
  map: OpcodeMap,
  env: CpuEnv,
  { simd, guarded, copy, clear, define }: SseForms,
): void {
  const {
    views: { mem, reg32 },
    access: { read32, write32 },
    ea,
  } = env;

  const store = (opcode: number, bytes: number, aligned: boolean, reg?: (i: Insn) => void, from = 0) => {
    map.define(opcode, {
      modrm: true,
      regWidth: 'raw',
      rmWidth: 'raw',
      ...(reg
        ? {
            reg: guarded(reg),
          }
        : {}),
      mem: guarded((i) => {
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
      reg: guarded((i) => {
        copy(xmm(i.reg), xmm(i.rm), bytes);
      }),
      mem: guarded((i) => {
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
            reg: guarded(reg),
          }
        : {}),
      mem: guarded((i) => {
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
    reg: guarded((i) => {
      fromWord(i.reg, reg32[i.rm]);
    }),
    mem: guarded((i) => {
      fromWord(i.reg, read32(i.seg, ea(i)));
    }),
  });
  map.define(PREFIX_66 | 0x7e, {
    modrm: true,
    regWidth: 'raw',
    rmWidth: 32,
    reg: guarded((i) => {
      reg32[i.rm] = mem.getInt32(xmm(i.reg), true);
    }),
    mem: guarded((i) => {
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
    reg: guarded((i) => {
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
    reg: guarded((i) => {
      simd.mmxCheck();
      simd.mmxEnter();
      copy(mm(i.reg), xmm(i.rm), 8);
      simd.mmxWritten(i.reg);
    }),
  });
}
