/**
 * FXSAVE, FXRSTOR, LDMXCSR, STMXCSR and the fences (SDM vol. 1, 10.4.6 and 10.5; table 10-2).
 */
import { FpuState, IMAGE_BYTES, type Softfloat } from '../../softfloat/softfloat.ts';
import type { Insn } from '../decode/insn.ts';
import { both, type OpcodeMap, type Operation } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { CR0, Cr0 } from '../state.ts';
import type { SseForms } from './sse-forms.ts';

/** Reserved bits of MXCSR: setting one is #GP(0). */
export const MXCSR_MASK = 0xffff;

export function defineSseState(map: OpcodeMap, env: CpuEnv, fpu: Softfloat, { guarded }: SseForms): void {
  const {
    views: { state, mem },
    access: { read8, read32, write32, probeWrite, linear },
    faults: { gp, raise },
    ea,
  } = env;
  const AREA = 512;
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
    fpu.saveState(FpuState.Image);
    for (let n = 0; n < IMAGE_BYTES; n += 4)
      write32(i.seg, at(i, offset, n), mem.getInt32(FpuState.Image + n, true));
  }
  function restore(i: Insn): void {
    const offset = checkArea(i, false);
    read8(i.seg, at(i, offset, AREA - 1));
    for (let n = 0; n < IMAGE_BYTES; n += 4)
      mem.setInt32(FpuState.Image + n, read32(i.seg, at(i, offset, n)), true);
    if (fpu.restoreState(FpuState.Image) === 0) gp(0);
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
