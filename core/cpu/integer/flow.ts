/**
 * Control flow: Jcc, JMP, CALL, RET, LOOP, JCXZ, INT, IRET, BOUND (SDM vol. 2).
 *
 * On entry `state[EIP]` is the address of the next instruction; a taken branch replaces it.
 */
import type { Handler } from '../decode/insn.ts';
import { both, type BySize, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { Source } from '../interrupts/interrupts.ts';
import { isRedirected } from '../interrupts/vme.ts';
import { CR4, Cr4, CS, ECX, EIP, ESP, Flag, SYSFLAGS, V86 } from '../state.ts';

export function defineFlow(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { state, reg16, reg32, segLimit },
    access: { read16, read32, push16, push32, peek16, peek32, addStack },
    transfer,
    mmu,
    interrupts,
    flags: { conditions },
    faults: { gp, raise },
    ea,
  } = env;
  const { near } = transfer;

  const relative16: Handler = (i) => {
    near((state[EIP] + i.imm) & 0xffff);
  };
  const relative32: Handler = (i) => {
    near((state[EIP] + i.imm) | 0);
  };
  const relative: BySize = [relative16, relative32];
  map.define(0xe9, { imm: 'rel', ends: true, reg: relative });
  map.define(0xeb, { imm: 's8', ends: true, reg: relative });

  conditions.forEach((holds, n) => {
    const branch: BySize = [
      (i) => {
        if (holds()) relative16(i);
      },
      (i) => {
        if (holds()) relative32(i);
      },
    ];
    map.define(0x70 + n, { imm: 's8', ends: true, reg: branch });
    map.define(0x180 + n, { imm: 'rel', ends: true, reg: branch });
  });

  const zero = conditions[4];
  const loops = [() => !zero(), () => zero(), () => true];
  loops.forEach((also, n) => {
    const loop =
      (taken: Handler): Handler =>
      (i) => {
        const count = (reg32[ECX] - 1) & i.addrMask;
        if (count !== 0 && also()) taken(i);
        reg32[ECX] = (reg32[ECX] & ~i.addrMask) | count;
      };
    map.define(0xe0 + n, { imm: 's8', ends: true, reg: [loop(relative16), loop(relative32)] });
  });
  const ifCountZero =
    (taken: Handler): Handler =>
    (i) => {
      if ((reg32[ECX] & i.addrMask) === 0) taken(i);
    };
  map.define(0xe3, { imm: 's8', ends: true, reg: [ifCountZero(relative16), ifCountZero(relative32)] });

  /** As on hardware the return address is written before the target is checked; ESP moves only if it is legal. */
  function enter(target: number, esp: number): void {
    if (target >>> 0 > segLimit[CS]) {
      reg32[ESP] = esp;
      gp(0);
    }
    state[EIP] = target;
  }
  function call16(target: number): void {
    const esp = reg32[ESP];
    push16(state[EIP]);
    enter(target, esp);
  }
  function call32(target: number): void {
    const esp = reg32[ESP];
    push32(state[EIP]);
    enter(target, esp);
  }
  map.define(0xe8, {
    imm: 'rel',
    ends: true,
    reg: [
      (i) => {
        call16((state[EIP] + i.imm) & 0xffff);
      },
      (i) => {
        call32((state[EIP] + i.imm) | 0);
      },
    ],
  });

  const farPointer = (transferTo: (selector: number, offset: number, size: number) => void): BySize => [
    (i) => {
      const address = ea(i);
      const offset = read16(i.seg, address);
      transferTo(read16(i.seg, (address + 2) & i.addrMask), offset, 2);
    },
    (i) => {
      const address = ea(i);
      const offset = read32(i.seg, address);
      transferTo(read16(i.seg, (address + 4) & i.addrMask), offset, 4);
    },
  ];
  const groupFf = map.groups[0xff] ?? [];
  map.group(0xff, [
    ...groupFf.slice(0, 2),
    {
      ends: true,
      reg: [
        (i) => {
          call16(reg16[i.rm]);
        },
        (i) => {
          call32(reg32[i.rm]);
        },
      ],
      mem: [
        (i) => {
          call16(read16(i.seg, ea(i)));
        },
        (i) => {
          call32(read32(i.seg, ea(i)));
        },
      ],
    },
    { ends: true, mem: farPointer(transfer.callFar) },
    {
      ends: true,
      reg: [
        (i) => {
          near(reg16[i.rm]);
        },
        (i) => {
          near(reg32[i.rm]);
        },
      ],
      mem: [
        (i) => {
          near(read16(i.seg, ea(i)));
        },
        (i) => {
          near(read32(i.seg, ea(i)));
        },
      ],
    },
    { ends: true, mem: farPointer(transfer.jumpFar) },
    ...groupFf.slice(6),
  ]);
  map.define(0xea, {
    imm: 'far',
    ends: true,
    reg: [
      (i) => {
        transfer.jumpFar(i.imm2, i.imm, 2);
      },
      (i) => {
        transfer.jumpFar(i.imm2, i.imm, 4);
      },
    ],
  });
  map.define(0x9a, {
    imm: 'far',
    ends: true,
    reg: [
      (i) => {
        transfer.callFar(i.imm2, i.imm, 2);
      },
      (i) => {
        transfer.callFar(i.imm2, i.imm, 4);
      },
    ],
  });

  const ret: BySize = [
    (i) => {
      near(peek16(0));
      addStack(2 + i.imm);
    },
    (i) => {
      near(peek32(0));
      addStack(4 + i.imm);
    },
  ];
  map.define(0xc2, { imm: 'u16', ends: true, reg: ret });
  map.define(0xc3, { ends: true, reg: ret });
  const retFar: BySize = [
    (i) => {
      transfer.returnFar(2, i.imm);
    },
    (i) => {
      transfer.returnFar(4, i.imm);
    },
  ];
  map.define(0xca, { imm: 'u16', ends: true, reg: retFar });
  map.define(0xcb, { ends: true, reg: retFar });
  map.define(0xcf, {
    ends: true,
    reg: [
      () => {
        env.nmi.unblock();
        transfer.interruptReturn(2);
      },
      () => {
        env.nmi.unblock();
        transfer.interruptReturn(4);
      },
    ],
  });

  map.define(0xcc, {
    ends: true,
    reg: both(() => {
      interrupts.deliver(Vector.BP, Source.Software, -1);
    }),
  });
  map.define(0xcd, {
    imm: 'u8',
    ends: true,
    reg: both((i) => {
      if (state[V86] !== 0) {
        if ((state[CR4] & Cr4.VME) !== 0 && isRedirected(env.views, mmu, i.imm, gp)) {
          interrupts.redirect(i.imm);
          return;
        }
        if ((state[SYSFLAGS] & Flag.IOPL) !== Flag.IOPL) gp(0);
      }
      interrupts.deliver(i.imm, Source.Software, -1);
    }),
  });
  const overflow = conditions[0];
  map.define(0xce, {
    ends: true,
    reg: both(() => {
      if (overflow()) interrupts.deliver(Vector.OF, Source.Software, -1);
    }),
  });
  // INT1 (ICEBP) needs no privilege: its gate's DPL is not checked.
  map.define(0xf1, {
    ends: true,
    reg: both(() => {
      interrupts.deliver(Vector.DB, Source.Trap, -1);
    }),
  });

  map.define(0x62, {
    modrm: true,
    mem: [
      (i) => {
        const address = ea(i);
        const low = (read16(i.seg, address) << 16) >> 16;
        const index = (reg16[i.reg] << 16) >> 16;
        if (index < low) raise(Vector.BR);
        const high = (read16(i.seg, (address + 2) & i.addrMask) << 16) >> 16;
        if (index > high) raise(Vector.BR);
      },
      (i) => {
        const address = ea(i);
        if (reg32[i.reg] < read32(i.seg, address)) raise(Vector.BR);
        if (reg32[i.reg] > read32(i.seg, (address + 4) & i.addrMask)) raise(Vector.BR);
      },
    ],
  });
}
