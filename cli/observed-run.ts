/** Runs a kernel for what can be seen of it: its output, or what it executes. No input, no output of its own. */
import { innerDevices } from '../core/outside/specs.ts';
import { createMachine, type Machine } from '../core/machine/machine.ts';
import { createProcessor } from '../core/machine/processor.ts';
import { createNodeCompiler } from './compiler.ts';
import { openDevices } from './devices.ts';
import type { BootFiles } from './images.ts';
import { type End, runMachine } from './machine-loop.ts';
import { report } from './process.ts';
import type { RunOptions } from './run-options.ts';
import { NO_INPUT } from './serial-input.ts';

export interface Observer {
  /** The machine is there and has not run. */
  begin(machine: Machine): void;
  byte(port: 'com1' | 'com2' | 'debugcon', byte: number): void;
  /** Enough was seen. Asked after each byte, and the machine ends behind the instruction that sent it. */
  isOver(): boolean;
}

/** The wall clock of a run without `--rtc`: two runs are the same. 2000-01-01. */
const RTC_SECONDS = 946_684_800;

/** @param folder where the bundle lies. @throws BootError, MemorySizeError, EndError */
export async function observedRun(
  options: RunOptions,
  files: BootFiles,
  folder: string,
  observer: Observer,
): Promise<{ readonly machine: Machine; readonly end: End }> {
  const cooperative = 'cooperative' in files && files.cooperative;
  const devices = await openDevices(options.ends, innerDevices(options.rng, cooperative), folder, report);
  let interrupted = false;
  let wake: (() => void) | undefined;
  const onInterrupt = () => {
    interrupted = true;
    wake?.();
  };
  process.on('SIGINT', onInterrupt);
  try {
    const see = (port: 'com1' | 'com2' | 'debugcon', byte: number) => {
      observer.byte(port, byte);
      if (observer.isOver()) machine.interruptRun();
    };
    const config = {
      ...{ memoryBytes: options.memoryMiB << 20, ...files, devices: devices.specs },
      ...(options.cpu === undefined ? {} : { cpu: options.cpu }),
      rtcSeconds: options.rtc ?? RTC_SECONDS,
    };
    const compiler = createNodeCompiler(folder);
    const machine: Machine = createMachine(
      config,
      {
        serial: see,
        debugcon: (byte) => {
          see('debugcon', byte);
        },
        devices: devices.outputs,
        log: () => undefined,
      },
      createProcessor(config, undefined, compiler),
    );
    const otherEnds = devices.plugIn(machine);
    observer.begin(machine);
    const end = await runMachine(machine, {
      maxInstructions: options.maxInstructions,
      pace: options.pace ?? (otherEnds.open() ? 'real' : 'fast'),
      input: NO_INPUT,
      sinks: [],
      otherEnds,
      compiler,
      interrupted: () => interrupted || observer.isOver(),
      onInterrupt(callback) {
        wake = callback;
      },
    });
    return { machine, end };
  } finally {
    process.off('SIGINT', onInterrupt);
    await devices.close();
  }
}
