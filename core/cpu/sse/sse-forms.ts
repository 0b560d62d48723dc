/**
 * The forms of SSE instructions: prefix planes, and an instruction with an XMM destination and a source in an XMM register or
 * memory. Source: SDM vol. 2A, 2.4 (operand forms and their exceptions).
 */
import type { Insn } from '../decode/insn.ts';
import {
  both,
  type BySize,
  type OpcodeMap,
  type Operation,
  PREFIX_66,
  PREFIX_F2,
  PREFIX_F3,
} from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { createSimd, type Simd, xmm } from './simd.ts';

/** The four forms of a floating-point opcode: prefix plane, elements, double precision. */
export const PS = { plane: 0x100, count: 4, double: 0 };
export const PD = { plane: PREFIX_66, count: 2, double: 1 };
export const SS = { plane: PREFIX_F3, count: 1, double: 0 };
export const SD = { plane: PREFIX_F2, count: 1, double: 1 };
export type Form = typeof PS;
export const FORMS: readonly Form[] = [PS, PD, SS, SD];

/** Size of a memory operand in bytes. */
export const operandBytes = ({ count, double }: Form): number => count * (double ? 8 : 4);

export interface SseForms {
  readonly simd: Simd;
  readonly copy: (to: number, from: number, bytes: number) => void;
  readonly clear: (at: number, bytes: number) => void;
  /** An instruction with an XMM destination and a source in an XMM register or `bytes` of memory. */
  readonly define: (
    opcode: number,
    run: (i: Insn, source: number) => void,
    bytes?: number,
    more?: Partial<Operation>,
    aligned?: boolean,
  ) => void;
  /** Handlers that check first whether SSE is there (#UD, #NM). */
  readonly guarded: (run: (i: Insn) => void) => BySize;
  /** #XM where a result of the soft-float core is 0. */
  readonly checked: (result: number) => void;
}

export function createSseForms(map: OpcodeMap, env: CpuEnv): SseForms {
  const { mem8 } = env.views;
  const simd = createSimd(env);

  const copy = (to: number, from: number, bytes: number) => {
    mem8.copyWithin(to, from, from + bytes);
  };
  const clear = (at: number, bytes: number) => {
    mem8.fill(0, at, at + bytes);
  };

  const guarded = (run: (i: Insn) => void) =>
    both((i) => {
      simd.sseCheck();
      run(i);
    });
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
      reg: guarded((i) => {
        run(i, xmm(i.rm));
      }),
      mem: guarded((i) => {
        run(i, simd.load(i, bytes, aligned));
      }),
      ...more,
    });
  };
  const checked = (result: number) => {
    if (result === 0) simd.exception();
  };

  return { simd, copy, clear, guarded, define, checked };
}
