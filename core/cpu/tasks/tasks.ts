/**
 * Hardware task switches (SDM vol. 3A, chapter 7), for 80286 and 80386 task state segments.
 *
 * Checks that fail before the commit point leave the old task running; from there on faults belong to the new task.
 */
import type { CpuEvents } from '../env.ts';
import { type DebugRegisters, DR7_LOCAL, Dr6 } from '../interrupts/debug-registers.ts';
import { type Faults, Vector } from '../interrupts/fault.ts';
import type { Flags } from '../integer/flags.ts';
import type { Mmu } from '../paging/mmu.ts';
import { Descriptor, type Segmentation } from '../segmentation/segmentation.ts';
import type { PendingStack } from '../segmentation/pending-stack.ts';
import { checkPendingInterrupt } from '../interrupts/vme.ts';
import {
  Attr,
  Break,
  BREAK,
  COMMITTED,
  CPL,
  CR0,
  Cr0,
  CR3,
  CR4,
  CS,
  DEBUG_HITS,
  DR7,
  DS,
  EIP,
  ES,
  EXT,
  Flag,
  FS,
  GS,
  LDTR,
  SS,
  SYSFLAGS,
  TR,
  V86,
  type Views,
} from '../state.ts';

export interface TaskSwitch {
  /** JMP or CALL to a TSS selector whose privilege was checked. */
  transfer(selector: number, call: boolean): void;
  /** An interrupt through a task gate. @param rf RF, or 0: what the image of EFLAGS in the old TSS gets. */
  viaInterrupt(selector: number, errorCode: number, rf: number): void;
  /** IRET with NT set. */
  back(): void;
}

type Cause = 'jump' | 'call' | 'iret';

/** Byte offsets in a TSS of 16 and 32 bits (SDM vol. 3A, figures 7-2 and 7-10). */
const TSS32 = {
  size: 4,
  cr3: 0x1c,
  eip: 0x20,
  eflags: 0x24,
  registers: 0x28,
  segments: 0x48,
  ldt: 0x60,
  limit: 0x67,
  count: 6,
};
const TSS16 = {
  size: 2,
  cr3: -1,
  eip: 0x0e,
  eflags: 0x10,
  registers: 0x12,
  segments: 0x22,
  ldt: 0x2a,
  limit: 0x2b,
  count: 4,
};
const BUSY = 0x200;

export function createTaskSwitch(
  views: Views,
  flags: Flags,
  mmu: Mmu,
  segmentation: Segmentation,
  stack: PendingStack,
  debug: DebugRegisters,
  events: CpuEvents,
  { raise, gp }: Faults,
): TaskSwitch {
  const { state, reg32, segSel, segBase, segLimit, segAttr } = views;
  const next = new Descriptor();
  const old = new Descriptor();
  const segment = new Descriptor();

  function setBusy(descriptor: Descriptor, busy: boolean): void {
    descriptor.high = busy ? descriptor.high | BUSY : descriptor.high & ~BUSY;
    mmu.writeSystem(descriptor.address + 4, descriptor.high, 4);
  }

  function saveOldTask(cause: Cause, rf: number): void {
    const layout = (segAttr[TR] & 8) !== 0 ? TSS32 : TSS16;
    const base = segBase[TR];
    const { size } = layout;
    const image = (cause === 'iret' ? flags.get() & ~Flag.NT : flags.get()) | rf;
    mmu.writeSystem(base + layout.eip, state[EIP], size);
    mmu.writeSystem(base + layout.eflags, image, size);
    for (let r = 0; r < 8; r++) mmu.writeSystem(base + layout.registers + r * size, reg32[r], size);
    for (let s = 0; s < layout.count; s++) mmu.writeSystem(base + layout.segments + s * size, segSel[s], 2);
  }

  function loadLdt(selector: number): void {
    segmentation.fillNull(LDTR, selector);
    if ((selector & 0xfffc) === 0) return;
    const error = selector & 0xfffc;
    if ((selector & 4) !== 0 || !segmentation.tryRead(selector, segment)) raise(Vector.TS, error);
    if (segment.type !== 2 || !segment.present) raise(Vector.TS, error);
    segmentation.fill(LDTR, selector, segment);
  }

  /** Loads CS, SS and the data segments of the new task; every fault is #TS, #NP or #SS with the selector. */
  function loadSegments(selectors: readonly number[]): void {
    const cs = selectors[CS];
    const cpl = cs & 3;
    const csError = cs & 0xfffc;
    if (csError === 0) raise(Vector.TS, 0);
    segmentation.read(cs, segment, Vector.TS);
    if (!segment.isCode) raise(Vector.TS, csError);
    if (segment.conforming ? segment.dpl > cpl : segment.dpl !== cpl) raise(Vector.TS, csError);
    if (!segment.present) raise(Vector.NP, csError);
    segmentation.fillCode(cs, segment, cpl);

    const ss = selectors[SS];
    const ssError = ss & 0xfffc;
    if (ssError === 0) raise(Vector.TS, 0);
    segmentation.read(ss, segment, Vector.TS);
    if (!segment.isWritableData) raise(Vector.TS, ssError);
    if (!segment.present) raise(Vector.SS, ssError);
    if (segment.dpl !== cpl || (ss & 3) !== cpl) raise(Vector.TS, ssError);
    segmentation.markAccessed(segment);
    segmentation.fill(SS, ss, segment);

    for (const seg of [ES, DS, FS, GS]) {
      const selector = selectors[seg] ?? 0;
      const error = selector & 0xfffc;
      if (error === 0) continue;
      segmentation.read(selector, segment, Vector.TS);
      const { type } = segment;
      if (type < 0x10 || ((type & 8) !== 0 && (type & 2) === 0)) raise(Vector.TS, error);
      const conformingCode = (type & 0xc) === 0xc;
      if (!conformingCode && ((selector & 3) > segment.dpl || cpl > segment.dpl)) raise(Vector.TS, error);
      if (!segment.present) raise(Vector.NP, error);
      segmentation.markAccessed(segment);
      segmentation.fill(seg, selector, segment);
    }
  }

  function switchTo(selector: number, cause: Cause, errorCode = -1, rf = 0): void {
    const fault = cause === 'iret' ? Vector.TS : Vector.GP;
    const error = (selector & 0xfffc) | state[EXT];
    if ((selector & 4) !== 0 || (selector & 0xfffc) === 0) raise(fault, error);
    segmentation.read(selector, next, fault);
    const wanted = cause === 'iret' ? 3 : 1;
    if ((next.type & 0x17) !== wanted) raise(fault, error);
    if (!next.present) raise(Vector.NP, error);
    const wide = (next.type & 8) !== 0;
    const layout = wide ? TSS32 : TSS16;
    const { size } = layout;
    if (next.limit < layout.limit) raise(Vector.TS, error);

    // Read the whole incoming state before anything is written, so that a page fault hits the old task.
    const { base } = next;
    const cr3 = wide ? mmu.readSystem(base + layout.cr3, 4) | 0 : state[CR3];
    const eip = mmu.readSystem(base + layout.eip, size);
    const eflags = mmu.readSystem(base + layout.eflags, size);
    const registers = Array.from({ length: 8 }, (_, r) =>
      mmu.readSystem(base + layout.registers + r * size, size),
    );
    const selectors = Array.from({ length: layout.count }, (_, s) =>
      mmu.readSystem(base + layout.segments + s * size, 2),
    );
    const ldt = mmu.readSystem(base + layout.ldt, 2);
    const trap = wide && (mmu.readSystem(base + 0x64, 1) & 1) !== 0;

    // A bad page-directory pointer is #GP while the old task is whole.
    if (wide) mmu.loadPointers(state[CR0], cr3, state[CR4]);

    saveOldTask(cause, rf);
    const oldSelector = segSel[TR];
    if (cause !== 'call' && segmentation.tryRead(oldSelector, old)) setBusy(old, false);
    if (cause === 'call') mmu.writeSystem(base, oldSelector, 2);
    if (cause !== 'iret') setBusy(next, true);

    segmentation.fill(TR, selector, next);
    segAttr[TR] |= 2;
    state[CR0] |= Cr0.TS;
    if (wide && (state[CR0] & Cr0.PG) !== 0 && cr3 !== state[CR3]) {
      const before = state[CR3];
      state[CR3] = cr3;
      events.controlWrite(3, before, cr3);
      mmu.flush(false);
    }
    state[COMMITTED] = 1;
    if ((state[DR7] & DR7_LOCAL) !== 0) {
      state[DR7] &= ~DR7_LOCAL;
      debug.update();
    }
    state[EIP] = eip;
    flags.set(cause === 'call' ? eflags | Flag.NT : eflags);
    for (let r = 0; r < 8; r++) reg32[r] = wide ? registers[r] : registers[r] | -0x1_0000;
    state[BREAK] |= Break.Event;
    segmentation.setCpl(selectors[CS] & 3);
    segmentation.updateMode();
    if ((eflags & Flag.VM) !== 0 && state[V86] !== 0) {
      segmentation.setCpl(3);
      for (let seg = 0; seg < 6; seg++) segmentation.fillReal(seg, selectors[seg]);
      loadLdt(ldt);
    } else {
      // Until each is checked the new task's segments are unusable but show their selectors. SS keeps its hidden part, so
      // that a handler in this task has a stack: the manual wants a task for it (vol. 3A, 6.15, interrupt 10) and leaves
      // open what else happens.
      for (let seg = 0; seg < 6; seg++)
        if (seg !== CS && seg !== SS) segmentation.fillNull(seg, selectors[seg] ?? 0);
      segSel[SS] = selectors[SS];
      loadLdt(ldt);
      loadSegments(selectors);
    }
    if (errorCode >= 0) {
      stack.current();
      stack.push(errorCode, size);
      stack.commit();
    }
    if (state[EIP] >>> 0 > segLimit[CS]) gp(0);
    state[COMMITTED] = 0;
    // The T bit of the TSS: a trap before the new task's first instruction.
    if (trap) state[DEBUG_HITS] |= Dr6.BT;
    else checkPendingInterrupt(state, gp);
  }

  return {
    transfer(selector, call) {
      switchTo(selector, call ? 'call' : 'jump');
    },
    viaInterrupt(selector, errorCode, rf) {
      switchTo(selector, 'call', errorCode, rf);
    },
    back() {
      if ((segAttr[TR] & Attr.Present) === 0) raise(Vector.TS, 0);
      const link = mmu.readSystem(segBase[TR], 2);
      switchTo(link, 'iret');
      state[SYSFLAGS] &= 0x3f7fd5;
      segmentation.setCpl(state[CPL]);
    },
  };
}
