/**
 * A decoded instruction: what a handler needs, nothing else.
 *
 * All instances have one shape, so that the engine compiles every handler for it, and few words: code that runs seldom is as fast as
 * the memory that its instructions lie in. So small numbers share a word with others that are read at the same time. Register
 * operands are already indices of the typed array that the handler's operand width uses (`reg8` byte offsets, `reg16`
 * halves, `reg32` words).
 */
import { DS, ZERO } from '../state.ts';

export type Handler = (i: Insn) => void;

const unset: Handler = () => undefined;

/** `kind`: the opcode in the lowest bits, the digit plus 1, flags, the prefix of a REP. */
const OPCODE = 0x7ff;
const DIGIT = 11;
const MEMORY = 1 << 15;
const LEGAL = 1 << 16;
const ENDS = 1 << 17;
const WIDE = 1 << 18;
const REP = 19;
const REP_BITS = 3;
/** F2h and F3h have these in common. */
const REP_PREFIX = 0xf0;

/** `place`: start, end and index. */
const START = 0x3ff;
const END = 10;
const INDEX = 20;

/** `address`: scale, segment, and above them the upper half of the mask. */
const SCALE = 3;
const SEG = 2;
const SEG_BITS = 7;
const LOWER_HALF = 0xffff;

/** `notes`: four counts that stop at the highest number. */
const MOST = 0xff;
const MISSES = 8;
const APART = 16;
const SPECIALS = 24;

/** Words of an instruction on its way to another thread. */
export const INSN_WORDS = 10;

const withBits = (word: number, at: number, mask: number, value: number) =>
  (word & ~(mask << at)) | ((value & mask) << at);
const count = (value: number) => Math.min(value, MOST);

export class Insn {
  exec: Handler = unset;
  /** The ModRM reg operand, or the segment register number, or the group's /digit. */
  reg = 0;
  /** The register operand of ModRM rm, or of the opcode's low three bits. */
  rm = 0;
  /** Memory operand: base + (index << scale) + disp in the segment `seg`, cut to the address size. */
  base = ZERO;
  idx = ZERO;
  private address = (DS << SEG) | ~LOWER_HALF;
  disp = 0;
  imm = 0;
  private kind = ENDS;
  private place = 0;
  private notes = 0;

  /** Where its operation stands in the opcode map (`OpcodeMap`), and the group's /digit or -1: what the translator reads. */
  get opcode(): number {
    return this.kind & OPCODE;
  }
  get digit(): number {
    return ((this.kind >> DIGIT) & 0xf) - 1;
  }
  /** Its ModRM operand is in memory. */
  get memory(): boolean {
    return (this.kind & MEMORY) !== 0;
  }
  /** The operation is a legal one. */
  get legal(): boolean {
    return (this.kind & LEGAL) !== 0;
  }
  /** It ends its block. */
  get ends(): boolean {
    return (this.kind & ENDS) !== 0;
  }
  /** 32-bit operand size. */
  get wide(): boolean {
    return (this.kind & WIDE) !== 0;
  }
  /** 0, F2h or F3h. */
  get rep(): number {
    const bits = (this.kind >> REP) & REP_BITS;
    return bits === 0 ? 0 : REP_PREFIX | bits;
  }

  /** Byte offset of the first and of the byte behind the last byte, from the start of the block. */
  get start(): number {
    return this.place & START;
  }
  set start(value: number) {
    this.place = withBits(this.place, 0, START, value);
  }
  get end(): number {
    return (this.place >> END) & START;
  }
  set end(value: number) {
    this.place = withBits(this.place, END, START, value);
  }
  /** Position in the block: how many instructions retire before this one. */
  get index(): number {
    return this.place >> INDEX;
  }
  set index(value: number) {
    this.place = withBits(this.place, INDEX, START, value);
  }

  get seg(): number {
    return (this.address >> SEG) & SEG_BITS;
  }
  set seg(value: number) {
    this.address = withBits(this.address, SEG, SEG_BITS, value);
  }
  get scale(): number {
    return this.address & SCALE;
  }
  set scale(value: number) {
    this.address = withBits(this.address, 0, SCALE, value);
  }
  /** FFFFh for 16-bit addresses, -1 for 32-bit ones. */
  get addrMask(): number {
    return this.address | LOWER_HALF;
  }

  /** The selector of a far pointer, the level of ENTER: these have no operand in memory. */
  get imm2(): number {
    return this.disp;
  }
  set imm2(value: number) {
    this.disp = value;
  }

  /** How often translated code could not do its access to memory, though nothing was amiss. */
  get detours(): number {
    return this.notes & MOST;
  }
  set detours(value: number) {
    this.notes = withBits(this.notes, 0, MOST, count(value));
  }
  /** How often translated code found that the TLB did not have its page, or not the right to it. */
  get misses(): number {
    return (this.notes >> MISSES) & MOST;
  }
  set misses(value: number) {
    this.notes = withBits(this.notes, MISSES, MOST, count(value));
  }
  /** How often it was not in the page where it was thought to be. */
  get apart(): number {
    return (this.notes >> APART) & MOST;
  }
  set apart(value: number) {
    this.notes = withBits(this.notes, APART, MOST, count(value));
  }

  /** How often translated code was left because its operands or its result in floating point were special: a denormal, a NaN. */
  get specials(): number {
    return this.notes >>> SPECIALS;
  }
  set specials(value: number) {
    this.notes = withBits(this.notes, SPECIALS, MOST, count(value));
  }

  /** Writes all of it but the handler, as `INSN_WORDS` words. */
  write(words: Int32Array, at: number): void {
    words[at] = this.reg;
    words[at + 1] = this.rm;
    words[at + 2] = this.base;
    words[at + 3] = this.idx;
    words[at + 4] = this.address;
    words[at + 5] = this.disp;
    words[at + 6] = this.imm;
    words[at + 7] = this.kind;
    words[at + 8] = this.place;
    words[at + 9] = this.notes;
  }
  /** An instruction from its words: only to be looked at, for it has no handler. */
  static from(words: Int32Array, at: number): Insn {
    const insn = new Insn();
    insn.reg = words[at];
    insn.rm = words[at + 1];
    insn.base = words[at + 2];
    insn.idx = words[at + 3];
    insn.address = words[at + 4];
    insn.disp = words[at + 5];
    insn.imm = words[at + 6];
    insn.kind = words[at + 7];
    insn.place = words[at + 8];
    insn.notes = words[at + 9];
    return insn;
  }

  /** Do words stand for the same instruction, whatever was learnt of it? */
  isAs(words: Int32Array, at: number): boolean {
    return (
      words[at] === this.reg &&
      words[at + 1] === this.rm &&
      words[at + 2] === this.base &&
      words[at + 3] === this.idx &&
      words[at + 4] === this.address &&
      words[at + 5] === this.disp &&
      words[at + 6] === this.imm &&
      words[at + 7] === this.kind &&
      words[at + 8] === this.place
    );
  }
  /** Takes over what was learnt of the same instruction while it ran, from its words. */
  learnFrom(words: Int32Array, at: number): void {
    this.notes = words[at + 9]!;
  }

  /** As it was when it was made. */
  clear(): void {
    this.exec = unset;
    this.reg = 0;
    this.rm = 0;
    this.base = ZERO;
    this.idx = ZERO;
    this.address = (DS << SEG) | ~LOWER_HALF;
    this.disp = 0;
    this.imm = 0;
    this.kind = ENDS;
    this.place = 0;
    this.notes = 0;
  }

  /** What prefixes and opcode tell: until `allow` the operation is not a legal one, and ends its block. */
  begin(opcode: number, rep: number, wide: boolean, address32: boolean, seg: number): void {
    this.kind = opcode | ((rep & REP_BITS) << REP) | (wide ? WIDE : 0) | ENDS;
    this.address = (seg << SEG) | (address32 ? ~LOWER_HALF : 0);
  }
  /** What ModRM tells. @param digit of a group, or -1 */
  modrm(digit: number, memory: boolean): void {
    this.kind |= ((digit + 1) << DIGIT) | (memory ? MEMORY : 0);
  }
  /** It is a legal operation. */
  allow(exec: Handler, ends: boolean): void {
    this.exec = exec;
    this.kind = (this.kind & ~ENDS) | LEGAL | (ends ? ENDS : 0);
  }
  /** It is none after all. */
  refuse(exec: Handler): void {
    this.exec = exec;
    this.kind = (this.kind & ~LEGAL) | ENDS;
  }
}
