/**
 * The soft-float core as WebAssembly over the machine's memory: x87 instructions on the register stack, exact to the bit.
 *
 * Sources are in `assembly/` (AssemblyScript); `generated.ts` is made by the build. Compiled code can import the same
 * functions. The state's addresses are in `assembly/state.ts`; `FpuState` repeats those that TypeScript touches.
 */
import { instantiate } from '../memory/instantiate.ts';
import { SOFTFLOAT_WASM } from './generated.ts';

/** Byte offsets of the x87 state in the machine's memory. */
export const FpuState = {
  Registers: 0x1000,
  Control: 0x1080,
  Status: 0x1084,
  Empty: 0x1088,
  /** FOP, FIP, FCS, FDP, FDS: where the last non-control instruction was and what it touched. */
  Opcode: 0x108c,
  Ip: 0x1090,
  Cs: 0x1094,
  Dp: 0x1098,
  Ds: 0x109c,
  Output: 0x10c0,
  /** A 16-byte memory operand of a SIMD instruction. */
  Source: 0x10e0,
  Xmm: 0x1100,
  Mxcsr: 0x1180,
  /** An image of FXSAVE on its way to or from memory. */
  Image: 0x1200,
} as const;
/** Bytes of that image that are written and read. */
export const IMAGE_BYTES = 288;

/** Kinds of memory operands of arithmetic and comparison instructions. */
export const MemoryKind = { Single: 0, Integer: 2, Double: 4 } as const;

/** The exports; see the sources for what each does. 64-bit values come as two words. */
export interface Softfloat {
  top(): number;
  setTop(value: number): void;
  pop(): void;
  updateSummary(): void;
  loadSingle(bits: number): void;
  loadDouble(low: number, high: number): void;
  loadExtended(low: number, high: number, signExponent: number): void;
  loadInteger(low: number, high: number): void;
  loadPackedDecimal(low: number, high: number, last: number): void;
  loadRegister(i: number): void;
  loadConstant(n: number): void;
  storeSingle(pops: number): number;
  storeDouble(pops: number): number;
  storeExtended(): number;
  storeInteger(bits: number, pops: number, truncate: number): number;
  storePackedDecimal(): number;
  finishStore(): void;
  storeRegister(i: number, pops: number): void;
  exchange(i: number): void;
  moveConditional(i: number, holds: number): void;
  arithmeticRegisters(operation: number, destination: number, source: number, pops: number): void;
  arithmeticMemory(operation: number, kind: number, low: number, high: number): void;
  compareRegister(i: number, quiet: number, pops: number): void;
  compareMemory(kind: number, low: number, high: number, pops: number): void;
  compareZero(): void;
  /** ZF, PF and CF in their EFLAGS places. */
  compareFlags(i: number, quiet: number, pops: number): number;
  examine(): void;
  changeSign(change: number): void;
  squareRootTop(): void;
  roundTop(): void;
  extract(): void;
  partialRemainder(nearest: number): void;
  scale(): void;
  f2xm1(): void;
  fyl2x(): void;
  fyl2xp1(): void;
  fptan(): void;
  fpatan(): void;
  fsin(): void;
  fcos(): void;
  fsincos(): void;
  /**
   * On values instead of registers: see `x87-values.ts`. A result is a sign-exponent word with the significand at `FpuState.Output`, or codes of a
   * comparison, or -1 when it is refused; of stores it is 1 or 0.
   */
  operateValues(operation: number, am: bigint, ase: number, bm: bigint, bse: number): number;
  operateMemoryValue(operation: number, am: bigint, ase: number, kind: number, bits: bigint): number;
  squareRootValue(m: bigint, se: number): number;
  loadValue(kind: number, bits: bigint): number;
  storeValue(kind: number, m: bigint, se: number): number;
  storeIntegerValue(bits: number, m: bigint, se: number): number;
  compareValues(am: bigint, ase: number, bm: bigint, bse: number, quiet: number): number;
  compareMemoryValue(am: bigint, ase: number, kind: number, bits: bigint): number;
  /** These return 0 when an unmasked SIMD exception is to be raised. Registers are byte offsets. */
  sseArithmetic(
    operation: number,
    destination: number,
    source: number,
    count: number,
    double: number,
  ): number;
  sseCompare(predicate: number, destination: number, source: number, count: number, double: number): number;
  sseFromIntegers(destination: number, source: number, count: number, double: number): number;
  sseToIntegers(destination: number, source: number, count: number, double: number, truncate: number): number;
  sseConvertWidth(destination: number, source: number, count: number, toDouble: number): number;
  /** ZF, PF and CF in their EFLAGS places, or -1. */
  sseCompareFlags(destination: number, source: number, double: number, quietly: number): number;
  sseApproximate(squareRootToo: number, destination: number, source: number, count: number): void;
  simd128(code: number, destination: number, source: number): void;
  simd64(code: number, destination: number, source: number): void;
  simdShiftLow(code: number, destination: number, low: number, high: number, bytes: number): void;
  simdShiftBytes(destination: number, count: number, left: number): void;
  simdByteMask(source: number, bytes: number): number;
  /** FXSAVE to, and FXRSTOR from, an address of the machine's memory. `restoreState` returns 0 when MXCSR would be an invalid one. */
  saveState(to: number): void;
  restoreState(from: number): number;
}

const compile = instantiate(SOFTFLOAT_WASM);

/** Instantiates the core over a machine's memory. */
export const createSoftfloat = (memory: WebAssembly.Memory): Softfloat => compile<Softfloat>({ memory });
