/*
 * Owns what an instruction leaves undefined: arithmetic flags, and a few bits of registers. The comparison with another
 * processor ignores exactly these after exactly this instruction. Source: Intel SDM vol. 2, "Flags Affected" of each
 * instruction named below. And where QEMU is known to be no right processor.
 */

const CF = 0x001;
const PF = 0x004;
const AF = 0x010;
const ZF = 0x040;
const SF = 0x080;
const OF = 0x800;
const ARITHMETIC = CF | PF | AF | ZF | SF | OF;

/** What the rules need to know of an instruction. */
interface Form {
  /** 00h-FFh, 100h-1FFh after 0F. */
  readonly opcode: number;
  /** ModRM reg. */
  readonly digit: number;
  /** Operand size in bits. */
  readonly size: number;
  /** The shift count by opcode: 1, the immediate or CL, five bits of it. */
  readonly count: number;
}

interface Rule {
  /** The manual's heading. */
  readonly source: string;
  readonly matches: (form: Form) => boolean;
  readonly undefined: (form: Form) => number;
}

const oneOf = (...opcodes: number[]) => {
  const set = new Set(opcodes);
  return ({ opcode }: Form) => set.has(opcode);
};
const group = (opcodes: number[], digits: number[]) => {
  const inOpcodes = oneOf(...opcodes);
  return (form: Form) => inOpcodes(form) && digits.includes(form.digit);
};
const either =
  (...tests: ((form: Form) => boolean)[]) =>
  (form: Form) =>
    tests.some((test) => test(form));
const range = (first: number, last: number) => (form: Form) => form.opcode >= first && form.opcode <= last;

const SHIFTS = [0xc0, 0xc1, 0xd0, 0xd1, 0xd2, 0xd3];

const RULES: readonly Rule[] = [
  {
    source: 'AND, OR, XOR, TEST: "the state of the AF flag is undefined"',
    matches: either(
      range(0x08, 0x0d),
      range(0x20, 0x25),
      range(0x30, 0x35),
      oneOf(0x84, 0x85, 0xa8, 0xa9),
      group([0x80, 0x81, 0x82, 0x83], [1, 4, 6]),
      group([0xf6, 0xf7], [0, 1]),
    ),
    undefined: () => AF,
  },
  {
    source:
      'SAL/SAR/SHL/SHR: AF for a non-zero count; OF for counts but 1; CF of SHL and SHR for counts >= size',
    matches: group(SHIFTS, [4, 5, 6, 7]),
    undefined: ({ count, size, digit }) =>
      count === 0 ? 0 : AF | (count === 1 ? 0 : OF) | (digit !== 7 && count >= size ? CF : 0),
  },
  {
    source: 'RCL/RCR/ROL/ROR: OF for counts but 1',
    matches: group(SHIFTS, [0, 1, 2, 3]),
    undefined: ({ count }) => (count <= 1 ? 0 : OF),
  },
  {
    source: 'SHLD, SHRD: AF for a non-zero count; OF for counts but 1; all for counts > size',
    matches: oneOf(0x1a4, 0x1a5, 0x1ac, 0x1ad),
    undefined: ({ count, size }) =>
      count === 0 ? 0 : count > size ? ARITHMETIC : AF | (count === 1 ? 0 : OF),
  },
  {
    source: 'MUL, IMUL: SF, ZF, AF and PF',
    matches: either(oneOf(0x69, 0x6b, 0x1af), group([0xf6, 0xf7], [4, 5])),
    undefined: () => SF | ZF | AF | PF,
  },
  {
    source: 'DIV, IDIV: CF, OF, SF, ZF, AF and PF',
    matches: group([0xf6, 0xf7], [6, 7]),
    undefined: () => ARITHMETIC,
  },
  {
    source: 'AAA, AAS: OF, SF, ZF and PF',
    matches: oneOf(0x37, 0x3f),
    undefined: () => OF | SF | ZF | PF,
  },
  { source: 'DAA, DAS: OF', matches: oneOf(0x27, 0x2f), undefined: () => OF },
  { source: 'AAM, AAD: OF, AF and CF', matches: oneOf(0xd4, 0xd5), undefined: () => OF | AF | CF },
  {
    source: 'BT, BTS, BTR, BTC: OF, SF, AF and PF',
    matches: either(oneOf(0x1a3, 0x1ab, 0x1b3, 0x1bb), group([0x1ba], [4, 5, 6, 7])),
    undefined: () => OF | SF | AF | PF,
  },
  {
    source: 'BSF, BSR: CF, OF, SF, AF and PF',
    matches: oneOf(0x1bc, 0x1bd),
    undefined: () => CF | OF | SF | AF | PF,
  },
];

const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);

/** Bytes of ModRM, SIB and displacement. */
function addressLength(bytes: Uint8Array, at: number, wide: boolean): number {
  const modrm = bytes[at]!;
  const mod = modrm >> 6;
  const rm = modrm & 7;
  if (mod === 3) return 1;
  if (!wide) return 1 + (mod === 1 ? 1 : mod === 2 || rm === 6 ? 2 : 0);
  const sib = rm === 4 ? 1 : 0;
  const base = sib ? bytes[at + 1]! & 7 : rm;
  return 1 + sib + (mod === 1 ? 1 : mod === 2 || base === 5 ? 4 : 0);
}

/** @param big the code segment is a 32-bit one */
function formOf(bytes: Uint8Array, cl: number, big: boolean): Form {
  let size = big ? 32 : 16;
  let wide = big;
  let at = 0;
  for (; PREFIXES.has(bytes[at]!); at++) {
    if (bytes[at] === 0x66) size = big ? 16 : 32;
    if (bytes[at] === 0x67) wide = !big;
  }
  let opcode = bytes[at++]!;
  if (opcode === 0x0f) opcode = 0x100 | bytes[at++]!;
  const digit = (bytes[at]! >> 3) & 7;
  const byImmediate = opcode === 0xc0 || opcode === 0xc1 || opcode === 0x1a4 || opcode === 0x1ac;
  const byOne = opcode === 0xd0 || opcode === 0xd1;
  const count = byImmediate ? bytes[at + addressLength(bytes, at, wide)]! : byOne ? 1 : cl;
  const bytewise = opcode < 0x100 && opcode < 0xd8;
  return { opcode, digit, size: bytewise && (opcode & 1) === 0 ? 8 : size, count: count & 31 };
}

/** The EFLAGS bits that are undefined after the instruction `bytes`, CL being `cl` before. */
export function undefinedFlags(bytes: Uint8Array, cl: number, big: boolean): number {
  const form = formOf(bytes, cl, big);
  return RULES.find((rule) => rule.matches(form))?.undefined(form) ?? 0;
}

/**
 * A repeated CMPS or SCAS that goes on: the manual says what the flags are when it ends, and (REP, "Exceptions") that a
 * fault in the middle leaves those from before it. Between two iterations any value is right.
 */
export function isRepeatedCompare(bytes: Uint8Array): boolean {
  let repeated = false;
  let at = 0;
  for (; PREFIXES.has(bytes[at]!); at++) repeated ||= bytes[at] === 0xf2 || bytes[at] === 0xf3;
  return repeated && [0xa6, 0xa7, 0xae, 0xaf].includes(bytes[at]!);
}

/** A register of which some bits are undefined. */
export interface UndefinedBits {
  readonly register: number;
  readonly bits: number;
}

/**
 * LAR with a 32-bit operand: "masked by 00FxFF00H, where the x indicates that the four bits corresponding to the upper
 * four bits of the limit are undefined". Processors give the limit's bits there, QEMU gives 0. And QEMU does not set the
 * accessed bit (8) in the descriptors that far transfers load into CS and SS (SDM vol. 3A, 3.4.5.1).
 */
export function undefinedRegister(bytes: Uint8Array, big: boolean): UndefinedBits | undefined {
  const { opcode, digit, size } = formOf(bytes, 0, big);
  return opcode === 0x102 && size === 32 ? { register: digit, bits: 0xf_0100 } : undefined;
}

const RF = 0x1_0000;
const IRET = 0xcf;

/**
 * RF after IRET: a processor pushes it set for a fault (SDM vol. 3B, 17.3.1.1), so that the return has it set for one
 * instruction; QEMU 7.2 pushes it as it is.
 */
export function resumeFlag(bytes: Uint8Array, big: boolean): number {
  return formOf(bytes, 0, big).opcode === IRET ? RF : 0;
}

const changes = either(
  (form) => form.opcode < 0x38 && (form.opcode & 7) < 2,
  group([0x80, 0x81, 0x82, 0x83], [0, 1, 2, 3, 4, 5, 6]),
  group([0xfe, 0xff], [0, 1]),
  group([0xf6, 0xf7], [2, 3]),
  oneOf(...SHIFTS, 0x1a4, 0x1a5, 0x1ac, 0x1ad, 0x1ab, 0x1b3, 0x1bb, 0x1b0, 0x1b1, 0x1c0, 0x1c1),
  group([0x1ba], [5, 6, 7]),
);

/**
 * An instruction that reads its operand and writes it back: where the page is not there, processors report the write
 * (recorded on hardware, test/vectors/FORMAT.md section 5), QEMU reports the read that it does first.
 */
export function readsAndWrites(bytes: Uint8Array, big: boolean): boolean {
  return changes(formOf(bytes, 0, big));
}

const C1 = 0x200;
const C0_C2_C3 = 0x4500;

/**
 * Bits of the x87 status word. FINCSTP, FDECSTP: "The C0, C2, and C3 flags are undefined" (SDM vol. 2A). C1, which says that
 * the result was rounded up or on which side the stack was left (SDM vol. 1, 8.1.3.3), is never set by QEMU.
 */
export function undefinedStatus(bytes: Uint8Array, big: boolean): number {
  const { opcode, digit } = formOf(bytes, 0, big);
  if (opcode < 0xd8 || opcode > 0xdf) return 0;
  return opcode === 0xd9 && digit === 6 ? C1 | C0_C2_C3 : C1;
}

/** The upper halves of the words of a 32-bit FPU environment: "reserved" (SDM vol. 1, figures 8-9 and 8-10). */
const RESERVED_ENVIRONMENT = [0, 4, 8, 24].flatMap((dword) => [dword + 2, dword + 3]);
/** Bits 16-26 of the fourth dword: the last opcode (SDM vol. 1, 8.1.9), which QEMU does not keep. */
const ENVIRONMENT_OPCODE = [18, 19];
/** Last opcode, instruction and operand in the image of FXSAVE (SDM vol. 1, table 10-2): QEMU stores 0. */
const FXSAVE_POINTERS = Array.from({ length: 18 }, (_, n) => 6 + n);
/** Behind each x87 register there: "reserved", which processors clear and QEMU leaves alone. */
const FXSAVE_RESERVED = Array.from({ length: 8 }, (_, n) =>
  [10, 11, 12, 13, 14, 15].map((at) => 32 + n * 16 + at),
);

/** Offsets of bytes that the instruction stores and that need not be the same. FNSTENV, FNSAVE and FXSAVE. */
export function ignoredStores(bytes: Uint8Array, big: boolean): readonly number[] {
  const form = formOf(bytes, 0, big);
  if (group([0xd9, 0xdd], [6])(form) && form.size === 32)
    return [...RESERVED_ENVIRONMENT, ...ENVIRONMENT_OPCODE];
  return group([0x1ae], [0])(form) ? [...FXSAVE_POINTERS, ...FXSAVE_RESERVED.flat()] : [];
}

/** MMX instructions have two-byte opcodes, some with prefixes. */
export function mayWriteMmx(bytes: Uint8Array, big: boolean): boolean {
  return bytes.length > 0 && formOf(bytes, 0, big).opcode >= 0x100;
}

export const ARITHMETIC_FLAGS = ARITHMETIC;
