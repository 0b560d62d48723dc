/**
 * Virtual-8086 mode extensions: flag images that carry VIF in the place of IF, and the interrupt redirection bitmap
 * (SDM vol. 3B, sections 20.3 and 20.4; table 20-2).
 */
import type { Mmu } from '../paging/mmu.ts';
import { COMMITTED, CPL, CR4, Cr4, Flag, SYSFLAGS, TR, V86, type Views } from '../state.ts';

/**
 * Checks a 16-bit image that POPF or IRET loads with CR4.VME and IOPL below 3.
 * @throws CpuFault #GP(0) when it sets TF, or IF while an interrupt is pending (VIP).
 */
export function checkVirtualImage(state: Int32Array, image: number, gp: (error: number) => never): void {
  const pending = (image & Flag.IF) !== 0 && (state[SYSFLAGS] & Flag.VIP) !== 0;
  if (pending || (image & Flag.TF) !== 0) gp(0);
}

/**
 * Checks what an instruction must find at its beginning: VIF and VIP both set are #GP(0) (20.3.2), where the IOPL is
 * below 3. Only a transfer into V86 mode or to ring 3 can lead there, so those call this last; the fault is the next
 * instruction's.
 */
export function checkPendingInterrupt(state: Int32Array, gp: (error: number) => never): void {
  const flags = state[SYSFLAGS];
  if ((flags & Flag.VIF) === 0 || (flags & Flag.VIP) === 0 || (flags & Flag.IOPL) === Flag.IOPL) return;
  const enabled = state[V86] !== 0 ? Cr4.VME : state[CPL] === 3 ? Cr4.PVI : 0;
  if ((state[CR4] & enabled) === 0) return;
  state[COMMITTED] = 1;
  gp(0);
}

/** Loads VIF from the IF of an image. */
export function setVif(state: Int32Array, image: number): void {
  if ((image & Flag.IF) !== 0) state[SYSFLAGS] |= Flag.VIF;
  else state[SYSFLAGS] &= ~Flag.VIF;
}

/**
 * `true` when INT `vector` goes to the 8086 program's own handler: its bit in the 32 bytes below the I/O bitmap is 0.
 * @throws CpuFault #GP(0) when the bitmap lies outside the TSS.
 */
export function isRedirected(
  { segBase, segLimit }: Views,
  mmu: Mmu,
  vector: number,
  gp: (error: number) => never,
): boolean {
  if (segLimit[TR] < 0x67) gp(0);
  const at = mmu.readSystem(segBase[TR] + 0x66, 2) - 32 + (vector >>> 3);
  if (at > segLimit[TR]) gp(0);
  return ((mmu.readSystem(segBase[TR] + at, 1) >>> (vector & 7)) & 1) === 0;
}
