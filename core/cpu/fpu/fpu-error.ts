/**
 * A pending unmasked x87 exception meets an instruction that waits for it (SDM vol. 1, section 8.7; appendix D).
 *
 * With CR0.NE it is #MF. Without, FERR# is asserted, which a PC wires to IRQ 13, and the processor stops before the
 * instruction until an interrupt comes, unless the PC asserts IGNNE# (port F0h), which lets it go on.
 */
import { FpuState } from '../../softfloat/softfloat.ts';
import type { CpuEnv } from '../env.ts';
import { FREEZE, Vector } from '../interrupts/fault.ts';
import { CR0, Cr0, FERR } from '../state.ts';

/** The check that begins every waiting x87 and every MMX instruction. */
export function createPendingErrorCheck(env: CpuEnv): () => void {
  const {
    views: { state, mem },
    faults: { raise },
    hooks,
  } = env;
  return () => {
    if ((mem.getUint32(FpuState.Status, true) & 0x80) === 0) {
      if (state[FERR] === 0) return;
      state[FERR] = 0;
      hooks.onFpuError(false);
      return;
    }
    if ((state[CR0] & Cr0.NE) !== 0) raise(Vector.MF);
    state[FERR] = 1;
    if (!hooks.onFpuError(true)) raise(FREEZE);
  };
}
