/** Time, identification and model-specific registers: RDTSC, RDPMC, CPUID, RDMSR, WRMSR (SDM vol. 2; vol. 4, MSRs). */
import { both, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { CPL, Cr4, CR4, EAX, EBX, ECX, EDX } from '../state.ts';

/** The MSR that RDTSC reads too. */
const TIME_STAMP = 0x10;
/** Performance counters of the P6 family. They exist and count nothing. */
const COUNTERS = 2;

export function defineMsr(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { state, reg32 },
    msrs,
    faults: { gp },
    hooks,
  } = env;

  function ring0(): void {
    if (state[CPL] !== 0) gp(0);
  }

  map.define(0x131, {
    reg: both(() => {
      if ((state[CR4] & Cr4.TSD) !== 0 && state[CPL] !== 0) gp(0);
      [reg32[EAX], reg32[EDX]] = (msrs.get(TIME_STAMP) ?? gp(0)).read();
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
    reg: both(() => {
      ring0();
      const register = msrs.get(reg32[ECX] >>> 0) ?? gp(0);
      [reg32[EAX], reg32[EDX]] = register.read();
    }),
  });
  map.define(0x130, {
    ends: true,
    reg: both(() => {
      ring0();
      const index = reg32[ECX] >>> 0;
      const write = msrs.get(index)?.write ?? gp(0);
      write(reg32[EAX], reg32[EDX]);
      hooks.events.msrWrite(index, reg32[EAX] >>> 0, reg32[EDX] >>> 0);
    }),
  });
}
