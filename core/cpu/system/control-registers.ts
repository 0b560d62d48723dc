/**
 * CR0 to CR4 and what a change of them brings with it: modes, translations, the features of the model (SDM vol. 3A, 2.5). For MOV
 * CRn and LMSW, and for the debugger. A value that may not be raises the exception of the manual and changes nothing.
 */
import type { DebugRegisters } from '../interrupts/debug-registers.ts';
import type { Faults } from '../interrupts/fault.ts';
import type { Mmu } from '../paging/mmu.ts';
import type { Segmentation } from '../segmentation/segmentation.ts';
import { Break, BREAK, CR0, Cr0, CR2, CR3, CR4, Cr4, type Views } from '../state.ts';
import { type CpuModel, cr0Bits, cr4Bits } from './cpuid.ts';

export interface ControlRegisters {
  /** Word of the state block that holds CR`number`; `undefined` when there is no such register. */
  indexOf(number: number): number | undefined;
  /** CR`number`, which exists. @throws CpuFault #GP(0) */
  set(number: number, value: number): void;
}

export function createControlRegisters(
  { state }: Views,
  mmu: Mmu,
  segmentation: Segmentation,
  debug: DebugRegisters,
  { gp }: Faults,
  model: CpuModel,
): ControlRegisters {
  const cr0Known = cr0Bits(model);
  const cr4Known = cr4Bits(model);
  // Without any of its features CR4 does not exist.
  const words = [CR0, undefined, CR2, CR3, cr4Known !== 0 ? CR4 : undefined];

  function setCr0(value: number): void {
    if ((value & Cr0.PG) !== 0 && (value & Cr0.PE) === 0) gp(0);
    if ((value & Cr0.NW) !== 0 && (value & Cr0.CD) === 0) gp(0);
    const changed = state[CR0] ^ value;
    if ((changed & (Cr0.PG | Cr0.CD | Cr0.NW)) !== 0) mmu.loadPointers(value, state[CR3], state[CR4]);
    state[CR0] = (value & cr0Known) | Cr0.ET;
    if ((changed & (Cr0.PG | Cr0.WP | Cr0.PE)) !== 0) mmu.flush(true);
    if ((changed & (Cr0.PE | Cr0.AM)) !== 0) segmentation.updateMode();
    state[BREAK] |= Break.Event;
  }
  function setCr3(value: number): void {
    mmu.loadPointers(state[CR0], value, state[CR4]);
    state[CR3] = value;
    mmu.flush(false);
  }
  function setCr4(value: number): void {
    if ((value & ~cr4Known) !== 0) gp(0);
    if (((state[CR4] ^ value) & (Cr4.PGE | Cr4.PSE | Cr4.PAE)) !== 0) {
      mmu.loadPointers(state[CR0], state[CR3], value);
      mmu.flush(true);
    }
    state[CR4] = value;
    debug.update();
  }

  return {
    indexOf: (number) => words[number],
    set(number, value) {
      if (number === 0) setCr0(value);
      else if (number === 2) state[CR2] = value;
      else if (number === 3) setCr3(value);
      else if (number === 4) setCr4(value);
    },
  };
}
