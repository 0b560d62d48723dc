/** Bit instructions: BT, BTS, BTR, BTC, BSF, BSR (SDM vol. 2A). */
import type { BySize, OpcodeMap, Operation } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { CARRY, RES, ADJ } from '../state.ts';

type Change = (value: number, bit: number) => number;

export function defineBit(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { state, reg16, reg32 },
    access: { read16, read32, readRmw16, readRmw32, writeRmw16, writeRmw32 },
    flags: { setCarry },
    ea,
  } = env;

  const changes: [Change | undefined, number, number][] = [
    [undefined, 0x1a3, 4],
    [(v, b) => v | (1 << b), 0x1ab, 5],
    [(v, b) => v & ~(1 << b), 0x1b3, 6],
    [(v, b) => v ^ (1 << b), 0x1bb, 7],
  ];
  const group: Operation[] = [];
  for (const [change, opcode, member] of changes) {
    const register: (by: (i: { reg: number; imm: number }, bits: number) => number) => BySize = (by) => [
      (i) => {
        const bit = by(i, 16) & 15;
        const value = reg16[i.rm];
        if (change) reg16[i.rm] = change(value, bit);
        setCarry((value >>> bit) & 1);
      },
      (i) => {
        const bit = by(i, 32) & 31;
        const value = reg32[i.rm];
        if (change) reg32[i.rm] = change(value, bit);
        setCarry((value >>> bit) & 1);
      },
    ];
    const access16 = (seg: number, offset: number, bit: number) => {
      const value = change ? readRmw16(seg, offset) : read16(seg, offset);
      if (change) writeRmw16(change(value, bit));
      setCarry((value >>> bit) & 1);
    };
    const access32 = (seg: number, offset: number, bit: number) => {
      const value = change ? readRmw32(seg, offset) : read32(seg, offset);
      if (change) writeRmw32(change(value, bit));
      setCarry((value >>> bit) & 1);
    };
    map.define(opcode, {
      modrm: true,
      lock: change !== undefined,
      reg: register((i, bits) => (bits === 16 ? reg16[i.reg] : reg32[i.reg])),
      // A register bit offset reaches beyond the operand: it is signed and moves the address.
      mem: [
        (i) => {
          const offset = (reg16[i.reg] << 16) >> 16;
          access16(i.seg, (ea(i) + ((offset >> 4) << 1)) & i.addrMask, offset & 15);
        },
        (i) => {
          const offset = reg32[i.reg];
          access32(i.seg, (ea(i) + ((offset >> 5) << 2)) & i.addrMask, offset & 31);
        },
      ],
    });
    group[member] = {
      imm: 'u8',
      lock: change !== undefined,
      reg: register((i) => i.imm),
      mem: [
        (i) => {
          access16(i.seg, ea(i), i.imm & 15);
        },
        (i) => {
          access32(i.seg, ea(i), i.imm & 31);
        },
      ],
    };
  }
  map.group(0x1ba, group);

  /** BSF and BSR set ZF by the source; a zero source leaves the destination alone. */
  const scan = (opcode: number, find: (value: number) => number) => {
    const result = (value: number, store: (position: number) => void) => {
      state[CARRY] = 0;
      state[ADJ] = 0;
      state[RES] = 0;
      if (value === 0) return;
      const position = find(value);
      store(position);
      // ZF is clear; PF, undefined by the manual, is that of the position on the recorded processor.
      state[RES] = position === 0 ? 1 : position;
      if (position === 0) state[ADJ] = 1;
    };
    map.define(opcode, {
      modrm: true,
      reg: [
        (i) => {
          result(reg16[i.rm], (n) => (reg16[i.reg] = n));
        },
        (i) => {
          result(reg32[i.rm], (n) => (reg32[i.reg] = n));
        },
      ],
      mem: [
        (i) => {
          result(read16(i.seg, ea(i)), (n) => (reg16[i.reg] = n));
        },
        (i) => {
          result(read32(i.seg, ea(i)), (n) => (reg32[i.reg] = n));
        },
      ],
    });
  };
  scan(0x1bc, (value) => 31 - Math.clz32(value & -value));
  scan(0x1bd, (value) => 31 - Math.clz32(value));
}
