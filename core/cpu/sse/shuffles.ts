/**
 * Shuffles, words in and out of XMM registers, masks and masked stores (SDM vol. 1, 10.4.1.4, 10.4.4 and 11.4.2).
 */
import type { Softfloat } from '../../softfloat/softfloat.ts';
import { type OpcodeMap, PREFIX_66, PREFIX_F2, PREFIX_F3 } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { EDI } from '../state.ts';
import { shuffled, xmm } from './simd.ts';
import type { SseForms } from './sse-forms.ts';

export function defineSseShuffles(
  map: OpcodeMap,
  env: CpuEnv,
  fpu: Softfloat,
  { guarded, copy, define }: SseForms,
): void {
  const {
    views: { mem, mem8, reg32, reg16 },
    access: { read16, write8, probeWrite },
    ea,
  } = env;

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
    reg: guarded((i) => {
      mem.setUint16(xmm(i.reg) + (i.imm & 7) * 2, reg32[i.rm], true);
    }),
    mem: guarded((i) => {
      mem.setUint16(xmm(i.reg) + (i.imm & 7) * 2, read16(i.seg, ea(i)), true);
    }),
  });
  map.define(PREFIX_66 | 0xc5, {
    modrm: true,
    imm: 'u8',
    regWidth: 32,
    rmWidth: 'raw',
    reg: guarded((i) => {
      reg32[i.reg] = mem.getUint16(xmm(i.rm) + (i.imm & 7) * 2, true);
    }),
  });
  map.define(PREFIX_66 | 0xd7, {
    modrm: true,
    regWidth: 32,
    rmWidth: 'raw',
    reg: guarded((i) => {
      reg32[i.reg] = fpu.simdByteMask(xmm(i.rm), 16);
    }),
  });
  map.define(PREFIX_66 | 0xf7, {
    modrm: true,
    regWidth: 'raw',
    rmWidth: 'raw',
    reg: guarded((i) => {
      const base = i.addrMask === 0xffff ? reg16[EDI * 2] : reg32[EDI];
      const selected = Array.from({ length: 16 }, (_, n) => n).filter(
        (n) => (mem8[xmm(i.rm) + n] & 0x80) !== 0,
      );
      for (const n of selected) probeWrite(i.seg, (base + n) & i.addrMask, 1);
      for (const n of selected) write8(i.seg, (base + n) & i.addrMask, mem8[xmm(i.reg) + n]);
    }),
  });
}
