/** Stack instructions: PUSH, POP, PUSHA, POPA, PUSHF, POPF, ENTER, LEAVE (SDM vol. 2B). */
import type { BySize, OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { CPL, CR4, Cr4, EBP, ESP, Flag, PROTECTED, SS, STACK_MASK, SYSFLAGS, V86 } from '../state.ts';
import { checkVirtualImage, setVif } from '../interrupts/vme.ts';
import { holdInterrupts } from '../interrupts/shadow.ts';

export function defineStack(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { state, reg16, reg32, segSel },
    access,
    segmentation,
    flags,
    faults: { gp },
    mmu,
    ea,
  } = env;
  const { push16, push32, pop16, pop32, peek16, peek32, addStack, read16, read32, write16, write32 } = access;

  const pushRegister: BySize = [
    (i) => {
      push16(reg16[i.rm]);
    },
    (i) => {
      push32(reg32[i.rm]);
    },
  ];
  const popRegister: BySize = [
    (i) => {
      reg16[i.rm] = pop16();
    },
    (i) => {
      reg32[i.rm] = pop32();
    },
  ];
  for (let r = 0; r < 8; r++) {
    map.define(0x50 + r, { opcodeRegister: true, reg: pushRegister });
    map.define(0x58 + r, { opcodeRegister: true, reg: popRegister });
  }
  const pushImmediate: BySize = [
    (i) => {
      push16(i.imm);
    },
    (i) => {
      push32(i.imm);
    },
  ];
  map.define(0x68, { imm: 'v', reg: pushImmediate });
  map.define(0x6a, { imm: 's8', reg: pushImmediate });

  const groupFf = map.groups[0xff] ?? [];
  map.group(0xff, [
    ...Array.from({ length: 6 }, (_, member) => groupFf[member]),
    {
      reg: pushRegister,
      mem: [
        (i) => {
          push16(read16(i.seg, ea(i)));
        },
        (i) => {
          push32(read32(i.seg, ea(i)));
        },
      ],
    },
  ]);

  /** POP m computes its address with the stack pointer already moved; a fault moves it back. */
  function popMemory(bytes: number, store: () => void): void {
    const esp = reg32[ESP];
    addStack(bytes);
    try {
      store();
    } catch (fault) {
      reg32[ESP] = esp;
      throw fault;
    }
  }
  map.group(0x8f, [
    {
      reg: popRegister,
      mem: [
        (i) => {
          const value = peek16(0);
          popMemory(2, () => {
            write16(i.seg, ea(i), value);
          });
        },
        (i) => {
          const value = peek32(0);
          popMemory(4, () => {
            write32(i.seg, ea(i), value);
          });
        },
      ],
    },
  ]);

  const pushSegment = (opcode: number, seg: number) => {
    map.define(opcode, {
      reg: [
        () => {
          push16(segSel[seg]);
        },
        () => {
          // Processors write 16 bits and leave the upper half of the slot alone.
          const mask = state[STACK_MASK];
          const esp = (reg32[ESP] - 4) & mask;
          write16(SS, esp, segSel[seg]);
          reg32[ESP] = (reg32[ESP] & ~mask) | esp;
        },
      ],
    });
  };
  const popSegment = (opcode: number, seg: number) => {
    const pop = (bytes: number) => () => {
      segmentation.load(seg, peek16(0));
      addStack(bytes);
      if (seg === SS) holdInterrupts(state, 2);
    };
    map.define(opcode, { ends: seg === SS, reg: [pop(2), pop(4)] });
  };
  [0x06, 0x0e, 0x16, 0x1e, 0x1a0, 0x1a8].forEach((opcode, seg) => {
    pushSegment(opcode, seg);
  });
  popSegment(0x07, 0);
  popSegment(0x17, 2);
  popSegment(0x1f, 3);
  popSegment(0x1a1, 4);
  popSegment(0x1a9, 5);

  /** Offset of a stack slot `bytes` below the stack pointer. */
  const below = (bytes: number) => (reg32[ESP] - bytes) & state[STACK_MASK];
  /** In real and V86 mode a stack that would end inside of PUSHA's words is #GP, not #SS. */
  function checkPushAll(): void {
    const sp = reg32[ESP] & state[STACK_MASK];
    if (state[PROTECTED] === 0 && sp >= 7 && sp <= 15 && (sp & 1) !== 0) gp(0);
  }
  map.define(0x60, {
    reg: [
      () => {
        checkPushAll();
        for (let r = 0; r < 8; r++) write16(SS, below(2 * (r + 1)), reg16[r * 2]);
        addStack(-16);
      },
      () => {
        checkPushAll();
        for (let r = 0; r < 8; r++) write32(SS, below(4 * (r + 1)), reg32[r]);
        addStack(-32);
      },
    ],
  });
  map.define(0x61, {
    reg: [
      () => {
        // A fault in the middle leaves the registers before it loaded and ESP where it was.
        for (let n = 0; n < 8; n++) {
          const value = peek16(2 * n);
          if (7 - n !== ESP) reg16[(7 - n) * 2] = value;
        }
        addStack(16);
      },
      () => {
        for (let n = 0; n < 8; n++) {
          const value = peek32(4 * n);
          if (7 - n !== ESP) reg32[7 - n] = value;
        }
        addStack(32);
      },
    ],
  });

  /** V86 mode with an IOPL below 3: PUSHF and POPF are for the monitor, or with CR4.VME work on VIF. */
  const restricted = () => state[V86] !== 0 && (state[SYSFLAGS] & Flag.IOPL) !== Flag.IOPL;
  function checkVirtualIopl(): void {
    if (restricted()) gp(0);
  }
  /** Whether the 16-bit forms use VIF in place of IF. @throws CpuFault #GP(0) when they may not at all. */
  function usesVif(): boolean {
    if (!restricted()) return false;
    if ((state[CR4] & Cr4.VME) === 0) gp(0);
    return true;
  }
  map.define(0x9c, {
    reg: [
      () => {
        const image = flags.get();
        const virtual = (image & ~Flag.IF) | Flag.IOPL | ((image & Flag.VIF) !== 0 ? Flag.IF : 0);
        push16(usesVif() ? virtual : image);
      },
      () => {
        checkVirtualIopl();
        push32(flags.get() & ~(Flag.VM | Flag.RF));
      },
    ],
  });

  /** EFLAGS bits that POPF may change here (SDM vol. 2B, POPF, table 4-16). */
  function popMask(wide: boolean): number {
    let mask = Flag.CF | Flag.PF | Flag.AF | Flag.ZF | Flag.SF | Flag.TF | Flag.DF | Flag.OF | Flag.NT;
    if (wide) mask |= Flag.AC | Flag.ID;
    const cpl = state[CPL];
    if (cpl === 0) mask |= Flag.IOPL;
    if (cpl <= (state[SYSFLAGS] & Flag.IOPL) >>> 12) mask |= Flag.IF;
    return mask;
  }
  function popFlags(value: number, wide: boolean): void {
    const mask = popMask(wide);
    flags.set((flags.get() & ~mask & ~(wide ? Flag.RF : 0)) | (value & mask));
    mmu.updateAccess();
  }
  map.define(0x9d, {
    ends: true,
    reg: [
      () => {
        if (!usesVif()) {
          popFlags(pop16(), false);
          return;
        }
        const image = peek16(0);
        checkVirtualImage(state, image, gp);
        addStack(2);
        popFlags(image, false);
        setVif(state, image);
      },
      () => {
        checkVirtualIopl();
        popFlags(pop32(), true);
      },
    ],
  });

  /** ENTER: all slots are written below the old stack pointer, then ESP and EBP move together. */
  const enter = (size: 2 | 4): ((frameSize: number, nesting: number) => void) => {
    const read = size === 2 ? read16 : read32;
    const write = size === 2 ? write16 : write32;
    return (frameSize, nesting) => {
      const mask = state[STACK_MASK];
      const level = nesting & 31;
      write(SS, below(size), reg32[EBP]);
      const frame = reg32[ESP] - size;
      for (let n = 1; n < level; n++) {
        write(SS, below(size * (n + 1)), read(SS, (reg32[EBP] - n * size) & mask));
      }
      if (level > 0) write(SS, below(size * (level + 1)), (reg32[ESP] & ~mask) | (frame & mask));
      const esp = (reg32[ESP] - size * (level > 0 ? level + 1 : 1) - frameSize) & mask;
      // The new top must be writable: ENTER probes it.
      access.probeWrite(SS, esp, size);
      const oldEsp = reg32[ESP];
      if (size === 2) reg16[EBP * 2] = frame;
      else reg32[EBP] = (oldEsp & ~mask) | (frame & mask);
      reg32[ESP] = (oldEsp & ~mask) | esp;
    };
  };
  const enter16 = enter(2);
  const enter32 = enter(4);
  map.define(0xc8, {
    imm: 'enter',
    reg: [
      (i) => {
        enter16(i.imm, i.imm2);
      },
      (i) => {
        enter32(i.imm, i.imm2);
      },
    ],
  });
  map.define(0xc9, {
    reg: [
      () => {
        const mask = state[STACK_MASK];
        const value = read16(SS, reg32[EBP] & mask);
        reg32[ESP] = (reg32[ESP] & ~mask) | ((reg32[EBP] + 2) & mask);
        reg16[EBP * 2] = value;
      },
      () => {
        const mask = state[STACK_MASK];
        const value = read32(SS, reg32[EBP] & mask);
        reg32[ESP] = (reg32[ESP] & ~mask) | ((reg32[EBP] + 4) & mask);
        reg32[EBP] = value;
      },
    ],
  });
}
