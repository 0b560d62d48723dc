/** Data movement: MOV, MOVZX, MOVSX, LEA, XCHG, BSWAP, CMOVcc, SETcc, XLAT, CBW and CWD (SDM vol. 2). */
import { both, type BySize, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { EAX, EBX, EDX, SS } from '../state.ts';
import { holdInterrupts } from '../interrupts/shadow.ts';

export function defineMov(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { state, reg8, reg16, reg32, segSel },
    access,
    segmentation,
    flags: { conditions, cf },
    ea,
  } = env;
  const { read8, read16, read32, write8, write16, write32 } = access;
  const { readRmw8, readRmw16, readRmw32, writeRmw8, writeRmw16, writeRmw32 } = access;

  const store: BySize = [
    (i) => {
      write16(i.seg, ea(i), reg16[i.reg]);
    },
    (i) => {
      write32(i.seg, ea(i), reg32[i.reg]);
    },
  ];
  const load: BySize = [
    (i) => {
      reg16[i.reg] = read16(i.seg, ea(i));
    },
    (i) => {
      reg32[i.reg] = read32(i.seg, ea(i));
    },
  ];
  const toRm: BySize = [
    (i) => {
      reg16[i.rm] = reg16[i.reg];
    },
    (i) => {
      reg32[i.rm] = reg32[i.reg];
    },
  ];
  const toRm8 = both((i) => {
    reg8[i.rm] = reg8[i.reg];
  });
  const store8 = both((i) => {
    write8(i.seg, ea(i), reg8[i.reg]);
  });
  const load8 = both((i) => {
    reg8[i.reg] = read8(i.seg, ea(i));
  });
  map.define(0x88, { modrm: true, regWidth: 8, rmWidth: 8, reg: toRm8, mem: store8 });
  map.define(0x89, { modrm: true, reg: toRm, mem: store });
  map.define(0x8a, { modrm: true, regWidth: 8, rmWidth: 8, swap: true, reg: toRm8, mem: load8 });
  map.define(0x8b, { modrm: true, swap: true, reg: toRm, mem: load });

  // A moffs operand is a memory operand without ModRM: base and index read as zero, reg is 0 (AL, AX, EAX).
  map.define(0xa0, { imm: 'moffs', reg: load8 });
  map.define(0xa1, { imm: 'moffs', reg: load });
  map.define(0xa2, { imm: 'moffs', reg: store8 });
  map.define(0xa3, { imm: 'moffs', reg: store });

  const constant8 = both((i) => {
    reg8[i.rm] = i.imm;
  });
  const constant: BySize = [
    (i) => {
      reg16[i.rm] = i.imm;
    },
    (i) => {
      reg32[i.rm] = i.imm;
    },
  ];
  for (let r = 0; r < 8; r++) {
    map.define(0xb0 + r, { opcodeRegister: true, rmWidth: 8, imm: 'u8', reg: constant8 });
    map.define(0xb8 + r, { opcodeRegister: true, imm: 'v', reg: constant });
  }
  const storeConstant8 = both((i) => {
    write8(i.seg, ea(i), i.imm);
  });
  map.group(0xc6, [{ imm: 'u8', rmWidth: 8, reg: constant8, mem: storeConstant8 }]);
  map.group(0xc7, [
    {
      imm: 'v',
      reg: constant,
      mem: [
        (i) => {
          write16(i.seg, ea(i), i.imm);
        },
        (i) => {
          write32(i.seg, ea(i), i.imm);
        },
      ],
    },
  ]);

  // Segment registers. A 32-bit register destination is zero extended; memory always gets 16 bits.
  const fromSegment = (seg: number) => ({
    reg: [
      (i) => {
        reg16[i.rm] = segSel[seg];
      },
      (i) => {
        reg32[i.rm] = segSel[seg];
      },
    ] satisfies BySize,
    mem: both((i) => {
      write16(i.seg, ea(i), segSel[seg]);
    }),
  });
  map.group(0x8c, [0, 1, 2, 3, 4, 5].map(fromSegment));
  const toSegment = (seg: number) => {
    const load = (selector: number) => {
      segmentation.load(seg, selector);
      if (seg === SS) holdInterrupts(state, 2);
    };
    return {
      rmWidth: 16 as const,
      ends: seg === SS,
      reg: both((i) => {
        load(reg16[i.rm]);
      }),
      mem: both((i) => {
        load(read16(i.seg, ea(i)));
      }),
    };
  };
  map.group(
    0x8e,
    [0, 1, 2, 3, 4, 5].map((seg) => (seg === 1 ? undefined : toSegment(seg))),
  );

  map.define(0x8d, {
    modrm: true,
    mem: [
      (i) => {
        reg16[i.reg] = ea(i);
      },
      (i) => {
        reg32[i.reg] = ea(i);
      },
    ],
  });

  const extend = (opcode: number, width: 8 | 16, signed: boolean) => {
    const shift = 32 - width;
    const read = width === 8 ? read8 : read16;
    const registers = width === 8 ? reg8 : reg16;
    const convert = signed ? (v: number) => (v << shift) >> shift : (v: number) => v;
    map.define(opcode, {
      modrm: true,
      rmWidth: width,
      reg: [
        (i) => {
          reg16[i.reg] = convert(registers[i.rm]);
        },
        (i) => {
          reg32[i.reg] = convert(registers[i.rm]);
        },
      ],
      mem: [
        (i) => {
          reg16[i.reg] = convert(read(i.seg, ea(i)));
        },
        (i) => {
          reg32[i.reg] = convert(read(i.seg, ea(i)));
        },
      ],
    });
  };
  extend(0x1b6, 8, false);
  extend(0x1b7, 16, false);
  extend(0x1be, 8, true);
  extend(0x1bf, 16, true);

  const exchange: BySize = [
    (i) => {
      const v = reg16[i.rm];
      reg16[i.rm] = reg16[i.reg];
      reg16[i.reg] = v;
    },
    (i) => {
      const v = reg32[i.rm];
      reg32[i.rm] = reg32[i.reg];
      reg32[i.reg] = v;
    },
  ];
  map.define(0x86, {
    modrm: true,
    regWidth: 8,
    rmWidth: 8,
    lock: true,
    reg: both((i) => {
      const v = reg8[i.rm];
      reg8[i.rm] = reg8[i.reg];
      reg8[i.reg] = v;
    }),
    mem: both((i) => {
      const v = readRmw8(i.seg, ea(i));
      writeRmw8(reg8[i.reg]);
      reg8[i.reg] = v;
    }),
  });
  map.define(0x87, {
    modrm: true,
    lock: true,
    reg: exchange,
    mem: [
      (i) => {
        const v = readRmw16(i.seg, ea(i));
        writeRmw16(reg16[i.reg]);
        reg16[i.reg] = v;
      },
      (i) => {
        const v = readRmw32(i.seg, ea(i));
        writeRmw32(reg32[i.reg]);
        reg32[i.reg] = v;
      },
    ],
  });
  // The other operand is AX or EAX, index 0 in both arrays. 90 is XCHG with itself: NOP.
  for (let r = 0; r < 8; r++) map.define(0x90 + r, { opcodeRegister: true, reg: exchange });

  const swapBytes = (v: number) => (v << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24);
  for (let r = 0; r < 8; r++) {
    map.define(0x1c8 + r, {
      opcodeRegister: true,
      // Undefined with 16-bit operands; processors store zero.
      reg: [
        (i) => {
          reg16[i.rm] = 0;
        },
        (i) => {
          reg32[i.rm] = swapBytes(reg32[i.rm]);
        },
      ],
    });
  }

  conditions.forEach((holds, n) => {
    map.define(0x140 + n, {
      modrm: true,
      reg: [
        (i) => {
          if (holds()) reg16[i.reg] = reg16[i.rm];
        },
        (i) => {
          if (holds()) reg32[i.reg] = reg32[i.rm];
        },
      ],
      // The operand is read, and may fault, whether or not the condition holds.
      mem: [
        (i) => {
          const v = read16(i.seg, ea(i));
          if (holds()) reg16[i.reg] = v;
        },
        (i) => {
          const v = read32(i.seg, ea(i));
          if (holds()) reg32[i.reg] = v;
        },
      ],
    });
    map.define(0x190 + n, {
      modrm: true,
      rmWidth: 8,
      reg: both((i) => {
        reg8[i.rm] = holds() ? 1 : 0;
      }),
      mem: both((i) => {
        write8(i.seg, ea(i), holds() ? 1 : 0);
      }),
    });
  });

  map.define(0xd7, {
    reg: both((i) => {
      reg8[EAX] = read8(i.seg, (reg32[EBX] + reg8[EAX]) & i.addrMask);
    }),
  });
  map.define(0xd6, {
    reg: both(() => {
      reg8[EAX] = -cf();
    }),
  });
  map.define(0x98, {
    reg: [
      () => {
        reg16[EAX] = (reg8[EAX] << 24) >> 24;
      },
      () => {
        reg32[EAX] = (reg32[EAX] << 16) >> 16;
      },
    ],
  });
  map.define(0x99, {
    reg: [
      () => {
        reg16[EDX * 2] = (reg32[EAX] << 16) >> 31;
      },
      () => {
        reg32[EDX] = reg32[EAX] >> 31;
      },
    ],
  });

  const farLoad = (opcode: number, seg: number) => {
    map.define(opcode, {
      modrm: true,
      ends: seg === SS,
      mem: [
        (i) => {
          const address = ea(i);
          const offset = read16(i.seg, address);
          segmentation.load(seg, read16(i.seg, (address + 2) & i.addrMask));
          reg16[i.reg] = offset;
        },
        (i) => {
          const address = ea(i);
          const offset = read32(i.seg, address);
          segmentation.load(seg, read16(i.seg, (address + 4) & i.addrMask));
          reg32[i.reg] = offset;
        },
      ],
    });
  };
  farLoad(0xc4, 0);
  farLoad(0xc5, 3);
  farLoad(0x1b2, 2);
  farLoad(0x1b4, 4);
  farLoad(0x1b5, 5);
}
