/**
 * Delivery of exceptions, software interrupts and hardware interrupts (SDM vol. 3A, chapter 6; vol. 2A, INT n).
 *
 * EIP must already be what the handler shall see. Delivery either completes or throws with nothing changed, so the
 * caller can escalate to a double fault or stop before a shutdown with the original state intact.
 */
import { DR7_GD } from './debug-registers.ts';
import { type Faults, Vector } from './fault.ts';
import type { CpuEvents } from '../env.ts';
import { TRANSITION_KINDS } from '../../protocol/debug-protocol.ts';
import type { Flags } from '../integer/flags.ts';
import type { Mmu } from '../paging/mmu.ts';
import { kindNumber, type Rings } from '../rings/rings.ts';
import { Descriptor, type Segmentation } from '../segmentation/segmentation.ts';
import type { PendingStack } from '../segmentation/pending-stack.ts';
import {
  CPL,
  CS,
  DELIVERIES,
  DELIVERY_SOURCE,
  DR7,
  DS,
  EIP,
  ES,
  ESP,
  EXT,
  Flag,
  FS,
  GS,
  IDT_BASE,
  IDT_LIMIT,
  MID_REP,
  PROTECTED,
  SS,
  SYSFLAGS,
  V86,
  type Views,
} from '../state.ts';
import type { TaskSwitch } from '../tasks/tasks.ts';

/** Where an interrupt comes from: decides the gate's privilege check, the EXT bit and RF. */
export const Source = {
  /** INT n, INT3, INTO: the gate's DPL is checked. */
  Software: 0,
  /** A processor exception of the fault class: RF is set in the pushed EFLAGS. */
  Fault: 1,
  /** A trap-class exception (single step, debug trap). */
  Trap: 2,
  /** The interrupt controller, or NMI. */
  External: 3,
} as const;

export interface Interrupts {
  /**
   * Enters the handler of `vector`.
   * @param errorCode pushed when not negative.
   * @throws CpuFault with the state unchanged.
   */
  deliver(vector: number, source: number, errorCode: number): void;
  /** INT n of an 8086 program, through its own interrupt table (CR4.VME and the redirection bitmap). */
  redirect(vector: number): void;
  /** How many handlers were entered so far. */
  readonly deliveries: () => number;
  /** The `Source` of the last delivery. */
  readonly lastSource: () => number;
}

const SOFTWARE_INTERRUPT = kindNumber('software-interrupt');
const EXCEPTION = kindNumber('exception');
const INTERRUPT = kindNumber('interrupt');
const NMI = kindNumber('nmi');

function kindOf(vector: number, source: number): number {
  if (source === Source.Software) return SOFTWARE_INTERRUPT;
  if (source !== Source.External) return EXCEPTION;
  return vector === Vector.NMI ? NMI : INTERRUPT;
}

/** Gate types (SDM vol. 3A, table 3-2). */
const Gate = { Task: 5, Interrupt16: 6, Trap16: 7, Interrupt32: 0xe, Trap32: 0xf } as const;

export function createInterrupts(
  views: Views,
  flags: Flags,
  mmu: Mmu,
  segmentation: Segmentation,
  stack: PendingStack,
  tasks: TaskSwitch,
  rings: Rings,
  events: CpuEvents,
  { raise }: Faults,
): Interrupts {
  const { state, reg32, segSel } = views;
  const gate = new Descriptor();
  const target = new Descriptor();

  function realMode(vector: number): void {
    if (vector * 4 + 3 > state[IDT_LIMIT] >>> 0) raise(Vector.GP, vector * 8 + 2);
    const entry = mmu.readSystem(state[IDT_BASE] + vector * 4, 4);
    stack.current();
    stack.push(flags.get() & 0xffff, 2);
    stack.push(segSel[CS], 2);
    stack.push(state[EIP] & 0xffff, 2);
    stack.commit();
    segmentation.fillReal(CS, entry >>> 16);
    state[EIP] = entry & 0xffff;
    state[SYSFLAGS] &= ~(Flag.IF | Flag.TF | Flag.AC | Flag.RF);
    mmu.updateAccess();
  }

  function protectedMode(vector: number, source: number, errorCode: number): void {
    const ext = state[EXT];
    const idtError = vector * 8 + 2 + ext;
    if (vector * 8 + 7 > state[IDT_LIMIT] >>> 0) raise(Vector.GP, idtError);
    const address = (state[IDT_BASE] + vector * 8) | 0;
    gate.low = mmu.readSystem(address, 4) | 0;
    gate.high = mmu.readSystem(address + 4, 4) | 0;
    const { type } = gate;
    const isGate = type === Gate.Task || (type & 0x17) === Gate.Interrupt16 || (type & 0x17) === Gate.Trap16;
    if (!isGate) raise(Vector.GP, idtError);
    if (source === Source.Software && gate.dpl < state[CPL]) raise(Vector.GP, vector * 8 + 2);
    if (!gate.present) raise(Vector.NP, idtError);
    const rf = source === Source.Fault || state[MID_REP] !== 0 ? Flag.RF : 0;
    if (type === Gate.Task) {
      tasks.viaInterrupt(gate.gateSelector, errorCode, rf);
      return;
    }

    const selector = gate.gateSelector;
    const error = (selector & 0xfffc) | ext;
    if ((selector & 0xfffc) === 0) raise(Vector.GP, ext);
    segmentation.read(selector, target);
    if (!target.isCode || target.dpl > state[CPL]) raise(Vector.GP, error);
    if (!target.present) raise(Vector.NP, error);
    const inner = !target.conforming && target.dpl < state[CPL];
    const fromV86 = state[V86] !== 0;
    if (fromV86 && (!inner || target.dpl !== 0)) raise(Vector.GP, error);

    const size = (type & 8) !== 0 ? 4 : 2;
    const offset = size === 4 ? gate.gateOffset : gate.low & 0xffff;
    const image = flags.get() | rf;
    if (inner) {
      stack.fromTss(target.dpl);
      if (fromV86) for (const seg of [GS, FS, DS, ES]) stack.push(segSel[seg], size);
      stack.push(segSel[SS], size);
      stack.push(reg32[ESP], size);
    } else stack.current();
    stack.push(image, size);
    stack.push(segSel[CS], size);
    stack.push(state[EIP], size);
    if (errorCode >= 0) stack.push(errorCode, size);
    if (offset >>> 0 > target.limit) raise(Vector.GP, ext);

    const cleared = Flag.TF | Flag.NT | Flag.RF | Flag.VM | ((type & 1) === 0 ? Flag.IF : 0);
    state[SYSFLAGS] &= ~cleared;
    if (fromV86) segmentation.updateMode();
    segmentation.fillCode(selector, target, inner ? target.dpl : state[CPL]);
    stack.commit();
    state[EIP] = offset;
    if (fromV86) for (const seg of [ES, DS, FS, GS]) segmentation.fillNull(seg, 0);
  }

  /** SDM vol. 3B, section 20.3.3, methods 5 and 6. */
  function redirect(vector: number): void {
    const entry = mmu.readSystem(vector * 4, 4);
    const image = flags.get();
    const virtual = (image & Flag.IOPL) !== Flag.IOPL;
    const carried = (image & ~Flag.IF) | Flag.IOPL | ((image & Flag.VIF) !== 0 ? Flag.IF : 0);
    stack.current();
    stack.push((virtual ? carried : image) & 0xffff, 2);
    stack.push(segSel[CS], 2);
    stack.push(state[EIP] & 0xffff, 2);
    stack.commit();
    segmentation.fillReal(CS, entry >>> 16);
    state[EIP] = entry & 0xffff;
    state[SYSFLAGS] &= ~(Flag.TF | Flag.RF | (virtual ? Flag.VIF : Flag.IF));
  }

  function noteDelivery(source: number): void {
    state[DELIVERIES]++;
    state[DELIVERY_SOURCE] = source;
  }

  /** Decides what `Rings.deliver` leaves open. */
  function deliver(kind: number, vector: number, source: number, errorCode: number): void {
    state[EXT] = source === Source.Software ? 0 : 1;
    events.beginTransition();
    try {
      if (state[PROTECTED] === 0 && state[V86] === 0) realMode(vector);
      else protectedMode(vector, source, errorCode);
      state[MID_REP] = 0;
      if (vector === Vector.DB && source !== Source.Software) state[DR7] &= ~DR7_GD;
      noteDelivery(source);
      events.endTransition(TRANSITION_KINDS[kind], vector, errorCode);
    } finally {
      state[EXT] = 0;
    }
  }

  return {
    deliveries: () => state[DELIVERIES],
    lastSource: () => state[DELIVERY_SOURCE],
    redirect(vector) {
      events.beginTransition();
      redirect(vector);
      events.endTransition('software-interrupt', vector, -1);
      noteDelivery(Source.Software);
    },
    deliver(vector, source, errorCode) {
      const kind = kindOf(vector, source);
      if (rings.deliver(kind, source, vector, errorCode) === 0) deliver(kind, vector, source, errorCode);
    },
  };
}
