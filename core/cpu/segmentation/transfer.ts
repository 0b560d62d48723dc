/**
 * Far control transfers: JMP, CALL, RET and IRET between segments, rings and modes, SYSENTER and SYSEXIT
 * (SDM vol. 2A/2B, the operation sections of these instructions; vol. 3A, section 5.8).
 *
 * `state[EIP]` holds the address of the next instruction on entry. Selectors, limits and stacks are checked before
 * anything is changed.
 */
import { type Faults, Vector } from '../interrupts/fault.ts';
import type { Flags } from '../integer/flags.ts';
import type { Mmu } from '../paging/mmu.ts';
import { Descriptor, type Segmentation } from './segmentation.ts';
import type { PendingStack } from './pending-stack.ts';
import {
  CPL,
  Cr0,
  CR0,
  CR4,
  Cr4,
  CS,
  DS,
  ECX,
  EDX,
  EIP,
  ES,
  ESP,
  Flag,
  FS,
  GS,
  PROTECTED,
  SS,
  STACK_MASK,
  SYSENTER_CS,
  SYSENTER_EIP,
  SYSENTER_ESP,
  SYSFLAGS,
  V86,
  type Views,
} from '../state.ts';
import type { TaskSwitch } from '../tasks/tasks.ts';
import { checkPendingInterrupt, checkVirtualImage, setVif } from '../interrupts/vme.ts';

export interface Transfer {
  /** Checks a near target against the CS limit and sets EIP. */
  near(target: number): void;
  /** @param size operand size in bytes, 2 or 4. */
  jumpFar(selector: number, offset: number, size: number): void;
  callFar(selector: number, offset: number, size: number): void;
  /** @param release bytes dropped from the stack after the return address. */
  returnFar(size: number, release: number): void;
  interruptReturn(size: number): void;
  sysenter(): void;
  sysexit(): void;
}

export function createTransfer(
  views: Views,
  flags: Flags,
  mmu: Mmu,
  segmentation: Segmentation,
  stack: PendingStack,
  tasks: TaskSwitch,
  { raise, gp }: Faults,
): Transfer {
  const { state, reg32, segSel, segLimit } = views;
  const code = new Descriptor();
  const gate = new Descriptor();
  const outer = new Descriptor();
  const old = new Descriptor();

  function near(target: number): void {
    if (target >>> 0 > segLimit[CS]) gp(0);
    state[EIP] = target;
  }

  function realFar(selector: number, offset: number): void {
    if (offset >>> 0 > segLimit[CS]) gp(0);
    segmentation.fillReal(CS, selector);
    state[EIP] = offset;
  }

  /** A code segment reached directly by JMP or CALL. */
  function checkDirect(selector: number): void {
    const error = selector & 0xfffc;
    const cpl = state[CPL];
    if (code.conforming ? code.dpl > cpl : (selector & 3) > cpl || code.dpl !== cpl) gp(error);
    if (!code.present) raise(Vector.NP, error);
  }

  /** Reads the code descriptor behind a call gate into `code`; the gate itself is in `gate`. */
  function readGateTarget(jump: boolean): number {
    const selector = gate.gateSelector;
    if ((selector & 0xfffc) === 0) gp(0);
    segmentation.read(selector, code);
    const error = selector & 0xfffc;
    if (!code.isCode || code.dpl > state[CPL]) gp(error);
    // JMP cannot change the privilege, and checks that before the present bit.
    if (jump && !code.conforming && code.dpl !== state[CPL]) gp(error);
    if (!code.present) raise(Vector.NP, error);
    return selector;
  }

  function checkGate(selector: number): void {
    const error = selector & 0xfffc;
    if (gate.dpl < state[CPL] || (selector & 3) > gate.dpl) gp(error);
    if (!gate.present) raise(Vector.NP, error);
  }

  /** Task gates and TSS descriptors. Returns false when the descriptor is neither. */
  function taskTransfer(selector: number, call: boolean): boolean {
    const { type } = gate;
    if (type === 5) {
      checkGate(selector);
      tasks.transfer(gate.gateSelector, call);
      return true;
    }
    if ((type & 0x17) === 1) {
      checkGate(selector);
      tasks.transfer(selector, call);
      return true;
    }
    return false;
  }

  function copyDescriptor(from: Descriptor, to: Descriptor): void {
    to.selector = from.selector;
    to.low = from.low;
    to.high = from.high;
    to.address = from.address;
  }

  function jumpFar(selector: number, offset: number): void {
    if (state[PROTECTED] === 0) {
      realFar(selector, offset);
      return;
    }
    if ((selector & 0xfffc) === 0) gp(0);
    segmentation.read(selector, code);
    if (code.type >= 0x10) {
      if (!code.isCode) gp(selector & 0xfffc);
      checkDirect(selector);
      if (offset >>> 0 > code.limit) gp(0);
      segmentation.fillCode(selector, code, state[CPL]);
      state[EIP] = offset;
      return;
    }
    copyDescriptor(code, gate);
    if (taskTransfer(selector, false)) return;
    if ((gate.type & 0x17) !== 4) gp(selector & 0xfffc);
    checkGate(selector);
    const target = readGateTarget(true);
    const entry = (gate.type & 8) !== 0 ? gate.gateOffset : gate.low & 0xffff;
    if (entry >>> 0 > code.limit) gp(0);
    segmentation.fillCode(target, code, state[CPL]);
    state[EIP] = entry;
  }

  function callGate(selector: number): void {
    checkGate(selector);
    const target = readGateTarget(false);
    const size = (gate.type & 8) !== 0 ? 4 : 2;
    const entry = size === 4 ? gate.gateOffset : gate.low & 0xffff;
    const inner = !code.conforming && code.dpl < state[CPL];
    const cpl = inner ? code.dpl : state[CPL];
    if (inner) {
      const count = gate.high & 0x1f;
      const parameters: number[] = [];
      stack.current();
      for (let i = 0; i < count; i++) parameters.push(stack.pop(size));
      const ss = segSel[SS];
      const esp = reg32[ESP];
      stack.fromTss(cpl);
      stack.push(ss, size);
      stack.push(esp, size);
      for (let i = count - 1; i >= 0; i--) stack.push(parameters[i], size);
    } else stack.current();
    stack.push(segSel[CS], size);
    stack.push(state[EIP], size);
    if (entry >>> 0 > code.limit) gp(0);
    segmentation.fillCode(target, code, cpl);
    stack.commit();
    state[EIP] = entry;
  }

  function callFar(selector: number, offset: number, size: number): void {
    if (state[PROTECTED] === 0) {
      if (offset >>> 0 > segLimit[CS]) gp(0);
      stack.current();
      stack.push(segSel[CS], size);
      stack.push(state[EIP], size);
      stack.commit();
      realFar(selector, offset);
      return;
    }
    if ((selector & 0xfffc) === 0) gp(0);
    segmentation.read(selector, code);
    if (code.type >= 0x10) {
      if (!code.isCode) gp(selector & 0xfffc);
      checkDirect(selector);
      stack.current();
      stack.push(segSel[CS], size);
      stack.push(state[EIP], size);
      if (offset >>> 0 > code.limit) gp(0);
      segmentation.fillCode(selector, code, state[CPL]);
      stack.commit();
      state[EIP] = offset;
      return;
    }
    copyDescriptor(code, gate);
    if (taskTransfer(selector, true)) return;
    if ((gate.type & 0x17) !== 4) gp(selector & 0xfffc);
    callGate(selector);
  }

  /** The code segment of a far return or IRET, read into `code` and checked. */
  function checkReturn(selector: number): void {
    const error = selector & 0xfffc;
    if (error === 0) gp(0);
    segmentation.read(selector, code);
    const rpl = selector & 3;
    if (!code.isCode || rpl < state[CPL]) gp(error);
    if (code.conforming ? code.dpl > rpl : code.dpl !== rpl) gp(error);
    if (!code.present) raise(Vector.NP, error);
  }

  /** The stack segment of a return to an outer ring, read into `outer` and checked. */
  function checkOuterStack(selector: number, rpl: number): void {
    const error = selector & 0xfffc;
    if (error === 0) gp(0);
    segmentation.read(selector, outer);
    if ((selector & 3) !== rpl || !outer.isWritableData || outer.dpl !== rpl) gp(error);
    if (!outer.present) raise(Vector.SS, error);
  }

  function enterOuter(cs: number, eip: number, ss: number, esp: number, release: number): void {
    copyDescriptor(code, old);
    segmentation.fillCode(cs, old, cs & 3);
    segmentation.markAccessed(outer);
    segmentation.fill(SS, ss, outer);
    const mask = (outer.attr & 0x4000) !== 0 ? -1 : 0xffff;
    reg32[ESP] = (reg32[ESP] & ~mask) | ((esp + release) & mask);
    state[EIP] = eip;
    segmentation.dropPrivilegedData();
  }

  /** Drops parameters from the stack that is now current. */
  function dropParameters(bytes: number): void {
    const mask = state[STACK_MASK];
    reg32[ESP] = (reg32[ESP] & ~mask) | ((reg32[ESP] + bytes) & mask);
  }

  function returnFar(size: number, release: number): void {
    stack.current();
    const eip = stack.pop(size);
    const cs = stack.pop(size) & 0xffff;
    if (state[PROTECTED] === 0) {
      if (eip > segLimit[CS]) gp(0);
      stack.commit();
      segmentation.fillReal(CS, cs);
      state[EIP] = eip;
      dropParameters(release);
      return;
    }
    checkReturn(cs);
    if ((cs & 3) === state[CPL]) {
      if (eip > code.limit) gp(0);
      stack.commit();
      segmentation.fillCode(cs, code, cs & 3);
      dropParameters(release);
      state[EIP] = eip;
      return;
    }
    stack.skip(release);
    const esp = stack.pop(size);
    const ss = stack.pop(size) & 0xffff;
    checkOuterStack(ss, cs & 3);
    if (eip > code.limit) gp(0);
    enterOuter(cs, eip, ss, esp, release);
    checkPendingInterrupt(state, gp);
  }

  /** EFLAGS bits that IRET may change at the current privilege. */
  function returnMask(size: number): number {
    const cpl = state[CPL];
    const iopl = (state[SYSFLAGS] >>> 12) & 3;
    let mask = 0x4dd5 | (size === 4 ? Flag.RF | Flag.AC | Flag.ID : 0);
    if (cpl === 0) mask |= Flag.IOPL | (size === 4 ? Flag.VIF | Flag.VIP : 0);
    if (cpl <= iopl) mask |= Flag.IF;
    return mask;
  }

  function setFlags(image: number, mask: number): void {
    flags.set((flags.get() & ~mask) | (image & mask));
    mmu.updateAccess();
  }

  function returnToV86(eip: number, cs: number, image: number): void {
    const esp = stack.pop(4);
    const selectors = [0, 0, 0, 0, 0, 0];
    for (const seg of [SS, ES, DS, FS, GS]) selectors[seg] = stack.pop(4) & 0xffff;
    selectors[CS] = cs;
    if (eip > 0xffff) gp(0);
    flags.set(image & 0x3f7fd5);
    segmentation.updateMode();
    segmentation.setCpl(3);
    for (let seg = 0; seg < 6; seg++) segmentation.fillReal(seg, selectors[seg]);
    reg32[ESP] = esp;
    state[EIP] = eip;
    checkPendingInterrupt(state, gp);
  }

  function interruptReturn(size: number): void {
    if (state[PROTECTED] !== 0 && (state[SYSFLAGS] & Flag.NT) !== 0) {
      tasks.back();
      return;
    }
    // V86 mode below IOPL 3: only with CR4.VME, in 16 bits, and on VIF.
    const virtual = state[V86] !== 0 && ((state[SYSFLAGS] >>> 12) & 3) !== 3;
    if (virtual && (size === 4 || (state[CR4] & Cr4.VME) === 0)) gp(0);
    stack.current();
    const eip = stack.pop(size);
    const cs = stack.pop(size) & 0xffff;
    const image = stack.pop(size);
    if (state[PROTECTED] === 0) {
      if (eip > segLimit[CS]) gp(0);
      if (virtual) checkVirtualImage(state, image, gp);
      stack.commit();
      segmentation.fillReal(CS, cs);
      state[EIP] = eip;
      const keep = (state[V86] !== 0 ? Flag.IOPL : 0) | (virtual ? Flag.IF : 0);
      if (virtual) setVif(state, image);
      const mask = (0x7fd5 | (size === 4 ? Flag.RF | Flag.AC | Flag.ID : 0)) & ~keep;
      setFlags(image, mask);
      return;
    }
    if (size === 4 && (image & Flag.VM) !== 0 && state[CPL] === 0) {
      returnToV86(eip, cs, image);
      return;
    }
    checkReturn(cs);
    const mask = returnMask(size);
    if ((cs & 3) === state[CPL]) {
      if (eip > code.limit) gp(0);
      stack.commit();
      segmentation.fillCode(cs, code, cs & 3);
      state[EIP] = eip;
      setFlags(image, mask);
      return;
    }
    const esp = stack.pop(size);
    const ss = stack.pop(size) & 0xffff;
    checkOuterStack(ss, cs & 3);
    if (eip > code.limit) gp(0);
    enterOuter(cs, eip, ss, esp, 0);
    setFlags(image, mask);
    checkPendingInterrupt(state, gp);
  }

  /** Flat ring-0 or ring-3 segments as SYSENTER and SYSEXIT define them. */
  function flat(seg: number, selector: number, cpl: number): void {
    outer.low = 0x0000_ffff;
    outer.high = (seg === CS ? 0x00cf_9b00 : 0x00cf_9300) | (cpl << 13);
    segmentation.fill(seg, (selector & 0xfffc) | cpl, outer);
  }

  return {
    near,
    jumpFar,
    callFar,
    returnFar,
    interruptReturn,
    sysenter() {
      const selector = state[SYSENTER_CS];
      if ((state[CR0] & Cr0.PE) === 0 || (selector & 0xfffc) === 0) gp(0);
      state[SYSFLAGS] &= ~(Flag.VM | Flag.IF | Flag.RF);
      segmentation.updateMode();
      flat(CS, selector, 0);
      flat(SS, selector + 8, 0);
      segmentation.setCpl(0);
      reg32[ESP] = state[SYSENTER_ESP];
      state[EIP] = state[SYSENTER_EIP];
    },
    sysexit() {
      const selector = state[SYSENTER_CS];
      if ((state[CR0] & Cr0.PE) === 0 || (selector & 0xfffc) === 0 || state[CPL] !== 0) gp(0);
      flat(CS, selector + 16, 3);
      flat(SS, selector + 24, 3);
      segmentation.setCpl(3);
      reg32[ESP] = reg32[ECX];
      state[EIP] = reg32[EDX];
      checkPendingInterrupt(state, gp);
    },
  };
}
