/**
 * FXSAVE, FXRSTOR, LDMXCSR, STMXCSR and the fences (SDM vol. 1, 10.4.6 and 10.5; table 10-2).
 */
import { FpuState, type Softfloat } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import { both, type OpcodeMap, type Operation } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { CR0, Cr0 } from '../state.ts';
import { mm } from './simd.ts';
import type { SseForms } from './sse-forms.ts';

/** Reserved bits of MXCSR: setting one is #GP(0). */
export const MXCSR_MASK = 0xffff;

export function defineSseState(map: OpcodeMap, env: CpuEnv, fpu: Softfloat, { guarded }: SseForms): void {
  const {
    views: { state, mem },
    access: { read8, read32, write16, write32, probeWrite, linear },
    faults: { gp, raise },
    ea,
  } = env;
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
      mem: guarded((i) => {
        const value = read32(i.seg, ea(i));
        if ((value & ~MXCSR_MASK) !== 0) gp(0);
        mem.setInt32(FpuState.Mxcsr, value, true);
      }),
    },
    {
      mem: guarded((i) => {
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
