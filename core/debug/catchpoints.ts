/**
 * Stops on things that happen rather than on places: exceptions, interrupts, changes of ring, loads of control and
 * model-specific registers, switches between coroutines, I/O ports, and code on pages where there was none.
 *
 * Each kind has its own list, so an event that nobody waits for costs one look at an empty list.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { News, type WatchedCode } from '../cpu/env.ts';
import { CPL } from '../cpu/state.ts';
import type { CatchSpec, CaughtEvent, TransitionKind } from '../protocol/debug-protocol.ts';
import type { CoroutineId } from '../protocol/machine-protocol.ts';
import { type CompiledFilter, createVisits, type Filters } from './filter.ts';
import { createOutsideCode } from './outside-code.ts';
import type { Sentence } from '../sentences/say.ts';

type Kind = CatchSpec['kind'];
type Spec<K extends Kind> = Extract<CatchSpec, { kind: K }>;
interface Armed<K extends Kind> {
  readonly spec: Spec<K>;
  readonly filter: CompiledFilter;
}
type Lists = { readonly [K in Kind]: Armed<K>[] };

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
type Happened = WithoutId<CaughtEvent>;

export interface Catchpoints {
  /** @throws ExpressionError: a condition is none; the catchpoints are as they were. */
  replace(specs: readonly CatchSpec[]): void;
  /** What was caught since the last call, and why conditions of it had no value. */
  take(): { readonly caught: CaughtEvent[]; readonly problems: Sentence[] };
  /** `true` holds the exception back. */
  exception(vector: number, errorCode: number): boolean;
  transition(kind: TransitionKind, vector: number, errorCode: number, fromRing: number, toRing: number): void;
  control(register: number, before: number, value: number): void;
  msr(index: number, low: number, high: number): void;
  switched(from: number, to: number, operation: number): void;
  port(port: number, size: number, write: boolean, value: number): void;
  /** `CpuEvents.newCode`. */
  newCode(linear: number, physical: number, fresh: boolean, writable: () => boolean): News;
}

const emptyLists = (): Lists => ({
  exception: [],
  interrupt: [],
  ring: [],
  control: [],
  msr: [],
  switch: [],
  port: [],
  execute: [],
});

/** @param pages how many pages of RAM there are. @param watchedCode where the processor is to tell of code. @param owner of the CPU */
export function createCatchpoints(
  cpu: Cpu,
  filters: Filters,
  pages: number,
  watchedCode: WatchedCode,
  owner: () => CoroutineId,
  tellTransitions: (wanted: boolean) => void,
): Catchpoints {
  let lists = emptyLists();
  let caught: CaughtEvent[] = [];
  let problems: Sentence[] = [];
  const visits = createVisits();
  /** Pages whose code was executed since boot, and since a stop on writable ones was armed. */
  const executed = new Uint8Array(pages);
  let told = new Uint8Array(0);
  const outside = createOutsideCode();

  /** What is news depends on who owns the CPU. */
  function watch(): void {
    const pages = outside.pagesOf(owner());
    if (pages === watchedCode.pages) return;
    watchedCode.pages = pages;
    cpu.mmu.watchCode();
  }

  function isHit<K extends Kind>({ spec, filter }: Armed<K>): boolean {
    if (!filter.applies() || !visits.isHit(spec, filter)) return false;
    const problem = filter.problem();
    if (problem !== undefined) problems.push(problem);
    return true;
  }
  /** Looks who waits for it. Returns for whom that is. */
  function tellThose<K extends Kind>(
    kind: K,
    matches: (spec: Spec<K>) => boolean,
    what: Happened,
  ): readonly Spec<K>[] {
    const hit = lists[kind].filter((armed) => matches(armed.spec) && isHit(armed)).map(({ spec }) => spec);
    for (const { id } of hit) caught.push({ id, ...what } as CaughtEvent);
    return hit;
  }
  /** The same, and the run ends behind the instruction. Returns whether anybody waits. */
  function happened<K extends Kind>(kind: K, matches: (spec: Spec<K>) => boolean, what: Happened): boolean {
    const any = tellThose(kind, matches, what).length > 0;
    if (any) cpu.stopForEvent();
    return any;
  }
  /** Code on a page is news once to each. */
  function markTold(hit: readonly Spec<'execute'>[], linear: number, page: number): void {
    for (const spec of hit) {
      if (spec.pages === 'outside') outside.tell(spec, linear, page);
      else if (spec.pages === 'writable') told[page] = 1;
    }
  }
  return {
    replace(specs) {
      const next = emptyLists();
      for (const spec of specs)
        (next[spec.kind] as Armed<Kind>[]).push({ spec, filter: filters.compile(spec) });
      lists = next;
      tellTransitions(lists.interrupt.length > 0 || lists.ring.length > 0);
      visits.keep(new Set(specs.map(({ id }) => id)));
      const executes = lists.execute.map(({ spec }) => spec);
      outside.replace(executes.filter((spec) => spec.pages === 'outside'));
      watchedCode.anywhere = executes.some((spec) => spec.pages !== 'outside');
      watch();
      const writable = executes.some((spec) => spec.pages === 'writable');
      if (!writable) told = new Uint8Array(0);
      else if (told.length === 0) told = new Uint8Array(pages);
      // What is decoded already would never ask again.
      if (writable) cpu.flushCode();
    },
    take() {
      const taken = { caught, problems };
      caught = [];
      problems = [];
      return taken;
    },
    exception(vector, errorCode) {
      if (lists.exception.length === 0) return false;
      filters.setEvent({ vector, error: errorCode });
      return happened('exception', ({ vectors }) => vectors.length === 0 || vectors.includes(vector), {
        kind: 'exception',
        vector,
        errorCode,
      });
    },
    transition(kind, vector, errorCode, fromRing, toRing) {
      if (lists.interrupt.length > 0 && vector >= 0 && kind !== 'exception') {
        const source = kind === 'software-interrupt' ? 'software' : 'hardware';
        filters.setEvent({ vector, error: errorCode });
        happened(
          'interrupt',
          (spec) =>
            (spec.source === 'any' || spec.source === source) &&
            (spec.vectors.length === 0 || spec.vectors.includes(vector)),
          { kind: 'interrupt', vector, source },
        );
      }
      if (lists.ring.length > 0 && fromRing !== toRing) {
        filters.setEvent({ vector, error: errorCode, from: fromRing, to: toRing });
        happened(
          'ring',
          ({ from, to }) => (from === -1 || from === fromRing) && (to === -1 || to === toRing),
          { kind: 'ring', from: fromRing, to: toRing },
        );
      }
    },
    control(register, before, value) {
      if (lists.control.length === 0) return;
      filters.setEvent({ before, value });
      happened('control', (spec) => spec.register === register && (!spec.change || before !== value), {
        kind: 'control',
        register,
        before: before >>> 0,
        value: value >>> 0,
      });
    },
    msr(index, low, high) {
      if (lists.msr.length === 0) return;
      filters.setEvent({ msr: index, value: low });
      happened('msr', (spec) => spec.index === -1 || spec.index === index, { kind: 'msr', index, low, high });
    },
    switched(from, to, operation) {
      watch();
      if (lists.switch.length === 0) return;
      filters.setEvent({ from, to, operation });
      happened(
        'switch',
        (spec) =>
          (spec.from === -1 || spec.from === from) &&
          (spec.to === -1 || spec.to === to) &&
          (spec.operation === -1 || spec.operation === operation),
        { kind: 'switch', from, to, operation },
      );
    },
    port(port, size, write, value) {
      if (lists.port.length === 0) return;
      filters.setEvent({ port, size, write: Number(write), value });
      happened(
        'port',
        ({ first, last, access }) =>
          port <= last &&
          port + size > first &&
          (access === 'readWrite' || access === (write ? 'write' : 'read')),
        { kind: 'port', port, size, write, value },
      );
    },
    newCode(linear, physical, fresh, writable) {
      const page = physical >>> 12;
      const isNew = executed[page] === 0;
      executed[page] = 1;
      if (lists.execute.length === 0) return News.None;
      filters.setEvent({});
      /** Those who have not heard of it, though they may not want to as things are. */
      let waiting = 0;
      const hit = tellThose(
        'execute',
        (spec) => {
          if (spec.pages !== 'outside')
            return spec.pages === 'new' ? isNew : fresh && told[page] === 0 && writable();
          if (!outside.concerns(spec, owner(), cpu.views.state[CPL] === 3)) return false;
          const isNews = outside.isNews(spec, linear, page, fresh);
          if (isNews) waiting++;
          return isNews;
        },
        { kind: 'execute', linear, physical },
      );
      markTold(hit, linear, page);
      if (hit.length > 0) return News.Stop;
      return waiting === 0 ? News.None : News.NotNow;
    },
  };
}
