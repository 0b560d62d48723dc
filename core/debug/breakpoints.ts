/**
 * Breakpoints of the debugger: matched when an instruction is about to execute, never bytes in guest memory, no limit.
 *
 * A breakpoint is a linear address and, if it names one, a coroutine. One more, temporary breakpoint belongs to the
 * stepper; it carries its own condition.
 */
import type { BreakpointSet, Cpu } from '../cpu/cpu.ts';
import type { Passages } from '../machine/passages.ts';
import type { BreakpointSpec } from '../protocol/machine-protocol.ts';

/** A stepper's private stop: an address and a test that must hold there. */
export interface TemporaryBreakpoint {
  readonly address: number;
  holds(): boolean;
}

export interface Breakpoints {
  replace(specs: readonly BreakpointSpec[]): void;
  setTemporary(breakpoint: TemporaryBreakpoint | undefined): void;
  /** Ids of the user's breakpoints that match at this linear address now. */
  matching(linear: number): number[];
}

export function createBreakpoints(cpu: Cpu, passages: Passages): Breakpoints {
  let byAddress = new Map<number, BreakpointSpec[]>();
  let temporary: TemporaryBreakpoint | undefined;

  function matching(linear: number): number[] {
    const specs = byAddress.get(linear);
    if (!specs) return [];
    const owner = passages.current();
    return specs.filter(({ coroutine }) => coroutine === -1 || coroutine === owner).map(({ id }) => id);
  }

  function install(): void {
    const pageOffsets = new Set<number>();
    for (const address of byAddress.keys()) pageOffsets.add(address & 0xfff);
    if (temporary) pageOffsets.add(temporary.address & 0xfff);
    const set: BreakpointSet = {
      pageOffsets,
      matches: (linear) =>
        (temporary !== undefined && temporary.address === linear && temporary.holds()) ||
        matching(linear).length > 0,
    };
    cpu.setBreakpoints(set);
  }

  return {
    replace(specs) {
      byAddress = new Map();
      for (const spec of specs) {
        const address = spec.address >>> 0;
        byAddress.set(address, [...(byAddress.get(address) ?? []), spec]);
      }
      install();
    },
    setTemporary(breakpoint) {
      if (breakpoint === temporary) return;
      temporary = breakpoint;
      install();
    },
    matching,
  };
}
