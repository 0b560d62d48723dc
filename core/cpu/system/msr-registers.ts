/** The model-specific registers of a processor model (SDM vol. 4): for RDMSR, WRMSR and RDTSC, and for the debugger to look at. */
import type { Faults } from '../interrupts/fault.ts';
import type { Mmu } from '../paging/mmu.ts';
import {
  Double,
  EFER,
  Efer,
  PAT_HIGH,
  PAT_LOW,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  type Views,
} from '../state.ts';
import { type CpuModel, Feature, has } from './cpuid.ts';

/** Ticks of the time-stamp counter in one tick of the machine: 1 GHz at 10 ns. */
export const TSC_PER_TICK = 10;

/** Bits 0-7, 9 and 10 of the APIC base; above, it has the 36 bits of a physical address. */
const APIC_BASE_RESERVED = 0x6ff;

/** A model-specific register. A missing `write` makes WRMSR #GP. */
export interface Msr {
  read(): readonly [low: number, high: number];
  /** @throws CpuFault #GP(0) for a value that may not be */
  write?(low: number, high: number): void;
}

/** By their numbers. */
export type Msrs = ReadonlyMap<number, Msr>;

/** @param ticks instructions and halted time before the present instruction */
export function createMsrs(
  { state, doubles }: Views,
  mmu: Mmu,
  { gp }: Faults,
  ticks: () => number,
  model: CpuModel,
): Msrs {
  function timeStamp(): [number, number] {
    const value = ticks() * TSC_PER_TICK + doubles[Double.TscOffset];
    return [(value % 0x1_0000_0000) | 0, Math.floor(value / 0x1_0000_0000) | 0];
  }

  const constant = (low: number, high = 0): Msr => ({ read: () => [low, high] });
  /** Reads a constant; writes are accepted and change nothing. */
  const fixed = (low: number, high = 0): Msr => ({ ...constant(low, high), write: () => undefined });
  const stored = (index: number): Msr => ({
    read: () => [state[index], 0],
    write(low) {
      state[index] = low;
    },
  });

  const registers = new Map<number, Msr>();
  if (has(model, Feature.TSC)) {
    registers.set(0x10, {
      read: timeStamp,
      write(low, high) {
        const wanted = (high >>> 0) * 0x1_0000_0000 + (low >>> 0);
        doubles[Double.TscOffset] = wanted - ticks() * TSC_PER_TICK;
      },
    });
  }
  if (has(model, Feature.MCE)) {
    // P5_MC_ADDR and P5_MC_TYPE: no machine check ever happened.
    registers.set(0x00, constant(0));
    registers.set(0x01, constant(0));
  }
  if (model.family >= 6) {
    registers.set(0x17, constant(0));
    // APIC base: this is the boot processor, and there is no local APIC to enable.
    registers.set(0x1b, {
      ...constant(0xfee0_0100 | 0),
      write(low, high) {
        if ((low & APIC_BASE_RESERVED) !== 0 || high >>> 4 !== 0) gp(0);
      },
    });
    registers.set(0x8b, fixed(0));
    // No memory type ranges.
    registers.set(0xfe, constant(0));
  }
  if (has(model, Feature.SEP)) {
    registers.set(0x174, stored(SYSENTER_CS));
    registers.set(0x175, stored(SYSENTER_ESP));
    registers.set(0x176, stored(SYSENTER_EIP));
  }
  if (has(model, Feature.SSE2)) {
    // MISC_ENABLE: fast strings; no branch trace store, no PEBS.
    registers.set(0x1a0, fixed(0x1801));
  }
  if (has(model, Feature.PAT)) {
    /** Every byte must be a memory type: UC, WC, WT, WP, WB or UC-. */
    const types = (value: number) =>
      [0, 8, 16, 24].every((shift) => [0, 1, 4, 5, 6, 7].includes((value >>> shift) & 0xff));
    registers.set(0x277, {
      read: () => [state[PAT_LOW], state[PAT_HIGH]],
      write(low, high) {
        if (!types(low) || !types(high)) gp(0);
        state[PAT_LOW] = low;
        state[PAT_HIGH] = high;
      },
    });
  }
  if (model.nx) {
    registers.set(0xc000_0080, {
      read: () => [state[EFER], 0],
      write(low, high) {
        if ((low & ~Efer.NXE) !== 0 || high !== 0) gp(0);
        if (state[EFER] !== low) mmu.flush(true);
        state[EFER] = low;
      },
    });
  }
  return registers;
}
