/**
 * Watchpoints of the debugger: any number of bytes of physical memory, found by whoever touches them, the processor in any
 * address space or a device. Never bytes in guest memory, no limit, and no cost for pages without one.
 *
 * A page with a watchpoint has no fast rights in the TLB (`PageFlag.Watched`), so every access to it comes by; the run ends
 * behind the instruction, and what has become of the bytes is looked at then. What page walks read is not told.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { PAGE_SIZE, PageFlag } from '../memory/layout.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import type { WatchHit, WatchpointSpec } from '../protocol/machine-protocol.ts';

export interface Watchpoints {
  /** Ranges are inside RAM. */
  replace(specs: readonly WatchpointSpec[]): void;
  /** What was touched since the last call, and is to be told. */
  take(): WatchHit[];
  /** The debugger has written to memory itself: nobody is told of that. */
  forget(): void;
}

interface Watched {
  readonly spec: WatchpointSpec;
  before: Uint8Array;
  wasRead: boolean;
  wasWritten: boolean;
}

export function createWatchpoints(memory: PhysicalMemory, cpu: Cpu): Watchpoints {
  let watched: Watched[] = [];
  let pages = new Set<number>();

  const bytesOf = ({ address, length }: WatchpointSpec) => memory.bytes.slice(address, address + length);

  function touched(address: number, length: number, write: boolean): void {
    for (const one of watched) {
      const { spec } = one;
      if (address >= spec.address + spec.length || spec.address >= address + length) continue;
      if (write ? spec.access === 'read' : spec.access !== 'read' && spec.access !== 'readWrite') continue;
      if (write) one.wasWritten = true;
      else one.wasRead = true;
      cpu.stopForEvent();
    }
  }
  memory.onWatchedWrite = (address, length) => {
    touched(address, length, true);
  };
  memory.onWatchedRead = (address, length) => {
    touched(address, length, false);
  };

  function setPages(wanted: Set<number>): void {
    const changed = [...wanted].filter((page) => !pages.has(page));
    const gone = [...pages].filter((page) => !wanted.has(page));
    for (const page of changed) memory.pageFlags[page] |= PageFlag.Watched;
    for (const page of gone) memory.pageFlags[page] &= ~PageFlag.Watched;
    pages = wanted;
    for (const page of [...changed, ...gone]) cpu.mmu.refreshPage(page);
  }

  function forget(): void {
    for (const one of watched) {
      one.before = bytesOf(one.spec);
      one.wasRead = one.wasWritten = false;
    }
  }

  return {
    replace(specs) {
      watched = specs.map((spec) => ({ spec, before: bytesOf(spec), wasRead: false, wasWritten: false }));
      const wanted = new Set<number>();
      for (const { address, length } of specs)
        for (let page = address >>> 12; page * PAGE_SIZE < address + length; page++) wanted.add(page);
      setPages(wanted);
    },
    take() {
      const hits: WatchHit[] = [];
      for (const { spec, before, wasRead, wasWritten } of watched) {
        if (!wasRead && !wasWritten) continue;
        const after = bytesOf(spec);
        const same = before.every((byte, n) => byte === after[n]);
        if (spec.access === 'change' && same) continue;
        hits.push({ id: spec.id, write: wasWritten, before, after });
      }
      forget();
      return hits;
    },
    forget,
  };
}
