/** System instructions: descriptor-table and control registers, MSRs, flags, HLT, CPUID, RDTSC (SDM vol. 2). */
import { Dr6, DR7_GD } from '../debug-registers.ts';
import { both, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../fault.ts';
import {
  BREAK,
  CPL,
  CR0,
  Cr0,
  CR2,
  CR3,
  Cr4,
  CR4,
  Double,
  DR0,
  DR6,
  DR7,
  EAX,
  EBX,
  ECX,
  EDX,
  Flag,
  GDT_BASE,
  GDT_LIMIT,
  HALTED,
  IDT_BASE,
  IDT_LIMIT,
  PROTECTED,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  SYSFLAGS,
  V86,
} from '../state.ts';
import { holdInterrupts } from './shadow.ts';

/** Ticks of the time-stamp counter in one tick of the machine: 1 GHz at 10 ns. */
export const TSC_PER_TICK = 10;
/** CR4 bits that this CPU has. */
const CR4_KNOWN = Cr4.TSD | Cr4.DE | Cr4.PSE | Cr4.PGE | Cr4.PCE | Cr4.MCE | Cr4.OSFXSR | Cr4.OSXMMEXCPT;
const CR0_KNOWN = Cr0.PE | Cr0.MP | Cr0.EM | Cr0.TS | Cr0.NE | Cr0.WP | Cr0.AM | Cr0.NW | Cr0.CD | Cr0.PG;

export function defineSystem(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { state, doubles, reg8, reg16, reg32 },
    access: { read16, read32, write16, write32 },
    flags,
    mmu,
    segmentation,
    transfer,
    faults: { ud, gp, raise },
    debug,
    hooks,
    ea,
  } = env;
  const AH = 1;

  function ring0(): void {
    if (state[CPL] !== 0) gp(0);
  }

  // Flags.
  const changeFlag = (opcode: number, change: (value: number) => number) => {
    map.define(opcode, {
      reg: both(() => {
        flags.setArithmetic(change(flags.get()));
      }),
    });
  };
  changeFlag(0xf5, (f) => f ^ Flag.CF);
  changeFlag(0xf8, (f) => f & ~Flag.CF);
  changeFlag(0xf9, (f) => f | Flag.CF);
  map.define(0xfc, { reg: both(() => void (state[SYSFLAGS] &= ~Flag.DF)) });
  map.define(0xfd, { reg: both(() => void (state[SYSFLAGS] |= Flag.DF)) });
  map.define(0x9f, { reg: both(() => void (reg8[AH] = flags.get())) });
  map.define(0x9e, {
    reg: both(() => {
      flags.setArithmetic((flags.get() & Flag.OF) | (reg8[AH] & 0xd5));
    }),
  });
  function checkIopl(): void {
    if ((state[PROTECTED] !== 0 || state[V86] !== 0) && state[CPL] > (state[SYSFLAGS] & Flag.IOPL) >>> 12)
      gp(0);
  }
  map.define(0xfa, {
    ends: true,
    reg: both(() => {
      checkIopl();
      state[SYSFLAGS] &= ~Flag.IF;
    }),
  });
  map.define(0xfb, {
    ends: true,
    reg: both(() => {
      checkIopl();
      if ((state[SYSFLAGS] & Flag.IF) === 0) holdInterrupts(state, 1);
      state[SYSFLAGS] |= Flag.IF;
    }),
  });

  map.define(0xf4, {
    ends: true,
    reg: both(() => {
      ring0();
      state[HALTED] = 1;
    }),
  });
  map.define(0x10b, { ends: true, reg: both(() => ud()) });
  map.define(0x1b9, { modrm: true, ends: true, reg: both(() => ud()), mem: both(() => ud()) });
  map.define(0x1ff, { modrm: true, ends: true, reg: both(() => ud()), mem: both(() => ud()) });
  // Hint NOPs of the P6 family.
  const nothing = both(() => undefined);
  for (let opcode = 0x118; opcode <= 0x11f; opcode++)
    map.define(opcode, { modrm: true, reg: nothing, mem: nothing });
  map.define(0x108, { reg: both(ring0) });
  map.define(0x109, { reg: both(ring0) });

  // Descriptor-table registers.
  const storeTable = (base: number, limit: number) =>
    both((i) => {
      const offset = ea(i);
      write16(i.seg, offset, state[limit]);
      write32(i.seg, (offset + 2) & i.addrMask, state[base]);
    });
  const loadTable = (base: number, limit: number, addressMask: number) => (i: Parameters<typeof ea>[0]) => {
    ring0();
    const offset = ea(i);
    const newLimit = read16(i.seg, offset);
    state[base] = read32(i.seg, (offset + 2) & i.addrMask) & addressMask;
    state[limit] = newLimit;
  };
  function loadMachineStatus(value: number): void {
    ring0();
    // LMSW sets PE but cannot clear it.
    setCr0((state[CR0] & ~0xe) | (value & 0xf));
  }
  map.group(0x101, [
    { mem: storeTable(GDT_BASE, GDT_LIMIT) },
    { mem: storeTable(IDT_BASE, IDT_LIMIT) },
    { mem: [loadTable(GDT_BASE, GDT_LIMIT, 0xff_ffff), loadTable(GDT_BASE, GDT_LIMIT, -1)] },
    { mem: [loadTable(IDT_BASE, IDT_LIMIT, 0xff_ffff), loadTable(IDT_BASE, IDT_LIMIT, -1)] },
    {
      reg: [(i) => void (reg16[i.rm] = state[CR0]), (i) => void (reg32[i.rm] = state[CR0])],
      mem: both((i) => {
        write16(i.seg, ea(i), state[CR0]);
      }),
    },
    undefined,
    {
      ends: true,
      rmWidth: 16,
      reg: both((i) => {
        loadMachineStatus(reg16[i.rm]);
      }),
      mem: both((i) => {
        ring0();
        loadMachineStatus(read16(i.seg, ea(i)));
      }),
    },
    {
      ends: true,
      mem: both((i) => {
        ring0();
        mmu.flushPage((env.views.segBase[i.seg] + ea(i)) | 0);
      }),
    },
  ]);

  // Control registers.
  function setCr0(value: number): void {
    if ((value & Cr0.PG) !== 0 && (value & Cr0.PE) === 0) gp(0);
    if ((value & Cr0.NW) !== 0 && (value & Cr0.CD) === 0) gp(0);
    const changed = state[CR0] ^ value;
    state[CR0] = (value & CR0_KNOWN) | Cr0.ET;
    if ((changed & (Cr0.PG | Cr0.WP | Cr0.PE)) !== 0) mmu.flush(true);
    if ((changed & (Cr0.PE | Cr0.AM)) !== 0) segmentation.updateMode();
    state[BREAK] = 1;
  }
  function setCr4(value: number): void {
    if ((value & ~CR4_KNOWN) !== 0) gp(0);
    if (((state[CR4] ^ value) & (Cr4.PGE | Cr4.PSE)) !== 0) mmu.flush(true);
    state[CR4] = value;
    debug.update();
  }
  const CONTROL = [CR0, -1, CR2, CR3, CR4];
  map.define(0x120, {
    modrm: true,
    registerOnly: true,
    regWidth: 'raw',
    rmWidth: 32,
    reg: both((i) => {
      const index = CONTROL[i.reg] ?? -1;
      if (index < 0) ud();
      ring0();
      reg32[i.rm] = state[index];
    }),
  });
  map.define(0x122, {
    modrm: true,
    registerOnly: true,
    regWidth: 'raw',
    rmWidth: 32,
    ends: true,
    reg: both((i) => {
      if ((CONTROL[i.reg] ?? -1) < 0) ud();
      ring0();
      const value = reg32[i.rm];
      switch (i.reg) {
        case 0:
          setCr0(value);
          break;
        case 2:
          state[CR2] = value;
          break;
        case 3: {
          const code = env.codePhysical(i);
          state[CR3] = value;
          mmu.flush(false);
          hooks.onCr3Write(value, code);
          break;
        }
        case 4:
          setCr4(value);
          break;
      }
    }),
  });
  map.define(0x106, {
    ends: true,
    reg: both(() => {
      ring0();
      state[CR0] &= ~Cr0.TS;
    }),
  });

  // Debug registers. DR4 and DR5 are DR6 and DR7 unless CR4.DE is set.
  const debugIndex = (number: number): number => {
    if (number !== 4 && number !== 5) return DR0 + number;
    if ((state[CR4] & Cr4.DE) !== 0) ud();
    return DR0 + number + 2;
  };
  /** DR7.GD guards the debug registers; the processor clears it when it enters the handler. */
  function checkGeneralDetect(): void {
    ring0();
    if ((state[DR7] & DR7_GD) === 0) return;
    state[DR6] |= Dr6.BD;
    raise(Vector.DB);
  }
  map.define(0x121, {
    modrm: true,
    registerOnly: true,
    regWidth: 'raw',
    rmWidth: 32,
    reg: both((i) => {
      const index = debugIndex(i.reg);
      checkGeneralDetect();
      reg32[i.rm] = state[index];
    }),
  });
  map.define(0x123, {
    modrm: true,
    registerOnly: true,
    regWidth: 'raw',
    rmWidth: 32,
    ends: true,
    reg: both((i) => {
      const index = debugIndex(i.reg);
      checkGeneralDetect();
      const value = reg32[i.rm];
      if (index === DR6) state[DR6] = (value & 0xe00f) | -0xf010;
      else if (index === DR7) state[DR7] = (value & 0xffff_2bff) | 0x400;
      else state[index] = value;
      if (index !== DR6) debug.update();
    }),
  });

  // Time, identification, model-specific registers.
  /** The time-stamp counter as [low, high]. */
  function timeStamp(i: Parameters<typeof env.ticks>[0]): [number, number] {
    const value = env.ticks(i) * TSC_PER_TICK + doubles[Double.TscOffset];
    return [(value % 0x1_0000_0000) | 0, Math.floor(value / 0x1_0000_0000) | 0];
  }
  map.define(0x131, {
    reg: both((i) => {
      if ((state[CR4] & Cr4.TSD) !== 0 && state[CPL] !== 0) gp(0);
      [reg32[EAX], reg32[EDX]] = timeStamp(i);
    }),
  });
  // There are no performance counters, so every index is invalid.
  map.define(0x133, { ends: true, reg: both(() => gp(0)) });
  map.define(0x1a2, {
    reg: both(() => {
      [reg32[EAX], reg32[EBX], reg32[ECX], reg32[EDX]] = hooks.cpuid(reg32[EAX], reg32[ECX]);
    }),
  });
  const MSR: Readonly<Record<number, number>> = {
    0x174: SYSENTER_CS,
    0x175: SYSENTER_ESP,
    0x176: SYSENTER_EIP,
  };
  const TSC_MSR = 0x10;
  map.define(0x132, {
    reg: both((i) => {
      ring0();
      const number = reg32[ECX] >>> 0;
      if (number === TSC_MSR) {
        [reg32[EAX], reg32[EDX]] = timeStamp(i);
        return;
      }
      const index = MSR[number];
      if (index === undefined) gp(0);
      reg32[EAX] = state[index];
      reg32[EDX] = 0;
    }),
  });
  map.define(0x130, {
    ends: true,
    reg: both((i) => {
      ring0();
      const number = reg32[ECX] >>> 0;
      if (number === TSC_MSR) {
        const wanted = (reg32[EDX] >>> 0) * 0x1_0000_0000 + (reg32[EAX] >>> 0);
        doubles[Double.TscOffset] = wanted - env.ticks(i) * TSC_PER_TICK;
        return;
      }
      const index = MSR[number];
      if (index === undefined) gp(0);
      state[index] = reg32[EAX];
    }),
  });
  map.define(0x134, { ends: true, reg: both(transfer.sysenter) });
  map.define(0x135, { ends: true, reg: both(transfer.sysexit) });
}
