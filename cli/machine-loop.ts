/**
 * Runs a machine to its end in slices of some milliseconds, so that signals and input are seen between them.
 */
import type { Compiler } from '../core/jit/compiler.ts';
import type { Machine, RunResult } from '../core/machine/machine.ts';
import type { SerialPort } from '../core/protocol/machine-protocol.ts';
import { createPace } from '../core/worker/pace.ts';
import { createSliceLength } from '../core/worker/slice-length.ts';
import type { ByteSink } from './byte-sink.ts';
import type { OtherEnds } from './devices.ts';
import type { SerialInput } from './serial-input.ts';

/** How a run ended. */
export type End =
  | { readonly kind: 'exit'; readonly status: number }
  | Extract<RunResult, { readonly kind: 'shutdown' | 'reset' }>
  /** `dead`: with interrupts off. Otherwise: no timer runs and nothing is left to come from outside. */
  | { readonly kind: 'halted'; readonly dead: boolean }
  | { readonly kind: 'instructions' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'output-closed' };

export interface LoopSettings {
  readonly maxInstructions: number;
  readonly pace: 'real' | 'fast';
  readonly input: SerialInput;
  /** Where the input goes; COM1 when absent. */
  readonly inputPort?: SerialPort;
  readonly sinks: readonly ByteSink[];
  readonly otherEnds: OtherEnds;
  /** The machine's. */
  readonly compiler: Compiler;
  /** The run is to end: seen between two runs of the machine, so also when its output made it come back. */
  readonly interrupted: () => boolean;
  /** Calls back once when `interrupted` turns true. */
  onInterrupt(callback: () => void): void;
}

/** What a machine waits for: the tick at which something is due, or an answer that it must have before it goes on. */
interface Wait {
  readonly kind: 'wait';
  readonly wake: number | 'answer';
}

/** Real time between two looks at the outside. */
const SLICE_MS = 10;
/** The same while translations of what runs are being compiled. */
const COMPILING_SLICE_MS = 1;
/** How often a slow reader of the output is tried again. */
const RETRY_MS = 2;
/** Timers of the platform cannot run for ever. */
const LONGEST_PAUSE_MS = 60_000;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Waits for input, another end of a device, an interrupt or the time, whichever comes first. */
function pause(settings: LoopSettings, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    // Without a timer the process would end when nothing else is open; waking up too early does no harm.
    const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_PAUSE_MS));
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    settings.onInterrupt(wake);
    settings.otherEnds.onNext(wake);
    if (settings.input.open()) settings.input.onNext(wake);
  });
}

/** Runs `machine` to its end. */
export async function runMachine(machine: Machine, settings: LoopSettings): Promise<End> {
  const { input, sinks, otherEnds, compiler, maxInstructions } = settings;
  const pace = createPace(() => performance.now(), machine.virtualNanoseconds);
  const sliceLength = createSliceLength();

  /** A slice of real time. Returns the end, or what the machine waits for: a tick, or an answer. */
  function slice(): End | Wait | undefined {
    let now = performance.now();
    const begin = now;
    const limit = () => (compiler.idle ? SLICE_MS : COMPILING_SLICE_MS);
    do {
      otherEnds.give();
      if (otherEnds.busy()) return { kind: 'wait', wake: 'answer' };
      const left = maxInstructions - machine.instructions();
      if (left <= 0) return { kind: 'instructions' };
      const result = machine.run(Math.min(sliceLength.ticks, left));
      switch (result.kind) {
        case 'exit':
        case 'shutdown':
        case 'reset':
          return result;
        case 'halted':
          if (otherEnds.ready() || otherEnds.busy()) break;
          if (machine.dead()) return { kind: 'halted', dead: true };
          if (result.wake === Infinity || settings.pace === 'real')
            return { kind: 'wait', wake: Math.min(result.wake, otherEnds.deadline()) };
          machine.skipTo(result.wake);
          break;
        case 'slice':
        case 'breakpoint':
        case 'event':
        case 'guard':
          break;
      }
      const before = now;
      now = performance.now();
      sliceLength.took(now - before);
    } while (!settings.interrupted() && now - begin < limit());
    return undefined;
  }

  /** Gives readers what the machine has written, and waits for those that are slow. @returns whether all still read */
  async function drain(): Promise<boolean> {
    for (;;) {
      const states = sinks.map((sink) => sink.flush());
      if (states.includes('closed')) return false;
      if (!states.includes('waiting') || settings.interrupted()) return true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async function untilItEnds(): Promise<End> {
    for (;;) {
      await turn();
      if (settings.interrupted()) return { kind: 'interrupted' };
      for (const bytes of input.take()) machine.receive(settings.inputPort ?? 'com1', bytes);

      const result = slice();
      const isRead = await drain();
      if (result && result.kind !== 'wait') return result;
      if (!isRead) return { kind: 'output-closed' };
      if (!result) continue;
      if (result.wake === 'answer') {
        await pause(settings, Infinity);
        continue;
      }
      if (result.wake === Infinity && !input.open() && !otherEnds.open())
        return { kind: 'halted', dead: false };
      const wait = pace.until(result.wake);
      if (wait > 1) await pause(settings, wait);
      if (wait <= 1) machine.skipTo(result.wake);
      else if (settings.pace === 'real') machine.skipTo(pace.tick());
    }
  }

  try {
    return await untilItEnds();
  } finally {
    // When the machine fails, what it has written before tells where.
    for (const sink of sinks) sink.flush();
  }
}
