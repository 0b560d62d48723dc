/**
 * The debugger's part of a machine: what it records, what it stops on, and what it can say about address spaces. It sees
 * everything and changes nothing.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { EIP, CS } from '../cpu/state.ts';
import { News, type PortIo } from '../cpu/env.ts';
import type { Inspector } from '../machine/inspector.ts';
import type { Passages } from '../machine/passages.ts';
import type { MachineBus, Processor } from '../machine/processor.ts';
import { PAGE_SIZE } from '../memory/layout.ts';
import type { LogPointHit } from '../protocol/debug-protocol.ts';
import { type Breakpoints, createBreakpoints } from './breakpoints.ts';
import { type Catchpoints, createCatchpoints } from './catchpoints.ts';
import { createExecution, type Execution } from './execution.ts';
import { createFilters } from './filter.ts';
import { walkPages } from './page-walk.ts';
import { createProfiler, type Profiler } from './profiler.ts';
import { createSpaceLoads, type SpaceLoads } from './space-loads.ts';
import { createTracing } from './tracing.ts';
import { createTransitions, type Transitions } from './transitions.ts';
import { createWatchpoints, type Watchpoints } from './watchpoints.ts';

export interface DebugCore {
  readonly breakpoints: Breakpoints;
  readonly catchpoints: Catchpoints;
  readonly watchpoints: Watchpoints;
  readonly transitions: Transitions;
  readonly spaceLoads: SpaceLoads;
  readonly execution: Execution;
  readonly profiler: Profiler;
  /** Who is told of log points. */
  onLog: (hit: LogPointHit) => void;
}

/** What the machine's processor is connected to. */
export interface DebugTaps {
  readonly events: MachineBus['events'];
  /** Ports that are watched. */
  ports(ports: PortIo): PortIo;
  /** Joins both. */
  attach(cpu: Cpu, inspector: Inspector): DebugCore;
}

export function createDebugTaps(
  { memory, cpu: { views }, watchedCode }: Processor,
  passages: () => Passages,
  retired: () => number,
): DebugTaps {
  const { state, segBase } = views;
  const transitions = createTransitions(views, retired, () => passages().current());
  const spaceLoads = createSpaceLoads();
  let catchpoints: Catchpoints | undefined;
  let inspector: Inspector | undefined;
  let fromRing = 0;

  const events: MachineBus['events'] = {
    beginTransition() {
      fromRing = transitions.begin();
    },
    endTransition(kind, vector, errorCode) {
      const toRing = transitions.end(kind, vector, errorCode);
      catchpoints?.transition(kind, vector, errorCode, fromRing, toRing);
    },
    exception: (vector, errorCode) => catchpoints?.exception(vector, errorCode) ?? false,
    controlWrite(register, before, value) {
      if (register === 3) spaceLoads.note(retired(), (segBase[CS] + state[EIP]) >>> 0, before, value);
      catchpoints?.control(register, before, value);
    },
    msrWrite(index, low, high) {
      catchpoints?.msr(index, low, high);
    },
    newCode(linear, physical, fresh) {
      const writable = () =>
        inspector !== undefined && walkPages(memory, inspector.currentSpace(), linear).writable;
      return catchpoints?.newCode(linear, physical, fresh, writable) ?? News.None;
    },
  };

  return {
    events,
    ports: ({ read, write }) => ({
      read(port, size) {
        const value = read(port, size);
        catchpoints?.port(port, size, false, value);
        return value;
      },
      write(port, value, size) {
        write(port, value, size);
        catchpoints?.port(port, size, true, value);
      },
    }),
    attach(cpu, inspect) {
      inspector = inspect;
      const filters = createFilters(cpu, inspect, passages());
      const tracing = createTracing(cpu, inspect, passages());
      const core: DebugCore = {
        breakpoints: createBreakpoints(cpu, inspect, filters, (hit) => {
          core.onLog(hit);
        }),
        catchpoints: (catchpoints = createCatchpoints(
          cpu,
          filters,
          memory.size / PAGE_SIZE,
          watchedCode,
          passages().current,
          transitions.tell,
        )),
        watchpoints: createWatchpoints(memory, cpu, filters),
        transitions,
        spaceLoads,
        execution: createExecution(tracing),
        profiler: createProfiler(cpu, passages(), transitions, tracing),
        onLog: () => undefined,
      };
      return core;
    },
  };
}
