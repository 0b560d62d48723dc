/**
 * SSE2 integers in XMM registers: the MMX operations on 16 bytes, and shifts (SDM vol. 1, 11.4.2).
 */
import type { Softfloat } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import { type OpcodeMap, PREFIX_66 } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { IMMEDIATE_SHIFTS, LANE_CODES, SHIFT_CODES, xmm } from './simd.ts';
import type { SseForms } from './sse-forms.ts';

export function defineSseIntegers(
  map: OpcodeMap,
  env: CpuEnv,
  fpu: Softfloat,
  { guarded, define }: SseForms,
): void {
  const { mem } = env.views;

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
          reg: guarded((i: Insn) => {
            if (bytes) fpu.simdShiftBytes(xmm(i.rm), i.imm, digit === 7 ? 1 : 0);
            else fpu.simdShiftLow(code, xmm(i.rm), i.imm, 0, 16);
          }),
        };
      }),
    );
  }
}
