/**
 * The stack that a gate or an outer return pushes on or pops from before it becomes the current one
 * (SDM vol. 3A, section 6.12.1; vol. 2A, CALL and IRET).
 *
 * Nothing of the CPU changes while frames are written, so a fault on the new stack leaves the old state whole.
 */
import { type Faults, Vector } from '../interrupts/fault.ts';
import type { Mmu } from '../paging/mmu.ts';
import { SUPERVISOR_READ, SUPERVISOR_WRITE, USER_READ, USER_WRITE } from '../paging/tlb.ts';
import { Descriptor, type Segmentation } from './segmentation.ts';
import { ALIGN, Attr, CPL, ESP, EXT, SS, TR, type Views } from '../state.ts';

export interface PendingStack {
  /** Starts on the current SS:ESP. */
  current(): void;
  /**
   * Starts on the stack that the TSS holds for ring `dpl`.
   * @throws CpuFault #TS or #SS with the selector, as SDM vol. 3A, 6.13 says.
   */
  fromTss(dpl: number): void;
  push(value: number, size: number): void;
  pop(size: number): number;
  /** Steps over `bytes` without reading them. */
  skip(bytes: number): void;
  /** Makes this the current stack: ESP, and SS if it came from the TSS. The CPL must be set before. */
  commit(): void;
}

export function createPendingStack(
  views: Views,
  mmu: Mmu,
  segmentation: Segmentation,
  { raise }: Faults,
): PendingStack {
  const { state, reg32, segSel, segBase, segLimit, segAttr, mem } = views;
  const descriptor = new Descriptor();
  let fresh = false;
  let selector = 0;
  let base = 0;
  let limit = 0;
  let attr = 0;
  let esp = 0;
  let user = false;
  /** Bits of the stack pointer that count. */
  let mask = 0;

  /** Linear address of `size` bytes at `offset` of this stack. */
  function at(offset: number, size: number): number {
    const first = offset >>> 0;
    const last = first + size - 1;
    const outside =
      (attr & Attr.ExpandConforming) !== 0
        ? first <= limit || last > ((attr & Attr.Big) !== 0 ? 0xffff_ffff : 0xffff)
        : last > limit && limit !== 0xffff_ffff;
    if (outside) raise(Vector.SS, (fresh ? selector & 0xfffc : 0) | state[EXT]);
    return (base + offset) | 0;
  }

  function enter(): void {
    mask = (attr & Attr.Big) !== 0 ? -1 : 0xffff;
  }
  function move(bytes: number): void {
    esp = (esp & ~mask) | ((esp + bytes) & mask);
  }

  /** Where a slot lies in the machine's memory if it may be accessed there as it is; else 0. */
  function hostOf(linear: number, size: number, userRight: number, systemRight: number): number {
    if (!user) return mmu.hostOf(linear, size, systemRight);
    return state[ALIGN] !== 0 ? 0 : mmu.hostOf(linear, size, userRight);
  }

  /** Bytes of a stack slot may cross a page; user stacks are checked as user accesses. */
  function access(linear: number, size: number, write: boolean): void {
    mmu.translate(linear, write, user);
    mmu.translate((linear + size - 1) | 0, write, user);
  }

  return {
    current() {
      fresh = false;
      selector = segSel[SS];
      base = segBase[SS];
      limit = segLimit[SS];
      attr = segAttr[SS];
      esp = reg32[ESP];
      user = state[CPL] === 3;
      enter();
    },
    fromTss(dpl) {
      const ext = state[EXT];
      const wide = (segAttr[TR] & 8) !== 0;
      const offset = wide ? 4 + dpl * 8 : 2 + dpl * 4;
      if (offset + (wide ? 5 : 3) > segLimit[TR]) raise(Vector.TS, (segSel[TR] & 0xfffc) | ext);
      const address = segBase[TR] + offset;
      esp = mmu.readSystem(address, wide ? 4 : 2) | 0;
      selector = mmu.readSystem(address + (wide ? 4 : 2), 2);
      const error = (selector & 0xfffc) | ext;
      if ((selector & 0xfffc) === 0) raise(Vector.TS, error);
      segmentation.read(selector, descriptor, Vector.TS);
      if ((selector & 3) !== dpl || descriptor.dpl !== dpl || !descriptor.isWritableData)
        raise(Vector.TS, error);
      if (!descriptor.present) raise(Vector.SS, error);
      fresh = true;
      base = descriptor.base;
      limit = descriptor.limit;
      attr = descriptor.attr;
      // Gates lead to rings 0-2 here, which are supervisor accesses.
      user = false;
      enter();
    },
    push(value, size) {
      const linear = at((esp - size) & mask, size);
      const host = size === 4 ? hostOf(linear, 4, USER_WRITE, SUPERVISOR_WRITE) : 0;
      if (host !== 0) mem.setInt32(host, value, true);
      else {
        access(linear, size, true);
        if (user) mmu.writeSlow(linear, value, size);
        else mmu.writeSystem(linear, value, size);
      }
      move(-size);
    },
    pop(size) {
      const linear = at(esp & mask, size);
      let value;
      const host = size === 4 ? hostOf(linear, 4, USER_READ, SUPERVISOR_READ) : 0;
      if (host !== 0) value = mem.getUint32(host, true);
      else {
        access(linear, size, false);
        value = user ? mmu.readSlow(linear, size) : mmu.readSystem(linear, size);
      }
      move(size);
      return value;
    },
    skip: move,
    commit() {
      if (fresh) {
        segmentation.markAccessed(descriptor);
        segmentation.fill(SS, selector, descriptor);
      }
      reg32[ESP] = (reg32[ESP] & ~mask) | (esp & mask);
    },
  };
}
