/**
 * Data accesses of instructions: segment check, translation, the bytes (SDM vol. 3A, sections 5.3-5.5).
 *
 * The fast path is one test of the segment (flat, right type), one of the TLB word and one for a page crossing; all
 * else goes to `mmu.ts`. A `seg` is an index of `state.ts` (ES..GS), an `offset` is a 32-bit effective address.
 * Read results are: 8 and 16 bits zero extended, 32 bits signed.
 */
import { type Faults, Vector } from '../interrupts/fault.ts';
import type { Mmu } from './mmu.ts';
import {
  ALIGN,
  Attr,
  ESP,
  FAST_READ,
  FAST_WRITE,
  NEED_READ,
  NEED_WRITE,
  RMW_HOST,
  RMW_LINEAR,
  SS,
  STACK_MASK,
  type Views,
} from '../state.ts';

export interface Access {
  read8(seg: number, offset: number): number;
  read16(seg: number, offset: number): number;
  read32(seg: number, offset: number): number;
  write8(seg: number, offset: number, value: number): void;
  write16(seg: number, offset: number, value: number): void;
  write32(seg: number, offset: number, value: number): void;
  /** Reads an operand that `writeRmw*` will write back; faults as a write does, before anything is changed. */
  readRmw8(seg: number, offset: number): number;
  readRmw16(seg: number, offset: number): number;
  readRmw32(seg: number, offset: number): number;
  writeRmw8(value: number): void;
  writeRmw16(value: number): void;
  writeRmw32(value: number): void;
  /** Checks that `size` bytes may be written, without writing. */
  probeWrite(seg: number, offset: number, size: number): void;
  /** Linear address after the segment's checks. */
  linear(seg: number, offset: number, size: number, write: boolean): number;
  /** #AC when an operand of 8 bytes or more is not on an 8-byte boundary and alignment is checked; the segment's faults come first. */
  alignQuad(seg: number, offset: number, write: boolean): void;
  push16(value: number): void;
  push32(value: number): void;
  pop16(): number;
  pop32(): number;
  /** Reads the stack `depth` bytes above the stack pointer without popping. */
  peek16(depth: number): number;
  peek32(depth: number): number;
  /** Adds to the stack pointer, in the width of the stack segment. */
  addStack(bytes: number): void;
}

export function createAccess(views: Views, mmu: Mmu, { raise }: Faults): Access {
  const { state, reg32, segBase, segLimit, segAttr, segFast, tlb, mem, mem8 } = views;
  const { readSlow, writeSlow } = mmu;

  /** The checks of a segment that is not flat. */
  function check(seg: number, offset: number, size: number, write: boolean): void {
    const attr = segAttr[seg];
    const vector = seg === SS ? Vector.SS : Vector.GP;
    if ((attr & Attr.Present) === 0) raise(vector, 0);
    const code = (attr & Attr.Code) !== 0;
    if (write ? code || (attr & Attr.ReadWrite) === 0 : code && (attr & Attr.ReadWrite) === 0)
      raise(vector, 0);
    const first = offset >>> 0;
    const last = first + size - 1;
    if (!code && (attr & Attr.ExpandConforming) !== 0) {
      if (first <= segLimit[seg] || last > ((attr & Attr.Big) !== 0 ? 0xffff_ffff : 0xffff)) raise(vector, 0);
    } else if (last > segLimit[seg]) raise(vector, 0);
  }

  function linear(seg: number, offset: number, size: number, write: boolean): number {
    if ((segFast[seg] & (write ? FAST_WRITE : FAST_READ)) === 0) check(seg, offset, size, write);
    return (segBase[seg] + offset) | 0;
  }

  function read8(seg: number, offset: number): number {
    if ((segFast[seg] & FAST_READ) === 0) check(seg, offset, 1, false);
    const lin = (segBase[seg] + offset) | 0;
    const entry = tlb[lin >>> 12];
    if ((entry & state[NEED_READ]) !== 0) return mem8[(lin + (entry & -4096)) >>> 0];
    return readSlow(lin, 1);
  }

  function read16(seg: number, offset: number): number {
    if ((segFast[seg] & FAST_READ) === 0) check(seg, offset, 2, false);
    const lin = (segBase[seg] + offset) | 0;
    const entry = tlb[lin >>> 12];
    if ((entry & state[NEED_READ]) !== 0 && (lin & 0xfff) <= 0xffe) {
      return mem.getUint16((lin + (entry & -4096)) >>> 0, true);
    }
    return readSlow(lin, 2);
  }

  function read32(seg: number, offset: number): number {
    if ((segFast[seg] & FAST_READ) === 0) check(seg, offset, 4, false);
    const lin = (segBase[seg] + offset) | 0;
    const entry = tlb[lin >>> 12];
    if ((entry & state[NEED_READ]) !== 0 && (lin & 0xfff) <= 0xffc) {
      return mem.getInt32((lin + (entry & -4096)) >>> 0, true);
    }
    return readSlow(lin, 4) | 0;
  }

  function write8(seg: number, offset: number, value: number): void {
    if ((segFast[seg] & FAST_WRITE) === 0) check(seg, offset, 1, true);
    const lin = (segBase[seg] + offset) | 0;
    const entry = tlb[lin >>> 12];
    if ((entry & state[NEED_WRITE]) !== 0) mem8[(lin + (entry & -4096)) >>> 0] = value;
    else writeSlow(lin, value & 0xff, 1);
  }

  function write16(seg: number, offset: number, value: number): void {
    if ((segFast[seg] & FAST_WRITE) === 0) check(seg, offset, 2, true);
    const lin = (segBase[seg] + offset) | 0;
    const entry = tlb[lin >>> 12];
    if ((entry & state[NEED_WRITE]) !== 0 && (lin & 0xfff) <= 0xffe) {
      mem.setInt16((lin + (entry & -4096)) >>> 0, value, true);
    } else writeSlow(lin, value & 0xffff, 2);
  }

  function write32(seg: number, offset: number, value: number): void {
    if ((segFast[seg] & FAST_WRITE) === 0) check(seg, offset, 4, true);
    const lin = (segBase[seg] + offset) | 0;
    const entry = tlb[lin >>> 12];
    if ((entry & state[NEED_WRITE]) !== 0 && (lin & 0xfff) <= 0xffc) {
      mem.setInt32((lin + (entry & -4096)) >>> 0, value, true);
    } else writeSlow(lin, value, 4);
  }

  /** Finds the host address of a read-modify-write operand; 0 sends both halves to the slow path. */
  function openRmw(seg: number, offset: number, size: number): number {
    // A page with the write right is also readable; a writable data segment is readable too.
    if ((segFast[seg] & FAST_WRITE) === 0) check(seg, offset, size, true);
    const lin = (segBase[seg] + offset) | 0;
    const entry = tlb[lin >>> 12];
    state[RMW_LINEAR] = lin;
    if ((entry & state[NEED_WRITE]) !== 0 && (lin & 0xfff) + size <= 0x1000) {
      return (state[RMW_HOST] = (lin + (entry & -4096)) | 0);
    }
    mmu.probeWrite(lin, size);
    return (state[RMW_HOST] = 0);
  }

  function readRmw8(seg: number, offset: number): number {
    const host = openRmw(seg, offset, 1);
    return host !== 0 ? mem8[host >>> 0] : readSlow(state[RMW_LINEAR], 1);
  }
  function readRmw16(seg: number, offset: number): number {
    const host = openRmw(seg, offset, 2);
    return host !== 0 ? mem.getUint16(host >>> 0, true) : readSlow(state[RMW_LINEAR], 2);
  }
  function readRmw32(seg: number, offset: number): number {
    const host = openRmw(seg, offset, 4);
    return host !== 0 ? mem.getInt32(host >>> 0, true) : readSlow(state[RMW_LINEAR], 4) | 0;
  }
  function writeRmw8(value: number): void {
    const host = state[RMW_HOST];
    if (host !== 0) mem8[host >>> 0] = value;
    else writeSlow(state[RMW_LINEAR], value & 0xff, 1);
  }
  function writeRmw16(value: number): void {
    const host = state[RMW_HOST];
    if (host !== 0) mem.setInt16(host >>> 0, value, true);
    else writeSlow(state[RMW_LINEAR], value & 0xffff, 2);
  }
  function writeRmw32(value: number): void {
    const host = state[RMW_HOST];
    if (host !== 0) mem.setInt32(host >>> 0, value, true);
    else writeSlow(state[RMW_LINEAR], value, 4);
  }

  function addStack(bytes: number): void {
    const mask = state[STACK_MASK];
    reg32[ESP] = (reg32[ESP] & ~mask) | ((reg32[ESP] + bytes) & mask);
  }

  function push32(value: number): void {
    const mask = state[STACK_MASK];
    const esp = (reg32[ESP] - 4) & mask;
    write32(SS, esp, value);
    reg32[ESP] = (reg32[ESP] & ~mask) | esp;
  }

  function push16(value: number): void {
    const mask = state[STACK_MASK];
    const esp = (reg32[ESP] - 2) & mask;
    write16(SS, esp, value);
    reg32[ESP] = (reg32[ESP] & ~mask) | esp;
  }

  return {
    read8,
    read16,
    read32,
    write8,
    write16,
    write32,
    readRmw8,
    readRmw16,
    readRmw32,
    writeRmw8,
    writeRmw16,
    writeRmw32,
    probeWrite(seg, offset, size) {
      mmu.probeWrite(linear(seg, offset, size, true), size);
    },
    linear,
    alignQuad(seg, offset, write) {
      if (state[ALIGN] !== 0 && (linear(seg, offset, 8, write) & 7) !== 0) raise(Vector.AC, 0);
    },
    push16,
    push32,
    pop16() {
      const value = read16(SS, reg32[ESP] & state[STACK_MASK]);
      addStack(2);
      return value;
    },
    pop32() {
      const value = read32(SS, reg32[ESP] & state[STACK_MASK]);
      addStack(4);
      return value;
    },
    peek16: (depth) => read16(SS, (reg32[ESP] + depth) & state[STACK_MASK]),
    peek32: (depth) => read32(SS, (reg32[ESP] + depth) & state[STACK_MASK]),
    addStack,
  };
}
