/**
 * Two-operand arithmetic and logic, INC, DEC, NEG, NOT and TEST (SDM vol. 2, these instructions).
 *
 * Each operation is one function a width from two operands to the result, leaving the flags in RES, CARRY and ADJ
 * (see `flags.ts`); `binary` combines it with the addressing forms of its opcodes.
 */
import type { Handler } from '../decode/insn.ts';
import { both, type BySize, type OpcodeMap, type Operation } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { ADJ, CARRY, EAX, RES } from '../state.ts';

type Binary = (a: number, b: number) => number;
type Unary = (a: number) => number;

/** One operation in the three widths; operands and results of 8 and 16 bits are zero extended. */
export interface Widths<T> {
  readonly w8: T;
  readonly w16: T;
  readonly w32: T;
}

/** The arithmetic functions, shared with the instructions that are made of them (CMPXCHG, XADD, SCAS, CMPS). */
export interface Arithmetic {
  readonly add: Widths<Binary>;
  readonly or: Widths<Binary>;
  readonly adc: Widths<Binary>;
  readonly sbb: Widths<Binary>;
  readonly and: Widths<Binary>;
  readonly sub: Widths<Binary>;
  readonly xor: Widths<Binary>;
}

export function createArithmetic({ views: { state } }: CpuEnv): Arithmetic {
  const set32 = (result: number, carry: number) => {
    state[RES] = result;
    state[CARRY] = carry;
    state[ADJ] = 0;
    return result;
  };
  const set16 = (result: number, carry: number) => {
    state[RES] = (result << 16) >> 16;
    state[CARRY] = (carry << 16) | (carry & 8);
    state[ADJ] = 0;
    return result & 0xffff;
  };
  const set8 = (result: number, carry: number) => {
    state[RES] = (result << 24) >> 24;
    state[CARRY] = (carry << 24) | (carry & 8);
    state[ADJ] = 0;
    return result & 0xff;
  };
  const cf = () => state[CARRY] >>> 31;
  const carryOut = (a: number, b: number, r: number) => (a & b) | ((a | b) & ~r);
  const borrowOut = (a: number, b: number, r: number) => (~a & b) | ((~a | b) & r);

  function plus(set: Binary): Binary {
    return (a, b) => {
      const r = (a + b) | 0;
      return set(r, carryOut(a, b, r));
    };
  }
  function plusCarry(set: Binary): Binary {
    return (a, b) => {
      const r = (a + b + cf()) | 0;
      return set(r, carryOut(a, b, r));
    };
  }
  function minus(set: Binary): Binary {
    return (a, b) => {
      const r = (a - b) | 0;
      return set(r, borrowOut(a, b, r));
    };
  }
  function minusBorrow(set: Binary): Binary {
    return (a, b) => {
      const r = (a - b - cf()) | 0;
      return set(r, borrowOut(a, b, r));
    };
  }
  const widths = (make: (set: Binary) => Binary): Widths<Binary> => ({
    w8: make(set8),
    w16: make(set16),
    w32: make(set32),
  });
  return {
    // The three that run most are written out, so that the engine sees one target at each call.
    add: {
      ...widths(plus),
      w32(a, b) {
        const r = (a + b) | 0;
        state[RES] = r;
        state[CARRY] = (a & b) | ((a | b) & ~r);
        state[ADJ] = 0;
        return r;
      },
    },
    or: widths((set) => (a, b) => set(a | b, 0)),
    adc: widths(plusCarry),
    sbb: widths(minusBorrow),
    and: widths((set) => (a, b) => set(a & b, 0)),
    sub: {
      ...widths(minus),
      w32(a, b) {
        const r = (a - b) | 0;
        state[RES] = r;
        state[CARRY] = (~a & b) | ((~a | b) & r);
        state[ADJ] = 0;
        return r;
      },
    },
    xor: widths((set) => (a, b) => set(a ^ b, 0)),
  };
}

export function defineAlu(map: OpcodeMap, env: CpuEnv, arithmetic: Arithmetic): void {
  const {
    views: { state, reg8, reg16, reg32 },
    access: { read8, read16, read32, readRmw8, readRmw16, readRmw32, writeRmw8, writeRmw16, writeRmw32 },
    ea,
  } = env;

  /** rm := rm op reg. */
  const rmReg = ({ w8, w16, w32 }: Widths<Binary>) => ({
    reg8: both((i) => {
      reg8[i.rm] = w8(reg8[i.rm], reg8[i.reg]);
    }),
    mem8: both((i) => {
      const a = readRmw8(i.seg, ea(i));
      writeRmw8(w8(a, reg8[i.reg]));
    }),
    reg: [
      (i) => {
        reg16[i.rm] = w16(reg16[i.rm], reg16[i.reg]);
      },
      (i) => {
        reg32[i.rm] = w32(reg32[i.rm], reg32[i.reg]);
      },
    ] satisfies BySize,
    mem: [
      (i) => {
        const a = readRmw16(i.seg, ea(i));
        writeRmw16(w16(a, reg16[i.reg]));
      },
      (i) => {
        const a = readRmw32(i.seg, ea(i));
        writeRmw32(w32(a, reg32[i.reg]));
      },
    ] satisfies BySize,
  });

  /** reg := reg op memory. */
  const regMem = ({ w8, w16, w32 }: Widths<Binary>) => ({
    mem8: both((i) => {
      const b = read8(i.seg, ea(i));
      reg8[i.reg] = w8(reg8[i.reg], b);
    }),
    mem: [
      (i) => {
        const b = read16(i.seg, ea(i));
        reg16[i.reg] = w16(reg16[i.reg], b);
      },
      (i) => {
        const b = read32(i.seg, ea(i));
        reg32[i.reg] = w32(reg32[i.reg], b);
      },
    ] satisfies BySize,
  });

  /** rm := rm op immediate. */
  const rmImm = ({ w8, w16, w32 }: Widths<Binary>) => ({
    reg8: both((i) => {
      reg8[i.rm] = w8(reg8[i.rm], i.imm & 0xff);
    }),
    mem8: both((i) => {
      const a = readRmw8(i.seg, ea(i));
      writeRmw8(w8(a, i.imm & 0xff));
    }),
    reg: [
      (i) => {
        reg16[i.rm] = w16(reg16[i.rm], i.imm & 0xffff);
      },
      (i) => {
        reg32[i.rm] = w32(reg32[i.rm], i.imm);
      },
    ] satisfies BySize,
    mem: [
      (i) => {
        const a = readRmw16(i.seg, ea(i));
        writeRmw16(w16(a, i.imm & 0xffff));
      },
      (i) => {
        const a = readRmw32(i.seg, ea(i));
        writeRmw32(w32(a, i.imm));
      },
    ] satisfies BySize,
  });

  /** Operations that only set flags: CMP (subtraction) and TEST (conjunction). */
  const compare = ({ w8, w16, w32 }: Widths<Binary>) => ({
    rmReg: {
      reg8: both((i) => void w8(reg8[i.rm], reg8[i.reg])),
      mem8: both((i) => void w8(read8(i.seg, ea(i)), reg8[i.reg])),
      reg: [
        (i) => void w16(reg16[i.rm], reg16[i.reg]),
        (i) => void w32(reg32[i.rm], reg32[i.reg]),
      ] satisfies BySize,
      mem: [
        (i) => void w16(read16(i.seg, ea(i)), reg16[i.reg]),
        (i) => void w32(read32(i.seg, ea(i)), reg32[i.reg]),
      ] satisfies BySize,
    },
    regMem: {
      mem8: both((i) => void w8(reg8[i.reg], read8(i.seg, ea(i)))),
      mem: [
        (i) => void w16(reg16[i.reg], read16(i.seg, ea(i))),
        (i) => void w32(reg32[i.reg], read32(i.seg, ea(i))),
      ] satisfies BySize,
    },
    rmImm: {
      reg8: both((i) => void w8(reg8[i.rm], i.imm & 0xff)),
      mem8: both((i) => void w8(read8(i.seg, ea(i)), i.imm & 0xff)),
      reg: [
        (i) => void w16(reg16[i.rm], i.imm & 0xffff),
        (i) => void w32(reg32[i.rm], i.imm),
      ] satisfies BySize,
      mem: [
        (i) => void w16(read16(i.seg, ea(i)), i.imm & 0xffff),
        (i) => void w32(read32(i.seg, ea(i)), i.imm),
      ] satisfies BySize,
    },
  });

  const { add, or, adc, sbb, and, sub, xor } = arithmetic;
  const cmp = compare(sub);
  const writing = (op: Widths<Binary>) => ({
    lock: true,
    rmReg: rmReg(op),
    regMem: regMem(op),
    rmImm: rmImm(op),
  });
  const operations = [
    writing(add),
    writing(or),
    writing(adc),
    writing(sbb),
    writing(and),
    writing(sub),
    writing(xor),
    { lock: false, ...cmp },
  ];

  const group80: Operation[] = [];
  const group81: Operation[] = [];
  const group83: Operation[] = [];
  operations.forEach(({ lock, rmReg: store, regMem: load, rmImm: constant }, n) => {
    const opcode = n * 8;
    map.define(opcode, { modrm: true, regWidth: 8, rmWidth: 8, reg: store.reg8, mem: store.mem8, lock });
    map.define(opcode + 1, { modrm: true, reg: store.reg, mem: store.mem, lock });
    map.define(opcode + 2, {
      modrm: true,
      regWidth: 8,
      rmWidth: 8,
      swap: true,
      reg: store.reg8,
      mem: load.mem8,
    });
    map.define(opcode + 3, { modrm: true, swap: true, reg: store.reg, mem: load.mem });
    map.define(opcode + 4, { imm: 'u8', reg: constant.reg8 });
    map.define(opcode + 5, { imm: 'v', reg: constant.reg });
    group80.push({ imm: 'u8', rmWidth: 8, reg: constant.reg8, mem: constant.mem8, lock });
    group81.push({ imm: 'v', reg: constant.reg, mem: constant.mem, lock });
    group83.push({ imm: 's8', reg: constant.reg, mem: constant.mem, lock });
  });
  map.group(0x80, group80);
  map.group(0x81, group81);
  map.group(0x82, group80);
  map.group(0x83, group83);

  const test = compare(and);
  map.define(0x84, { modrm: true, regWidth: 8, rmWidth: 8, reg: test.rmReg.reg8, mem: test.rmReg.mem8 });
  map.define(0x85, { modrm: true, reg: test.rmReg.reg, mem: test.rmReg.mem });
  map.define(0xa8, { imm: 'u8', reg: both((i) => void and.w8(reg8[EAX], i.imm)) });
  map.define(0xa9, { imm: 'v', reg: test.rmImm.reg });

  /** INC and DEC keep CF: bit 31 stays, bit 30 carries the new OF, bit 3 the new AF. */
  function keepCarry(result: number, overflow: boolean, auxiliary: boolean): void {
    const carry = state[CARRY] & -0x8000_0000;
    state[RES] = result;
    state[ADJ] = 0;
    state[CARRY] = carry | ((carry >>> 1) ^ (overflow ? 0x4000_0000 : 0)) | (auxiliary ? 8 : 0);
  }
  const inc: Widths<Unary> = {
    w8(a) {
      keepCarry(((a + 1) << 24) >> 24, a === 0x7f, (a & 15) === 15);
      return a + 1;
    },
    w16(a) {
      keepCarry(((a + 1) << 16) >> 16, a === 0x7fff, (a & 15) === 15);
      return a + 1;
    },
    w32(a) {
      keepCarry((a + 1) | 0, a === 0x7fff_ffff, (a & 15) === 15);
      return (a + 1) | 0;
    },
  };
  const dec: Widths<Unary> = {
    w8(a) {
      keepCarry(((a - 1) << 24) >> 24, a === 0x80, (a & 15) === 0);
      return a - 1;
    },
    w16(a) {
      keepCarry(((a - 1) << 16) >> 16, a === 0x8000, (a & 15) === 0);
      return a - 1;
    },
    w32(a) {
      keepCarry((a - 1) | 0, a === -0x8000_0000, (a & 15) === 0);
      return (a - 1) | 0;
    },
  };
  const not: Widths<Unary> = { w8: (a) => ~a, w16: (a) => ~a, w32: (a) => ~a };
  const neg: Widths<Unary> = {
    w8: (a) => sub.w8(0, a),
    w16: (a) => sub.w16(0, a),
    w32: (a) => sub.w32(0, a),
  };

  const unary = ({ w8, w16, w32 }: Widths<Unary>) => ({
    narrow: {
      rmWidth: 8,
      lock: true,
      reg: both((i) => {
        reg8[i.rm] = w8(reg8[i.rm]);
      }),
      mem: both((i) => {
        const a = readRmw8(i.seg, ea(i));
        writeRmw8(w8(a));
      }),
    } satisfies Operation,
    wide: {
      lock: true,
      reg: [
        (i) => {
          reg16[i.rm] = w16(reg16[i.rm]);
        },
        (i) => {
          reg32[i.rm] = w32(reg32[i.rm]);
        },
      ],
      mem: [
        (i) => {
          const a = readRmw16(i.seg, ea(i));
          writeRmw16(w16(a));
        },
        (i) => {
          const a = readRmw32(i.seg, ea(i));
          writeRmw32(w32(a));
        },
      ],
    } satisfies Operation,
  });

  const incForms = unary(inc);
  const decForms = unary(dec);
  const inc32: Handler = (i) => {
    reg32[i.rm] = inc.w32(reg32[i.rm]);
  };
  const dec32: Handler = (i) => {
    reg32[i.rm] = dec.w32(reg32[i.rm]);
  };
  for (let r = 0; r < 8; r++) {
    map.define(0x40 + r, { opcodeRegister: true, reg: [incForms.wide.reg[0], inc32] });
    map.define(0x48 + r, { opcodeRegister: true, reg: [decForms.wide.reg[0], dec32] });
  }
  map.group(0xfe, [incForms.narrow, decForms.narrow]);
  // FF /0 and /1 are completed by flow.ts and stack.ts.
  map.group(0xff, [incForms.wide, decForms.wide]);

  const testImm8: Operation = { imm: 'u8', rmWidth: 8, reg: test.rmImm.reg8, mem: test.rmImm.mem8 };
  const testImm: Operation = { imm: 'v', reg: test.rmImm.reg, mem: test.rmImm.mem };
  const notForms = unary(not);
  const negForms = unary(neg);
  // F6 and F7 are completed by muldiv.ts. /1 is an alias of /0, as on hardware.
  map.group(0xf6, [testImm8, testImm8, notForms.narrow, negForms.narrow]);
  map.group(0xf7, [testImm, testImm, notForms.wide, negForms.wide]);
}
