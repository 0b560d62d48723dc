/**
 * SSE and SSE2 floating-point arithmetic, logic, comparison and unpacking (SDM vol. 1, 10.4.1.2 to 10.4.1.4 and 11.4.1).
 */
import type { Softfloat } from '../../softfloat/softfloat.ts';
import { type OpcodeMap, PREFIX_66 } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { xmm } from './simd.ts';
import { FORMS, operandBytes, PD, PS, SS, type SseForms } from './sse-forms.ts';

export function defineSseArithmetic(
  map: OpcodeMap,
  env: CpuEnv,
  fpu: Softfloat,
  { simd, guarded, define, checked }: SseForms,
): void {
  const {
    views: { mem8, reg32 },
    flags,
  } = env;

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
      reg: guarded((i) => {
        let mask = 0;
        const step = double ? 8 : 4;
        for (let n = 0; n < 16 / step; n++) mask |= (mem8[xmm(i.rm) + n * step + step - 1] >> 7) << n;
        reg32[i.reg] = mask;
      }),
    });
  }
}
