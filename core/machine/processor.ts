/**
 * A processor with its RAM, around which machines are built one after the other.
 *
 * An engine compiles the processor's closures for the memory that they are over. What it has compiled serves a further machine only
 * if closures and memory are the same: a second processor in one thread never gets as fast as the first. So a machine that is booted again
 * gets the processor of the one before, as new: `renew` leaves nothing behind that a program or a debugger could see.
 */
import { type Cpu, type CpuBus, createCpu } from '../cpu/cpu.ts';
import type { ExecutionObserver } from '../cpu/decode/observe.ts';
import type { CpuEvents, WatchedCode } from '../cpu/env.ts';
import { createBulk } from '../cpu/string/bulk.ts';
import { type CpuModelName, MODELS } from '../cpu/system/cpuid.ts';
import type { Compiler } from '../jit/compiler.ts';
import type { Tier } from '../jit/tier.ts';
import { STATE_BASE, STATE_END, TRANSITION_ROWS_BASE, TRANSITIONS_BASE } from '../memory/layout.ts';
import { PhysicalMemory } from '../memory/physical-memory.ts';

/** What a processor is, whichever machine it is in. */
export interface ProcessorSettings {
  /** RAM in bytes: a multiple of 4 KiB between 1 MiB and 1 GiB. */
  readonly memoryBytes: number;
  /** The processor model; `max` when absent. */
  readonly cpu?: CpuModelName;
  /** Which tier of the processor runs: for tests and measurements, the machine cannot tell. */
  readonly tier?: Tier;
}

/** What a machine connects its processor to. */
export interface MachineBus extends Omit<CpuBus, 'events' | 'onExecute'> {
  readonly events: Omit<CpuEvents, 'watchedCode'>;
}

export interface Processor {
  readonly memory: PhysicalMemory;
  readonly cpu: Cpu;
  /** Of the events, the part that is the processor's own. */
  readonly watchedCode: WatchedCode;
  /** Can a machine with these settings be built around it? */
  fits(settings: ProcessorSettings): boolean;
  /** Connects it to a machine; `cpu.reset` is to follow. */
  plug(bus: MachineBus): void;
  /** All that the machines before have left is gone: RAM is zero, no code is decoded, no debugger waits for anything. */
  renew(): void;
}

const notPlugged = (): never => {
  throw new Error('The processor is in no machine.');
};
const NOWHERE: MachineBus = {
  ports: { read: notPlugged, write: notPlugged },
  acknowledgeInterrupt: notPlugged,
  onCr3Write: notPlugged,
  onFpuError: notPlugged,
  events: {
    beginTransition: notPlugged,
    endTransition: notPlugged,
    exception: notPlugged,
    controlWrite: notPlugged,
    msrWrite: notPlugged,
    newCode: notPlugged,
  },
};

/**
 * @param onExecute for coverage reports; makes the processor slower where it is given
 * @param compiler of translations; absent: they are compiled when they are needed, and the machine waits
 * @throws MemorySizeError
 */
export function createProcessor(
  { memoryBytes, cpu: model = 'max', tier }: ProcessorSettings,
  onExecute?: ExecutionObserver,
  compiler?: Compiler,
): Processor {
  let bus = NOWHERE;
  const memory = new PhysicalMemory(memoryBytes);
  const watchedCode: WatchedCode = { pages: undefined, anywhere: false };
  const cpu = createCpu(
    memory,
    {
      ports: {
        read: (port, size) => bus.ports.read(port, size),
        write: (port, value, size) => {
          bus.ports.write(port, value, size);
        },
      },
      acknowledgeInterrupt: () => bus.acknowledgeInterrupt(),
      onCr3Write: (value, code) => {
        bus.onCr3Write(value, code);
      },
      onFpuError: (asserted) => bus.onFpuError(asserted),
      events: {
        beginTransition: () => {
          bus.events.beginTransition();
        },
        endTransition: (kind, vector, errorCode) => {
          bus.events.endTransition(kind, vector, errorCode);
        },
        exception: (vector, errorCode) => bus.events.exception(vector, errorCode),
        controlWrite: (register, before, value) => {
          bus.events.controlWrite(register, before, value);
        },
        msrWrite: (index, low, high) => {
          bus.events.msrWrite(index, low, high);
        },
        newCode: (linear, physical, fresh) => bus.events.newCode(linear, physical, fresh),
        watchedCode,
      },
      ...(onExecute ? { onExecute } : {}),
    },
    MODELS[model],
    tier,
    compiler,
  );
  const { clear } = createBulk(memory.wasm);
  const { buffer } = memory.wasm;
  const head = new Uint8Array(buffer, STATE_BASE, STATE_END - STATE_BASE);
  const transitions = new Uint8Array(buffer, TRANSITIONS_BASE, TRANSITION_ROWS_BASE - TRANSITIONS_BASE);
  /** What is there when nothing has run: constants of the soft-float core are there, too. */
  const beginning = head.slice();

  return {
    memory,
    cpu,
    watchedCode,
    fits: ({ memoryBytes: bytes, cpu: other = 'max', tier: otherTier }) =>
      bytes === memoryBytes && other === model && otherTier === tier && !onExecute,
    plug(to) {
      bus = to;
    },
    renew() {
      if (bus === NOWHERE) return;
      bus = NOWHERE;
      watchedCode.pages = undefined;
      watchedCode.anywhere = false;
      cpu.renew();
      head.set(beginning);
      cpu.views.branches.fill(0);
      transitions.fill(0);
      memory.renew(clear);
    },
  };
}
