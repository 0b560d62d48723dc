/**
 * `colinux run`: boots an image headless, connects its serial port and debug console, and turns the machine's end into
 * an exit status.
 */
import { writeFileSync } from 'node:fs';
import { innerDevices } from '../core/outside/specs.ts';
import type { Compiler } from '../core/jit/compiler.ts';
import { createMachine, type Machine } from '../core/machine/machine.ts';
import { createProcessor } from '../core/machine/processor.ts';
import { createNodeCompiler } from './compiler.ts';
import { snapshot } from '../core/machine/snapshot.ts';
import { type ByteSink, openSink } from './byte-sink.ts';
import { openDevices, type RunDevices } from './devices.ts';
import { ExitStatus } from './exit-status.ts';
import { describeRegisters, describeShutdown } from './fault-report.ts';
import { type BootFiles, readBootFiles } from './images.ts';
import { type Interrupt, watchInterrupt } from './interrupt.ts';
import { recallRegions } from './kept-regions.ts';
import { type End, runMachine } from './machine-loop.ts';
import { Problem, systemReason } from './problem.ts';
import { parseRunOptions, type RunOptions } from './run-options.ts';
import { NO_INPUT, openStdin } from './serial-input.ts';

/** What the run writes for the user, apart from the machine's own output. */
export type Report = (text: string) => void;

const count = (value: number) => value.toLocaleString('en-US');

/** Says how the run ended, if that is not the guest's own doing, and gives the exit status. */
function conclude(end: End, machine: Machine, report: Report): number {
  const after = `after ${count(machine.instructions())} instructions`;
  switch (end.kind) {
    case 'exit':
      return end.status;
    case 'shutdown':
      report(`${describeShutdown(end.causes, snapshot(machine).cpu)}\nIt happened ${after}.`);
      return ExitStatus.TripleFault;
    case 'reset':
      report(`The guest reset the machine ${after}.`);
      return ExitStatus.Reset;
    case 'halted':
      report(
        `The CPU is halted for ever ${after}: ` +
          (end.dead
            ? 'interrupts are off (CLI, HLT), and only a reset could wake it.'
            : 'it waits for an interrupt, but no timer is running and nothing is left to come from outside.') +
          `\n${describeRegisters(snapshot(machine).cpu)}`,
      );
      return ExitStatus.Halted;
    case 'instructions':
      report(`Stopped ${after}, as --max-instructions asks for.`);
      return ExitStatus.Done;
    case 'interrupted':
      report(`Interrupted ${after}.`);
      return ExitStatus.Interrupted;
    case 'output-closed':
      return ExitStatus.OutputClosed;
  }
}

/**
 * @param folder where the bundle lies.
 * @returns the exit status.
 * @throws Problem, BootError, MemorySizeError
 */
export async function run(args: readonly string[], folder: string, report: Report): Promise<number> {
  const options = parseRunOptions(args);
  const files = readBootFiles(options, folder);
  const devices = await openDevices(
    options.ends,
    innerDevices(options.rng, 'cooperative' in files && files.cooperative),
    folder,
    report,
  );
  const interrupt = watchInterrupt();
  let status;
  try {
    status = await runWith(options, files, devices, createNodeCompiler(folder), interrupt, report);
  } finally {
    await devices.close();
  }
  interrupt.passOn();
  return status;
}

async function runWith(
  options: RunOptions,
  files: BootFiles,
  devices: RunDevices,
  compiler: Compiler,
  interrupt: Interrupt,
  report: Report,
): Promise<number> {
  const sinks: { serial?: ByteSink; debugcon?: ByteSink } = {};
  const config = {
    memoryBytes: options.memoryMiB << 20,
    ...files,
    ...(options.cpu === undefined ? {} : { cpu: options.cpu }),
    devices: devices.specs,
    rtcSeconds: options.rtc ?? Math.floor(Date.now() / 1000),
  };
  const processor = createProcessor(config, undefined, compiler);
  const machine: Machine = createMachine(
    config,
    {
      serial(port, byte) {
        if (port === 'com1') sinks.serial?.write(byte);
      },
      debugcon: (byte) => sinks.debugcon?.write(byte),
      devices: devices.outputs,
      ...(options.post
        ? {
            post: (port: number, value: number) => {
              report(`POST ${port.toString(16)}h: ${value.toString(16).padStart(2, '0')}`);
            },
          }
        : {}),
      log: (text) => {
        report(`machine: ${text}`);
      },
    },
    processor,
  );
  const keepRegions = await recallRegions(processor, [options.image ?? options.bios]);
  // Only now, when there is something to run, are files emptied.
  sinks.serial = openSink('serial', options.serial ?? 'stdio');
  if (options.debugcon !== undefined) sinks.debugcon = openSink('debugcon', options.debugcon);
  const input =
    options.serial === undefined || options.serial === 'stdio'
      ? openStdin(options.serial === 'stdio')
      : NO_INPUT;

  const otherEnds = devices.plugIn(machine);

  const began = performance.now();
  const end = await runMachine(machine, {
    maxInstructions: options.maxInstructions,
    pace: options.pace ?? (input.interactive || otherEnds.open() ? 'real' : 'fast'),
    input,
    sinks: Object.values(sinks),
    otherEnds,
    compiler,
    ...interrupt,
  });
  const seconds = (performance.now() - began) / 1000;
  await keepRegions();
  const status = conclude(end, machine, report);
  if (options.stats !== undefined) writeStats(options.stats, machine, seconds, status);
  return status;
}

function writeStats(file: string, machine: Machine, seconds: number, exit: number): void {
  const instructions = machine.instructions();
  const stats = {
    instructions,
    seconds,
    mips: seconds > 0 ? instructions / seconds / 1e6 : 0,
    exit,
    stateHash: machine.hash(),
  };
  try {
    writeFileSync(file, `${JSON.stringify(stats, null, 2)}\n`);
  } catch (error) {
    throw new Problem(`--stats cannot write to "${file}", ${systemReason(error)}: give a file's name.`);
  }
}
