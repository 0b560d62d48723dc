/**
 * String instructions and their REP forms (SDM vol. 2: MOVS, CMPS, STOS, LODS, SCAS, INS, OUTS, REP).
 *
 * A REP instruction counts each iteration as one retired instruction and stops when the block's budget is used up, with
 * EIP still on itself: events are thus delivered between iterations at an exact count. Flags of CMPS and SCAS change
 * only when the instruction completes; a fault, or a pause in the middle, leaves the old ones.
 *
 * REP STOS and REP MOVS do as many iterations at once as stay inside one page (two for MOVS) that the TLB gives at full
 * speed: no fault, no code and no device can be met there, so the result and the count are those of single iterations.
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
  DEBUG_IO,
  EAX,
  ECX,
  EDI,
  EDX,
  EIP,
  ES,
  ESI,
  EXTRA,
  FAST_READ,
  FAST_WRITE,
  Flag,
  INDEX,
  MID_REP,
  NEED_READ,
  NEED_WRITE,
  RES,
  SYSFLAGS,
} from '../state.ts';
import type { Arithmetic } from '../integer/alu.ts';
import { checkPort } from '../system/io.ts';

/** Runs up to `most` iterations at once and returns how many. */
type Rounds = (i: Insn, most: number) => number;

export function defineString(map: OpcodeMap, env: CpuEnv, { sub }: Arithmetic): void {
  const {
    views: { state, reg8, reg16, reg32, segBase, segFast, tlb },
    access,
    bulk,
    debug,
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

  /** Host address of `offset` if every access of `need` up to the page's end may go there at full speed, else -1. */
  function direct(seg: number, offset: number, fast: number, need: number): number {
    if ((segFast[seg] & fast) === 0) return -1;
    const linear = (segBase[seg] + offset) | 0;
    const entry = tlb[linear >>> 12];
    return (entry & need) === 0 ? -1 : (linear + (entry & -0x1000)) >>> 0;
  }
  const isDown = () => (state[SYSFLAGS] & Flag.DF) !== 0;
  /** Elements from a host address on that lie in its page (host and guest pages coincide), upwards or downwards. */
  function fitting(host: number, size: number): number {
    const place = host & 0xfff;
    const above = ((0x1000 - place) / size) | 0;
    return above === 0 || !isDown() ? above : ((place / size) | 0) + 1;
  }

  /** Runs up to `most` iterations of STOS at once. Returns how many: 0 when one must go the ordinary way. */
  const fill =
    (size: number): Rounds =>
    (i, most) => {
      if (i.addrMask !== -1) return 0;
      const host = direct(ES, reg32[EDI], FAST_WRITE, state[NEED_WRITE]);
      if (host < 0) return 0;
      const count = Math.min(most, fitting(host, size));
      const length = count * size;
      const down = isDown();
      bulk.fill(down ? host + size - length : host, reg32[EAX], size, length);
      reg32[EDI] += down ? -length : length;
      return count;
    };

  /**
   * The same for MOVS. Where the way leads from the source into the destination, what was just written is read again: one at a time.
   * Elsewhere no element is read after it was written, as in `bulk.copy`.
   */
  const copy =
    (size: number): Rounds =>
    (i, most) => {
      if (i.addrMask !== -1) return 0;
      const from = direct(i.seg, reg32[ESI], FAST_READ, state[NEED_READ]);
      const to = direct(ES, reg32[EDI], FAST_WRITE, state[NEED_WRITE]);
      if (from < 0 || to < 0) return 0;
      const count = Math.min(most, fitting(from, size), fitting(to, size));
      const length = count * size;
      const down = isDown();
      const ahead = down ? from - to : to - from;
      if (ahead > 0 && ahead < length) return 0;
      const below = down ? length - size : 0;
      bulk.copy(to - below, from - below, length);
      reg32[ESI] += down ? -length : length;
      reg32[EDI] += down ? -length : length;
      return count;
    };

  /** REPNE SCASB up to, but without, the byte that ends it: what is not equal leaves nothing but flags, which the last one sets. */
  const skip: Rounds = (i, most) => {
    if (i.rep !== 0xf2 || i.addrMask !== -1 || isDown()) return 0;
    const host = direct(ES, reg32[EDI], FAST_READ, state[NEED_READ]);
    // The last iteration is an ordinary one.
    const count = Math.min(most - 1, fitting(host, 1));
    if (host < 0 || count <= 0) return 0;
    const done = bulk.find(host, reg8[EAX], count);
    reg32[EDI] += done;
    return done;
  };

  /** Runs `one` by the REP prefix, `many` first. `compares`: CMPS and SCAS, which also stop by ZF. */
  function repeated(one: Handler, compares: boolean, many?: Rounds): Handler {
    return (i) => {
      if (i.rep === 0) {
        one(i);
        return;
      }
      state[MID_REP] = 0;
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
        let done = many ? many(i, Math.min((reg32[ECX] & i.addrMask) >>> 0, allowed - state[EXTRA])) : 0;
        const ordinary = done === 0;
        if (ordinary) {
          try {
            one(i);
          } catch (fault) {
            if (compares) restoreFlags();
            throw fault;
          }
          done = 1;
        }
        state[EXTRA] += done;
        const count = (reg32[ECX] - done) & i.addrMask;
        reg32[ECX] = (reg32[ECX] & ~i.addrMask) | count;
        if (count === 0 || (compares && ordinary && zero() === (i.rep === 0xf2))) break;
        if (state[EXTRA] >= allowed || state[BREAK] !== 0) {
          if (compares) restoreFlags();
          state[EIP] = state[BLOCK_EIP] + i.start;
          state[MID_REP] = 1;
          break;
        }
      }
      state[EXTRA]--;
    };
  }

  const define = (
    opcode: number,
    make: (size: number) => Handler,
    compares = false,
    many?: (size: number) => Rounds | undefined,
  ) => {
    const form = (size: number) => repeated(make(size), compares, many?.(size));
    const byte = form(1);
    const wide: BySize = [form(2), form(4)];
    // REP must be able to stop in the middle, so a string instruction is always the last of its block.
    map.define(opcode, { reg: [byte, byte], ends: true });
    map.define(opcode + 1, { reg: wide, ends: true });
  };

  const move = (size: number): Handler => {
    const load = read(size);
    const store = write(size);
    return (i) => {
      store(ES, reg32[EDI] & i.addrMask, load(i.seg, reg32[ESI] & i.addrMask));
      advance(ESI, i, size);
      advance(EDI, i, size);
    };
  };
  define(0xa4, move, false, copy);
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
  const storeString = (size: number): Handler => {
    const store = write(size);
    const value = accumulator(size);
    return (i) => {
      store(ES, reg32[EDI] & i.addrMask, value());
      advance(EDI, i, size);
    };
  };
  define(0xaa, storeString, false, fill);
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
    (size) => (size === 1 ? skip : undefined),
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
      if (state[DEBUG_IO] !== 0) debug.io(port, size);
      advance(EDI, i, size);
    };
  });
  define(0x6e, (size) => {
    const load = read(size);
    return (i) => {
      const port = reg16[EDX * 2];
      checkPort(env, port, size);
      ports.write(port, load(i.seg, reg32[ESI] & i.addrMask) >>> 0, size);
      if (state[DEBUG_IO] !== 0) debug.io(port, size);
      advance(ESI, i, size);
    };
  });
}
