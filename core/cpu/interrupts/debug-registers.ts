/**
 * DR0-DR3, DR6 and DR7 (SDM vol. 3B, section 17.2): which accesses and instructions they match.
 *
 * Costs nothing while DR7 enables nothing. Instruction breakpoints split blocks as a debugger's do (`pageOffsets`); data
 * breakpoints take the fast rights from their page's TLB entry (`Mmu.watch`), so that the slow path reports each access;
 * I/O breakpoints are one test of `DEBUG_IO` in IN and OUT. What matches is gathered in `DEBUG_HITS` and becomes a trap
 * after the instruction (the run loop); an instruction breakpoint is a fault before it.
 */
import type { Mmu } from '../paging/mmu.ts';
import { Break, BREAK, CR4, Cr4, DEBUG_HITS, DEBUG_IO, DR0, DR7, type Views } from '../state.ts';

/** DR6 bits (SDM vol. 3B, figure 17-1). B0-B3 are bits 0-3. */
export const Dr6 = { BD: 0x2000, BS: 0x4000, BT: 0x8000 } as const;
/** DR7.GD: the next access to a debug register is #DB. */
export const DR7_GD = 0x2000;
/** L0-L3, LE and unused bits that a task switch clears. */
export const DR7_LOCAL = 0x155;

/** The local and the global enable bit of all four. */
const DR7_ENABLES = 0xff;

/** The R/W field of DR7. */
const Kind = { Execute: 0, Write: 1, Io: 2, ReadWrite: 3 } as const;
/** Bytes by the LEN field; 10b means 8 on later processors and is undefined on this class. */
const LENGTH = [1, 2, 8, 4];

export interface DebugRegisters {
  /** Must be called after any change of DR0-DR3, DR7 or CR4.DE. */
  update(): void;
  /** DR6 bits of the enabled instruction breakpoints on a linear address. */
  executes(linear: number): number;
  /** Notes the I/O breakpoints that an access of `size` bytes matches. Call it while `DEBUG_IO` is not 0. */
  io(port: number, size: number): void;
  /** Low 12 bits of the instruction breakpoints. */
  readonly pageOffsets: ReadonlySet<number>;
}

/** @param onExecuteChanged the set of instruction breakpoints changed: decoded blocks are wrong. */
export function createDebugRegisters(
  { state }: Views,
  mmu: Mmu,
  onExecuteChanged: () => void,
): DebugRegisters {
  const pageOffsets = new Set<number>();
  let anyEnabled = false;
  let executeKey = '';

  const enabled = (n: number) => ((state[DR7] >>> (n * 2)) & 3) !== 0;
  const kind = (n: number) => (state[DR7] >>> (16 + n * 4)) & 3;
  const length = (n: number) => LENGTH[(state[DR7] >>> (18 + n * 4)) & 3];
  /** First address: the low bits that the length covers do not count. */
  const start = (n: number) => (state[DR0 + n] & -length(n)) >>> 0;

  /** DR6 bits of the breakpoints of the wanted kinds that [address, address + size) touches. */
  function matching(address: number, size: number, wanted: (kind: number) => boolean): number {
    const first = address >>> 0;
    let hits = 0;
    for (let n = 0; n < 4; n++) {
      if (!enabled(n) || !wanted(kind(n))) continue;
      const from = start(n);
      if (first < from + length(n) && from < first + size) hits |= 1 << n;
    }
    return hits;
  }

  function note(hits: number): void {
    if (hits === 0) return;
    state[DEBUG_HITS] |= hits;
    state[BREAK] |= Break.Event;
  }

  const isWrite = (k: number) => k === Kind.Write || k === Kind.ReadWrite;
  const isRead = (k: number) => k === Kind.ReadWrite;
  function onAccess(linear: number, size: number, write: boolean): void {
    note(matching(linear, size, write ? isWrite : isRead));
  }

  return {
    pageOffsets,
    update() {
      // A switch between kernels writes DR7 each time, mostly with nothing on before and after.
      const any = (state[DR7] & DR7_ENABLES) !== 0;
      if (!any && !anyEnabled) return;
      anyEnabled = any;
      const pages: number[] = [];
      pageOffsets.clear();
      state[DEBUG_IO] = 0;
      const key: number[] = [];
      for (let n = 0; n < 4; n++) {
        if (!enabled(n)) continue;
        if (kind(n) === Kind.Execute) {
          pageOffsets.add(state[DR0 + n] & 0xfff);
          key.push(state[DR0 + n]);
        } else if (kind(n) === Kind.Io) {
          if ((state[CR4] & Cr4.DE) !== 0) state[DEBUG_IO] = 1;
        } else pages.push(start(n) >>> 12);
      }
      mmu.watch(pages, onAccess);
      if (key.join() === executeKey) return;
      executeKey = key.join();
      onExecuteChanged();
    },
    executes(linear) {
      let hits = 0;
      for (let n = 0; n < 4; n++)
        if (enabled(n) && kind(n) === Kind.Execute && state[DR0 + n] === (linear | 0)) hits |= 1 << n;
      return hits;
    },
    io(port, size) {
      note(matching(port, size, (k) => k === Kind.Io));
    },
  };
}
