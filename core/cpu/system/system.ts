/** System instructions: descriptor-table, control and debug registers, flags, HLT (SDM vol. 2). */
import { Dr6, DR7_GD } from '../interrupts/debug-registers.ts';
import { both, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import {
  CPL,
  CR0,
  Cr0,
  Cr4,
  CR4,
  DR0,
  DR6,
  DR7,
  Flag,
  GDT_BASE,
  GDT_LIMIT,
  HALTED,
  IDT_BASE,
  IDT_LIMIT,
  PROTECTED,
  SYSFLAGS,
  V86,
} from '../state.ts';
import { holdInterrupts } from '../interrupts/shadow.ts';

export function defineSystem(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { state, reg8, reg16, reg32 },
    access: { read16, read32, write16, write32 },
    flags,
    mmu,
    transfer,
    control,
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
  const ioplTooLow = () =>
    (state[PROTECTED] !== 0 || state[V86] !== 0) && state[CPL] > (state[SYSFLAGS] & Flag.IOPL) >>> 12;
  /** With too low an IOPL, CLI and STI change VIF: in V86 mode with CR4.VME, in ring 3 with CR4.PVI. Else #GP. */
  function checkVirtualInterrupts(): void {
    const allowed = state[V86] !== 0 ? Cr4.VME : state[CPL] === 3 ? Cr4.PVI : 0;
    if ((state[CR4] & allowed) === 0) gp(0);
  }
  map.define(0xfa, {
    ends: true,
    reg: both(() => {
      if (ioplTooLow()) {
        checkVirtualInterrupts();
        state[SYSFLAGS] &= ~Flag.VIF;
      } else state[SYSFLAGS] &= ~Flag.IF;
    }),
  });
  map.define(0xfb, {
    ends: true,
    reg: both(() => {
      if (ioplTooLow()) {
        checkVirtualInterrupts();
        if ((state[SYSFLAGS] & Flag.VIP) !== 0) gp(0);
        state[SYSFLAGS] |= Flag.VIF;
        return;
      }
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
    setControl(0, (state[CR0] & ~0xe) | (value & 0xf));
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
  function setControl(number: number, value: number): void {
    const index = control.indexOf(number)!;
    const before = state[index];
    control.set(number, value);
    hooks.events.controlWrite(number, before, state[index]);
  }
  map.define(0x120, {
    modrm: true,
    registerOnly: true,
    regWidth: 'raw',
    rmWidth: 32,
    reg: both((i) => {
      const index = control.indexOf(i.reg) ?? ud();
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
      if (control.indexOf(i.reg) === undefined) ud();
      ring0();
      const value = reg32[i.rm];
      const code = i.reg === 3 ? env.codePhysical(i) : 0;
      setControl(i.reg, value);
      if (i.reg === 3) hooks.onCr3Write(value, code);
    }),
  });
  map.define(0x106, {
    ends: true,
    reg: both(() => {
      ring0();
      const before = state[CR0];
      state[CR0] &= ~Cr0.TS;
      hooks.events.controlWrite(0, before, state[CR0]);
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

  map.define(0x134, { ends: true, reg: both(transfer.sysenter) });
  map.define(0x135, { ends: true, reg: both(transfer.sysexit) });
}
