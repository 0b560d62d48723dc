/** CMPXCHG, XADD and CMPXCHG8B (SDM vol. 2). There is one CPU, so LOCK changes nothing but what is legal. */
import { both, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { EAX, EBX, ECX, EDX, Flag } from '../state.ts';
import type { Arithmetic } from './alu.ts';

export function defineAtomic(map: OpcodeMap, env: CpuEnv, { add, sub }: Arithmetic): void {
  const {
    views: { reg8, reg16, reg32 },
    access,
    flags,
    ea,
  } = env;
  const { readRmw8, readRmw16, readRmw32, writeRmw8, writeRmw16, writeRmw32, read32, write32, probeWrite } =
    access;

  map.define(0x1b0, {
    modrm: true,
    regWidth: 8,
    rmWidth: 8,
    lock: true,
    reg: both((i) => {
      const value = reg8[i.rm];
      if (sub.w8(reg8[EAX], value) === 0) reg8[i.rm] = reg8[i.reg];
      else reg8[EAX] = value;
    }),
    // The destination is written back in either case.
    mem: both((i) => {
      const value = readRmw8(i.seg, ea(i));
      const equal = sub.w8(reg8[EAX], value) === 0;
      writeRmw8(equal ? reg8[i.reg] : value);
      if (!equal) reg8[EAX] = value;
    }),
  });
  map.define(0x1b1, {
    modrm: true,
    lock: true,
    reg: [
      (i) => {
        const value = reg16[i.rm];
        if (sub.w16(reg16[EAX], value) === 0) reg16[i.rm] = reg16[i.reg];
        else reg16[EAX] = value;
      },
      (i) => {
        const value = reg32[i.rm];
        if (sub.w32(reg32[EAX], value) === 0) reg32[i.rm] = reg32[i.reg];
        else reg32[EAX] = value;
      },
    ],
    mem: [
      (i) => {
        const value = readRmw16(i.seg, ea(i));
        const equal = sub.w16(reg16[EAX], value) === 0;
        writeRmw16(equal ? reg16[i.reg] : value);
        if (!equal) reg16[EAX] = value;
      },
      (i) => {
        const value = readRmw32(i.seg, ea(i));
        const equal = sub.w32(reg32[EAX], value) === 0;
        writeRmw32(equal ? reg32[i.reg] : value);
        if (!equal) reg32[EAX] = value;
      },
    ],
  });

  map.define(0x1c0, {
    modrm: true,
    regWidth: 8,
    rmWidth: 8,
    lock: true,
    reg: both((i) => {
      const value = reg8[i.rm];
      const sum = add.w8(value, reg8[i.reg]);
      reg8[i.reg] = value;
      reg8[i.rm] = sum;
    }),
    mem: both((i) => {
      const value = readRmw8(i.seg, ea(i));
      writeRmw8(add.w8(value, reg8[i.reg]));
      reg8[i.reg] = value;
    }),
  });
  map.define(0x1c1, {
    modrm: true,
    lock: true,
    reg: [
      (i) => {
        const value = reg16[i.rm];
        const sum = add.w16(value, reg16[i.reg]);
        reg16[i.reg] = value;
        reg16[i.rm] = sum;
      },
      (i) => {
        const value = reg32[i.rm];
        const sum = add.w32(value, reg32[i.reg]);
        reg32[i.reg] = value;
        reg32[i.rm] = sum;
      },
    ],
    mem: [
      (i) => {
        const value = readRmw16(i.seg, ea(i));
        writeRmw16(add.w16(value, reg16[i.reg]));
        reg16[i.reg] = value;
      },
      (i) => {
        const value = readRmw32(i.seg, ea(i));
        writeRmw32(add.w32(value, reg32[i.reg]));
        reg32[i.reg] = value;
      },
    ],
  });

  map.group(0x1c7, [
    undefined,
    {
      lock: true,
      mem: both((i) => {
        const offset = ea(i);
        const upper = (offset + 4) & i.addrMask;
        access.alignQuad(i.seg, offset, true);
        probeWrite(i.seg, offset, 4);
        probeWrite(i.seg, upper, 4);
        const low = read32(i.seg, offset);
        const high = read32(i.seg, upper);
        const equal = low === reg32[EAX] && high === reg32[EDX];
        write32(i.seg, offset, equal ? reg32[EBX] : low);
        write32(i.seg, upper, equal ? reg32[ECX] : high);
        if (!equal) {
          reg32[EAX] = low;
          reg32[EDX] = high;
        }
        flags.setArithmetic((flags.get() & ~Flag.ZF) | (equal ? Flag.ZF : 0));
      }),
    },
  ]);
}
