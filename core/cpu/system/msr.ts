/** Time, identification and model-specific registers: RDTSC, RDPMC, CPUID, RDMSR, WRMSR (SDM vol. 2; vol. 4, MSRs). */
import { type CpuModel, Feature, has } from './cpuid.ts';
import type { Insn } from '../decode/insn.ts';
import { both, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import {
  CPL,
  Cr4,
  CR4,
  Double,
  EAX,
  EBX,
  ECX,
  EDX,
  EFER,
  Efer,
  PAT_HIGH,
  PAT_LOW,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
} from '../state.ts';

/** Ticks of the time-stamp counter in one tick of the machine: 1 GHz at 10 ns. */
export const TSC_PER_TICK = 10;
/** Performance counters of the P6 family. They exist and count nothing. */
const COUNTERS = 2;

/** Bits 0-7, 9 and 10 of the APIC base; above, it has the 36 bits of a physical address. */
const APIC_BASE_RESERVED = 0x6ff;

/** A model-specific register. A missing `write` makes WRMSR #GP. */
interface Msr {
  read(i: Insn): readonly [low: number, high: number];
  write?(low: number, high: number, i: Insn): void;
}

export function defineMsr(map: OpcodeMap, env: CpuEnv, model: CpuModel): void {
  const {
    views: { state, doubles, reg32 },
    mmu,
    faults: { gp },
    hooks,
  } = env;

  function ring0(): void {
    if (state[CPL] !== 0) gp(0);
  }
  function timeStamp(i: Insn): [number, number] {
    const value = env.ticks(i) * TSC_PER_TICK + doubles[Double.TscOffset];
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
      write(low, high, i) {
        const wanted = (high >>> 0) * 0x1_0000_0000 + (low >>> 0);
        doubles[Double.TscOffset] = wanted - env.ticks(i) * TSC_PER_TICK;
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

  map.define(0x131, {
    reg: both((i) => {
      if ((state[CR4] & Cr4.TSD) !== 0 && state[CPL] !== 0) gp(0);
      [reg32[EAX], reg32[EDX]] = timeStamp(i);
    }),
  });
  map.define(0x133, {
    reg: both(() => {
      if ((state[CR4] & Cr4.PCE) === 0) ring0();
      if (reg32[ECX] >>> 0 >= COUNTERS) gp(0);
      reg32[EAX] = 0;
      reg32[EDX] = 0;
    }),
  });
  map.define(0x1a2, {
    reg: both(() => {
      [reg32[EAX], reg32[EBX], reg32[ECX], reg32[EDX]] = hooks.cpuid(reg32[EAX], reg32[ECX]);
    }),
  });
  map.define(0x132, {
    reg: both((i) => {
      ring0();
      const register = registers.get(reg32[ECX] >>> 0) ?? gp(0);
      [reg32[EAX], reg32[EDX]] = register.read(i);
    }),
  });
  map.define(0x130, {
    ends: true,
    reg: both((i) => {
      ring0();
      const write = registers.get(reg32[ECX] >>> 0)?.write ?? gp(0);
      write(reg32[EAX], reg32[EDX], i);
      hooks.events.msrWrite(reg32[ECX] >>> 0, reg32[EAX] >>> 0, reg32[EDX] >>> 0);
    }),
  });
}
