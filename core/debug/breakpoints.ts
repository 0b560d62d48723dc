/**
 * Breakpoints of the debugger: matched when an instruction is about to execute, never bytes in guest memory, no limit.
 *
 * A breakpoint is a linear or a physical address with a filter. One more, temporary breakpoint belongs to the stepper; it
 * carries its own condition. A visit is looked at once: its hits are kept until the next one. An instruction that faults and
 * runs again is visited once, as far as its handler gives back the RF that the processor has pushed; a breakpoint that was set
 * meanwhile has not been visited.
 */
import type { BreakpointSet, Cpu } from '../cpu/cpu.ts';
import type { Inspector } from '../machine/inspector.ts';
import type { BreakpointSpec, LoggedValue, LogPointHit, LogSpec } from '../protocol/debug-protocol.ts';
import { type Compiled, compileExpression, ExpressionFailure, type ExpressionSource } from './expression.ts';
import { type CompiledFilter, createVisits, type Filters } from './filter.ts';
import type { Sentence } from '../sentences/say.ts';

/** A stepper's private stop: addresses and a test that must hold there. */
export interface TemporaryBreakpoint {
  readonly addresses: readonly number[];
  holds(linear: number): boolean;
}

export interface Breakpoints {
  /** @throws ExpressionError: a condition is none; the breakpoints are as they were. */
  replace(specs: readonly BreakpointSpec[]): void;
  setTemporary(breakpoint: TemporaryBreakpoint | undefined): void;
  /** Looks at the visit of an instruction, as the run loop does: for single steps. */
  visit(linear: number): boolean;
  /** Ids of the user's breakpoints that the last visit has hit. */
  hits(): readonly number[];
  /** Why conditions of the last visit had no value. */
  problems(): readonly Sentence[];
}

interface Armed {
  readonly spec: BreakpointSpec;
  readonly filter: CompiledFilter;
  readonly log: (() => LoggedValue[]) | undefined;
}

/** Most bytes a log point keeps of one value. */
const MAX_LOGGED = 4096;

export function createBreakpoints(
  cpu: Cpu,
  inspector: Inspector,
  filters: Filters,
  onLog: (hit: LogPointHit) => void,
): Breakpoints {
  let byAddress = new Map<number, Armed[]>();
  let byPhysical = new Map<number, Armed[]>();
  let temporary: TemporaryBreakpoint | undefined;
  const visits = createVisits();
  let hits: number[] = [];
  let problems: Sentence[] = [];

  function consider({ spec, filter, log }: Armed): void {
    if (!filter.applies() || (cpu.runsAgain() && visits.has(spec.id))) return;
    if (!visits.isHit(spec, filter)) return;
    const problem = filter.problem();
    if (log && problem === undefined) {
      onLog({ id: spec.id, values: log() });
      return;
    }
    hits.push(spec.id);
    if (problem !== undefined) problems.push(problem);
  }

  function visit(linear: number): boolean {
    hits = [];
    problems = [];
    byAddress.get(linear)?.forEach(consider);
    if (byPhysical.size > 0) {
      const physical = inspector.translate(inspector.currentSpace(), linear);
      if (physical !== undefined) byPhysical.get(physical)?.forEach(consider);
    }
    return hits.length > 0;
  }

  function install(): void {
    /** Any page may be mapped to a physical one. */
    const physicalOffsets = new Set([...byPhysical.keys()].map((address) => address & 0xfff));
    const set: BreakpointSet = {
      linear: [...byAddress.keys()],
      physical: [...byPhysical.keys()],
      near: (linear) =>
        byAddress.has(linear) ||
        temporary?.addresses.includes(linear) === true ||
        physicalOffsets.has(linear & 0xfff),
      matches(linear) {
        const user = visit(linear);
        return user || (temporary?.addresses.includes(linear) === true && temporary.holds(linear));
      },
    };
    cpu.setBreakpoints(set);
  }

  install();
  return {
    replace(specs) {
      const linear = new Map<number, Armed[]>();
      const physical = new Map<number, Armed[]>();
      for (const spec of specs) {
        const log = spec.log && compileLog(spec.log, filters.source);
        const armed = { spec, filter: filters.compile(spec), log };
        const map = spec.physical === true ? physical : linear;
        const address = spec.address >>> 0;
        const known = map.get(address);
        if (known) known.push(armed);
        else map.set(address, [armed]);
      }
      byAddress = linear;
      byPhysical = physical;
      visits.keep(new Set(specs.map(({ id }) => id)));
      install();
    },
    setTemporary(breakpoint) {
      temporary = breakpoint;
      if (breakpoint) cpu.splitAt(breakpoint.addresses.map((address) => address & 0xfff));
    },
    visit,
    hits: () => hits,
    problems: () => problems,
  };
}

function compileLog({ values }: LogSpec, source: ExpressionSource): () => LoggedValue[] {
  const readers = values.map((value): (() => LoggedValue) => {
    if (value.kind === 'value') return orNothing(compileExpression(value.expression, source));
    const address = compileExpression(value.address, source);
    const length = Math.min(value.length, MAX_LOGGED);
    return orNothing(() => {
      const bytes = source.read(Number(address()) >>> 0, length, false);
      const end = value.text ? bytes.indexOf(0) : -1;
      return end < 0 ? bytes : bytes.slice(0, end + 1);
    });
  });
  return () => readers.map((read) => read());
}

function orNothing(read: Compiled | (() => Uint8Array)): () => LoggedValue {
  return () => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ExpressionFailure)) throw error;
      return undefined;
    }
  };
}
