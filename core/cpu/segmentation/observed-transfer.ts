/**
 * Tells of the far transfers that enter a handler or a gate, or come back from one: call gates, far returns to another ring,
 * IRET, SYSENTER, SYSEXIT, and task switches. Far jumps and calls inside one ring are ordinary branches.
 */
import type { TransitionKind } from '../../protocol/debug-protocol.ts';
import type { CpuEvents } from '../env.ts';
import { CPL, CS, TR, type Views } from '../state.ts';
import type { Transfer } from './transfer.ts';

export function observeTransfer(transfer: Transfer, views: Views, events: CpuEvents): Transfer {
  const { state, segSel } = views;

  /** `kind` says what a transfer was that led to `selector` as asked, or to another one through a gate. */
  function observe(run: () => void, kind: (task: boolean) => TransitionKind | undefined): void {
    const task = segSel[TR];
    events.beginTransition();
    run();
    const found = kind(segSel[TR] !== task);
    if (found) events.endTransition(found, -1, -1);
  }
  const always = (kind: TransitionKind) => (task: boolean) => (task ? 'task-switch' : kind);
  /** An RPL does not make another segment. */
  const throughGate = (selector: number, ring: number) => (task: boolean) =>
    task
      ? 'task-switch'
      : ((segSel[CS] ^ selector) & 0xfffc) !== 0 || state[CPL] !== ring
        ? 'call-gate'
        : undefined;

  return {
    near: transfer.near,
    jumpFar(selector, offset, size) {
      observe(
        () => {
          transfer.jumpFar(selector, offset, size);
        },
        throughGate(selector, state[CPL]),
      );
    },
    callFar(selector, offset, size) {
      observe(
        () => {
          transfer.callFar(selector, offset, size);
        },
        throughGate(selector, state[CPL]),
      );
    },
    returnFar(size, release) {
      const ring = state[CPL];
      observe(
        () => {
          transfer.returnFar(size, release);
        },
        (task) => (task ? 'task-switch' : state[CPL] !== ring ? 'far-return' : undefined),
      );
    },
    interruptReturn(size) {
      observe(() => {
        transfer.interruptReturn(size);
      }, always('interrupt-return'));
    },
    sysenter() {
      observe(transfer.sysenter, always('sysenter'));
    },
    sysexit() {
      observe(transfer.sysexit, always('sysexit'));
    },
  };
}
