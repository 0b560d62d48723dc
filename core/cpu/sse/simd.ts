/** What MMX and SSE instructions share: availability checks, 8- and 16-byte memory operands, register addresses. */
import { FpuState } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { CR0, Cr0, CR4, Cr4 } from '../state.ts';
import { createPendingErrorCheck } from '../fpu/fpu-error.ts';

/** Byte offset of an XMM register, and of an MMX register (the significand of an x87 one). */
export const xmm = (n: number): number => FpuState.Xmm + n * 16;
export const mm = (n: number): number => FpuState.Registers + n * 16;

export interface Simd {
  /** #UD, #NM, #MF as an MMX instruction raises them; then the x87 stack becomes all valid with TOP 0. */
  mmxCheck(): void;
  mmxEnter(): void;
  sseCheck(): void;
  /** Copies a memory operand to `FpuState.Source` and returns that offset. */
  load(i: Insn, bytes: number, aligned: boolean): number;
  store(i: Insn, from: number, bytes: number, aligned: boolean): void;
  /** #XM, or #UD when the system does not know it. */
  exception(): never;
  /** Marks an MMX register as written: its exponent becomes all ones. */
  mmxWritten(n: number): void;
}

export function createSimd(env: CpuEnv): Simd {
  const {
    views: { state, mem },
    access: { read16, read32, write16, write32, read8, write8, probeWrite, linear, alignQuad },
    faults: { raise, gp },
    ea,
  } = env;

  const checkPendingError = createPendingErrorCheck(env);
  const next = (i: Insn, offset: number, by: number) => (offset + by) & i.addrMask;
  function checkAligned(i: Insn, offset: number, write: boolean): void {
    if ((linear(i.seg, offset, 16, write) & 15) !== 0) gp(0);
  }

  return {
    mmxCheck() {
      if ((state[CR0] & Cr0.EM) !== 0) raise(Vector.UD);
      if ((state[CR0] & Cr0.TS) !== 0) raise(Vector.NM);
      checkPendingError();
    },
    mmxEnter() {
      mem.setUint32(FpuState.Status, mem.getUint32(FpuState.Status, true) & ~0x3800, true);
      mem.setUint32(FpuState.Empty, 0, true);
    },
    sseCheck() {
      if ((state[CR0] & Cr0.EM) !== 0 || (state[CR4] & Cr4.OSFXSR) === 0) raise(Vector.UD);
      if ((state[CR0] & Cr0.TS) !== 0) raise(Vector.NM);
    },
    load(i, bytes, aligned) {
      const offset = ea(i);
      if (aligned) checkAligned(i, offset, false);
      else if (bytes >= 8) alignQuad(i.seg, offset, false);
      if (bytes === 1) mem.setUint8(FpuState.Source, read8(i.seg, offset));
      else if (bytes === 2) mem.setUint16(FpuState.Source, read16(i.seg, offset), true);
      for (let at = 0; at + 4 <= bytes; at += 4)
        mem.setInt32(FpuState.Source + at, read32(i.seg, next(i, offset, at)), true);
      return FpuState.Source;
    },
    store(i, from, bytes, aligned) {
      const offset = ea(i);
      if (aligned) checkAligned(i, offset, true);
      else if (bytes >= 8) alignQuad(i.seg, offset, true);
      if (bytes > 4) probeWrite(i.seg, offset, bytes);
      if (bytes === 1) write8(i.seg, offset, mem.getUint8(from));
      else if (bytes === 2) write16(i.seg, offset, mem.getUint16(from, true));
      for (let at = 0; at + 4 <= bytes; at += 4)
        write32(i.seg, next(i, offset, at), mem.getInt32(from + at, true));
    },
    exception: () => raise((state[CR4] & Cr4.OSXMMEXCPT) !== 0 ? Vector.XM : Vector.UD),
    mmxWritten(n) {
      mem.setUint32(mm(n) + 8, 0xffff, true);
    },
  };
}

/** The opcodes (after 0F) whose MMX and SSE2 forms are one lane operation each, see `softfloat/assembly/simd.ts`. */
export const LANE_CODES: readonly number[] = [
  ...[
    0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x74, 0x75, 0x76, 0xd4, 0xd5,
    0xd8,
  ],
  ...[
    0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xe3, 0xe4, 0xe5, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed,
    0xee,
  ],
  ...[0xef, 0xf4, 0xf5, 0xf6, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe],
];
/** Shifts by a register or memory count. */
export const SHIFT_CODES: readonly number[] = [0xd1, 0xd2, 0xd3, 0xe1, 0xe2, 0xf1, 0xf2, 0xf3];
/** Shifts by an immediate: opcode 71-73 by /digit, as the code of the register form. */
export const IMMEDIATE_SHIFTS: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  0x71: { 2: 0xd1, 4: 0xe1, 6: 0xf1 },
  0x72: { 2: 0xd2, 4: 0xe2, 6: 0xf2 },
  0x73: { 2: 0xd3, 6: 0xf3 },
};

/** Four words chosen by the 2-bit fields of `order`. */
export function shuffled(words: readonly number[], order: number): number[] {
  return [0, 2, 4, 6].map((shift) => words[(order >> shift) & 3]);
}
