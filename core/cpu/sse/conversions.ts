/**
 * SSE and SSE2 conversions between integers, singles and doubles (SDM vol. 1, 10.4.3, 11.4.1.6 and 11.4.4.2).
 */
import { FpuState, type Softfloat } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import { type OpcodeMap, PREFIX_66, PREFIX_F2, PREFIX_F3 } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { mm, xmm } from './simd.ts';
import { SD, SS, type SseForms } from './sse-forms.ts';

export function defineSseConversions(map: OpcodeMap, env: CpuEnv, fpu: Softfloat, forms: SseForms): void {
  const { simd, guarded, copy, clear, define, checked } = forms;
  const { mem, reg32 } = env.views;

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
      reg: guarded((i) => {
        simd.mmxCheck();
        simd.mmxEnter();
        checked(fpu.sseFromIntegers(xmm(i.reg), mm(i.rm), 2, double));
      }),
      mem: guarded((i) => {
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
        reg: guarded((i) => {
          simd.mmxCheck();
          convert(i, xmm(i.rm));
        }),
        mem: guarded((i) => {
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
      reg: guarded((i) => {
        mem.setInt32(FpuState.Source, reg32[i.rm], true);
        checked(fpu.sseFromIntegers(xmm(i.reg), FpuState.Source, 1, double));
      }),
      mem: guarded((i) => {
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
        reg: guarded((i) => {
          convert(i, xmm(i.rm));
        }),
        mem: guarded((i) => {
          convert(i, simd.load(i, double ? 8 : 4, false));
        }),
      });
    }
  }
}
