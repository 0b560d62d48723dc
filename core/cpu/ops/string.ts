/**
 * String instructions and their REP forms (SDM vol. 2: MOVS, CMPS, STOS, LODS, SCAS, INS, OUTS, REP).
 *
 * A REP instruction counts each iteration as one retired instruction and stops when the block's budget is used up, with
 * EIP still on itself: events are thus delivered between iterations at an exact count. Flags of CMPS and SCAS change
 * only when the instruction completes; a fault, or a pause in the middle, leaves the old ones.
 */
import type { Handler, Insn } from '../decode/insn.ts';
import type { BySize, OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import {
  ADJ,
  BLOCK_EIP,
  BREAK,
  BUDGET,
  CARRY,
  EAX,
  ECX,
  EDI,
  EDX,
  EIP,
  ES,
  ESI,
  EXTRA,
  Flag,
  INDEX,
  RES,
  SYSFLAGS,
} from '../state.ts';
import type { Arithmetic } from './alu.ts';
import { checkPort } from './io.ts';

export function defineString(map: OpcodeMap, env: CpuEnv, { sub }: Arithmetic): void {
  const {
    views: { state, reg8, reg16, reg32 },
    access,
    ports,
    flags: { conditions },
  } = env;
  const { read8, read16, read32, write8, write16, write32 } = access;
  const zero = conditions[4];

  function advance(register: number, i: Insn, size: number): void {
    const step = (state[SYSFLAGS] & Flag.DF) !== 0 ? -size : size;
    reg32[register] = (reg32[register] & ~i.addrMask) | ((reg32[register] + step) & i.addrMask);
  }

  const read = (size: number) => (size === 1 ? read8 : size === 2 ? read16 : read32);
  const write = (size: number) => (size === 1 ? write8 : size === 2 ? write16 : write32);

  /** Runs `one` by the REP prefix. `compares`: CMPS and SCAS, which also stop by ZF. */
  function repeated(one: Handler, compares: boolean): Handler {
    return (i) => {
      if (i.rep === 0) {
        one(i);
        return;
      }
      if ((reg32[ECX] & i.addrMask) === 0) return;
      const res = state[RES];
      const carry = state[CARRY];
      const adj = state[ADJ];
      const allowed = state[BUDGET] - state[INDEX];
      const restoreFlags = () => {
        state[RES] = res;
        state[CARRY] = carry;
        state[ADJ] = adj;
      };
      for (;;) {
        try {
          one(i);
        } catch (fault) {
          if (compares) restoreFlags();
          throw fault;
        }
        state[EXTRA]++;
        const count = (reg32[ECX] - 1) & i.addrMask;
        reg32[ECX] = (reg32[ECX] & ~i.addrMask) | count;
        if (count === 0 || (compares && zero() === (i.rep === 0xf2))) break;
        if (state[EXTRA] >= allowed || state[BREAK] !== 0) {
          if (compares) restoreFlags();
          state[EIP] = state[BLOCK_EIP] + i.start;
          break;
        }
      }
      state[EXTRA]--;
    };
  }

  const define = (opcode: number, make: (size: number) => Handler, compares = false) => {
    const byte = repeated(make(1), compares);
    const wide: BySize = [repeated(make(2), compares), repeated(make(4), compares)];
    // REP must be able to stop in the middle, so a string instruction is always the last of its block.
    map.define(opcode, { reg: [byte, byte], ends: true });
    map.define(opcode + 1, { reg: wide, ends: true });
  };

  define(0xa4, (size) => {
    const load = read(size);
    const store = write(size);
    return (i) => {
      store(ES, reg32[EDI] & i.addrMask, load(i.seg, reg32[ESI] & i.addrMask));
      advance(ESI, i, size);
      advance(EDI, i, size);
    };
  });
  const compare = (size: number) => (size === 1 ? sub.w8 : size === 2 ? sub.w16 : sub.w32);
  const accumulator = (size: number) =>
    size === 1 ? () => reg8[EAX] : size === 2 ? () => reg16[EAX] : () => reg32[EAX];
  define(
    0xa6,
    (size) => {
      const load = read(size);
      const subtract = compare(size);
      return (i) => {
        const a = load(i.seg, reg32[ESI] & i.addrMask);
        subtract(a, load(ES, reg32[EDI] & i.addrMask));
        advance(ESI, i, size);
        advance(EDI, i, size);
      };
    },
    true,
  );
  define(0xaa, (size) => {
    const store = write(size);
    const value = accumulator(size);
    return (i) => {
      store(ES, reg32[EDI] & i.addrMask, value());
      advance(EDI, i, size);
    };
  });
  define(0xac, (size) => {
    const load = read(size);
    return (i) => {
      const value = load(i.seg, reg32[ESI] & i.addrMask);
      if (size === 1) reg8[EAX] = value;
      else if (size === 2) reg16[EAX] = value;
      else reg32[EAX] = value;
      advance(ESI, i, size);
    };
  });
  define(
    0xae,
    (size) => {
      const load = read(size);
      const subtract = compare(size);
      const value = accumulator(size);
      return (i) => {
        subtract(value(), load(ES, reg32[EDI] & i.addrMask));
        advance(EDI, i, size);
      };
    },
    true,
  );
  // INS checks its destination before the port is read, so that a fault loses no input.
  define(0x6c, (size) => {
    const store = write(size);
    return (i) => {
      const port = reg16[EDX * 2];
      checkPort(env, port, size);
      const offset = reg32[EDI] & i.addrMask;
      access.probeWrite(ES, offset, size);
      store(ES, offset, ports.read(port, size));
      advance(EDI, i, size);
    };
  });
  define(0x6e, (size) => {
    const load = read(size);
    return (i) => {
      const port = reg16[EDX * 2];
      checkPort(env, port, size);
      ports.write(port, load(i.seg, reg32[ESI] & i.addrMask) >>> 0, size);
      advance(ESI, i, size);
    };
  });
}
