/**
 * Watchpoints of the debugger: any number of bytes of physical memory, found by whoever touches them, the processor in any
 * address space or a device. Never bytes in guest memory, no limit, and no cost for pages without one.
 *
 * A page with a watchpoint has no fast rights in the TLB (`PageFlag.Watched`), so every access to it comes by; the run ends
 * behind the instruction, and what has become of the bytes is looked at then, by conditions too. What page walks read is not told.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { PAGE_SIZE, PageFlag } from '../memory/layout.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import type { WatchHit, WatchpointSpec } from '../protocol/machine-protocol.ts';
import { type CompiledFilter, createVisits, type EventRegisters, type Filters } from './filter.ts';
import type { Sentence } from '../sentences/say.ts';

export interface Watchpoints {
  /**
   * Ranges are inside RAM; those of one id are one watchpoint.
   * @throws ExpressionError: a condition is none; the watchpoints are as they were.
   */
  replace(specs: readonly WatchpointSpec[]): void;
  /** What was touched since the last call and is to be told, and why conditions of it had no value. */
  take(): { readonly hits: WatchHit[]; readonly problems: Sentence[] };
  /** The debugger has written to memory itself: nobody is told of that. */
  forget(): void;
}

interface Watched {
  readonly spec: WatchpointSpec;
  /** Of each byte the bits that are compared; all of them without it. */
  readonly mask: Uint8Array | undefined;
  readonly filter: CompiledFilter;
  before: Uint8Array;
  wasRead: boolean;
  wasWritten: boolean;
}

function maskOf({ length, bits }: WatchpointSpec): Uint8Array | undefined {
  if (!bits) return undefined;
  const mask = new Uint8Array(length);
  for (let bit = bits.offset; bit < bits.offset + bits.width; bit++) mask[bit >>> 3] |= 1 << (bit & 7);
  return mask;
}

/** What conditions see: `$write`, and of numbers `$before` and `$value`. */
function eventOf({ length, bits }: WatchpointSpec, { write, before, after }: WatchHit): EventRegisters {
  const { offset, width } = bits ?? { offset: 0, width: 8 * length };
  const about = { write: Number(write), size: length };
  if (width > 32) return about;
  const number = (bytes: Uint8Array) => {
    const all = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return Number(BigInt.asUintN(width, all >> BigInt(offset)));
  };
  return { ...about, before: number(before), value: number(after) };
}

export function createWatchpoints(memory: PhysicalMemory, cpu: Cpu, filters: Filters): Watchpoints {
  let watched: Watched[] = [];
  const visits = createVisits();
  let pages = new Set<number>();

  const bytesOf = ({ address, length }: WatchpointSpec) => memory.bytes.slice(address, address + length);

  function touched(address: number, length: number, write: boolean): void {
    for (const one of watched) {
      const { spec, filter } = one;
      if (address >= spec.address + spec.length || spec.address >= address + length) continue;
      if (write ? spec.access === 'read' : spec.access !== 'read' && spec.access !== 'readWrite') continue;
      if (!filter.applies()) continue;
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
      watched = specs.map((spec) => ({
        ...{ spec, mask: maskOf(spec), filter: filters.compile(spec) },
        ...{ before: bytesOf(spec), wasRead: false, wasWritten: false },
      }));
      visits.keep(new Set(specs.map(({ id }) => id)));
      const wanted = new Set<number>();
      for (const { address, length } of specs)
        for (let page = address >>> 12; page * PAGE_SIZE < address + length; page++) wanted.add(page);
      setPages(wanted);
    },
    take() {
      const hits: WatchHit[] = [];
      const problems: Sentence[] = [];
      /** A watchpoint on several pages is visited once. */
      const judged = new Map<number, boolean>();
      for (const { spec, mask, filter, before, wasRead, wasWritten } of watched) {
        if (!wasRead && !wasWritten) continue;
        const after = bytesOf(spec);
        const same = before.every((byte, n) => ((byte ^ after[n]) & (mask?.[n] ?? 0xff)) === 0);
        if (spec.access === 'change' && same) continue;
        const hit = { id: spec.id, write: wasWritten, before, after };
        if (!judged.has(spec.id)) {
          filters.setEvent(eventOf(spec, hit));
          judged.set(spec.id, visits.isHit(spec, filter));
          const problem = filter.problem();
          if (problem !== undefined) problems.push(problem);
        }
        if (judged.get(spec.id) === true) hits.push(hit);
      }
      forget();
      return { hits, problems };
    },
    forget,
  };
}
