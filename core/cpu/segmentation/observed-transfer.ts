/**
 * Tells of the far transfers that enter a handler or a gate, or come back from one: call gates, far returns to another ring,
 * IRET, SYSENTER, SYSEXIT, and task switches. Far jumps and calls inside one ring are ordinary branches. What the short way does is on record
 * already.
 */
import type { TransitionKind } from '../../protocol/debug-protocol.ts';
import type { CpuEvents } from '../env.ts';
import { kindNumber, type Rings } from '../rings/rings.ts';
import { CPL, CS, TR, type Views } from '../state.ts';
import type { Transfer } from './transfer.ts';

const INTERRUPT_RETURN = kindNumber('interrupt-return');
const SYSENTER = kindNumber('sysenter');
const SYSEXIT = kindNumber('sysexit');

export function observeTransfer(transfer: Transfer, rings: Rings, views: Views, events: CpuEvents): Transfer {
  const { state, segSel } = views;

  /** A transfer that is done; another task register means that it was a task switch. */
  function tell(kind: TransitionKind, task: number): void {
    events.endTransition(segSel[TR] === task ? kind : 'task-switch', -1, -1);
  }
  /** A jump or call to `selector` that arrived elsewhere, or in another ring, went through a gate. An RPL makes no other segment. */
  function tellGate(selector: number, ring: number, task: number): void {
    const gate = ((segSel[CS] ^ selector) & 0xfffc) !== 0 || state[CPL] !== ring;
    if (gate || segSel[TR] !== task) tell('call-gate', task);
  }

  return {
    near: transfer.near,
    jumpFar(selector, offset, size) {
      const ring = state[CPL];
      const task = segSel[TR];
      events.beginTransition();
      transfer.jumpFar(selector, offset, size);
      tellGate(selector, ring, task);
    },
    callFar(selector, offset, size) {
      const ring = state[CPL];
      const task = segSel[TR];
      events.beginTransition();
      transfer.callFar(selector, offset, size);
      tellGate(selector, ring, task);
    },
    returnFar(size, release) {
      const ring = state[CPL];
      const task = segSel[TR];
      events.beginTransition();
      transfer.returnFar(size, release);
      if (state[CPL] !== ring) tell('far-return', task);
    },
    interruptReturn(size) {
      if (size === 4 && rings.interruptReturn(INTERRUPT_RETURN) !== 0) return;
      const task = segSel[TR];
      events.beginTransition();
      transfer.interruptReturn(size);
      tell('interrupt-return', task);
    },
    sysenter() {
      if (rings.sysenter(SYSENTER) !== 0) return;
      const task = segSel[TR];
      events.beginTransition();
      transfer.sysenter();
      tell('sysenter', task);
    },
    sysexit() {
      if (rings.sysexit(SYSEXIT) !== 0) return;
      const task = segSel[TR];
      events.beginTransition();
      transfer.sysexit();
      tell('sysexit', task);
    },
  };
}
