/**
 * `colinux daemon`: runs guests by their configurations, headless or with a cocon on this terminal, as coLinux's
 * colinux-daemon did with one. SIGTERM asks the guests to shut down; the exit statuses are coLinux's.
 */
import { CO_ABI_VERSION } from '../core/abi/abi.ts';
import { guestAbiVersion, identifyImage } from '../core/boot/image-kind.ts';
import { readPartitions } from '../core/images/partitions.ts';
import { machineMiB, type MachinePlan } from '../core/coop/plan/plan.ts';
import { innerDevices } from '../core/outside/specs.ts';
import type { KernelSource } from '../core/boot/load-kernel.ts';
import type { Compiler } from '../core/jit/compiler.ts';
import { createMachine } from '../core/machine/machine.ts';
import { createProcessor } from '../core/machine/processor.ts';
import { createNodeCompiler } from './compiler.ts';
import { parseDaemonOptions } from './daemon-options.ts';
import { DaemonStatus, removePidFile, writePidFile } from './daemon-status.ts';
import { openTerminal } from './daemon-terminal.ts';
import { loadAdapter } from './dap.ts';
import { openDevices, type RunDevices } from './devices.ts';
import { openFileSource } from './file-source.ts';
import { type PlannedRun, planRun } from './guest-configs.ts';
import { startPrograms } from './host-programs.ts';
import { hostKernelIsThere, readHost, readImage } from './images.ts';
import { recallRegions } from './kept-regions.ts';
import { type End, runMachine } from './machine-loop.ts';
import { Problem } from './problem.ts';
import { report } from './process.ts';
import { watchTermination } from './termination.ts';

/** What port F4h gives for the host's EXIT_SUCCESS. */
const GOOD_END = 1;

function conclude(end: End): number {
  switch (end.kind) {
    case 'exit':
      return end.status === GOOD_END ? DaemonStatus.Done : DaemonStatus.Other;
    case 'interrupted':
      report('a guest was asked to shut down and did not: it was ended.');
      return DaemonStatus.Other;
    case 'shutdown':
      report('the machine shut down after a triple fault.');
      return DaemonStatus.Other;
    default:
      report(`the machine ended: ${end.kind}.`);
      return DaemonStatus.Other;
  }
}

/** The kernels of the guests and what else they boot with. @throws Problem, BootError */
function readModules({ guests, data }: MachinePlan): KernelSource['modules'] {
  const kernels = guests.map(({ file, name, args }) => {
    const bytes = readImage('kernel', file);
    if (identifyImage(bytes) !== 'cooperative')
      throw new Problem(`${file} is no cooperative guest: colinux run boots a kernel that runs alone.`);
    return { bytes, name, args };
  });
  const others = data.map(({ file, name, args }) => ({
    bytes: readImage('initial RAM disk', file),
    name,
    args,
  }));
  return [...kernels, ...others];
}

/** Guests that were built for another ABI, as sentences. */
function mismatches(modules: KernelSource['modules'], guests: number): string[] {
  return modules.slice(0, guests).flatMap(({ bytes, name }) => {
    const version = guestAbiVersion(bytes);
    return version === CO_ABI_VERSION
      ? []
      : [
          `${name} is for version ${version ?? 'unknown'} of the cooperative ABI, but this host has ${CO_ABI_VERSION}: ` +
            'build it with the headers of this version.',
        ];
  });
}

/** A guest expects bare file systems; with a partition table it would find none. */
async function reportPartitions({ ends }: MachinePlan): Promise<void> {
  for (const { path } of ends.disks) {
    const source = await openFileSource(path);
    const { partitions } = await readPartitions(source).catch(() => ({ partitions: [] }));
    await source.close();
    if (partitions.length > 0)
      report(
        `${path} has partitions, but a cobd unit is usually a bare file system: colinux image convert --partition takes one out.`,
      );
  }
}

/**
 * @param folder where the bundle lies
 * @returns the exit status
 * @throws Problem, BootError, EndError
 */
export async function daemon(args: readonly string[], folder: string): Promise<number> {
  const options = parseDaemonOptions(args);
  if (options.port !== undefined) return loadAdapter(['daemon', ...args], folder);
  const run = await planRun(options.guests);
  if (!hostKernelIsThere(folder)) {
    report('the host kernel is not beside this program: build it with npm run build:kernels.');
    return DaemonStatus.DriverMissing;
  }
  const guests = run.configs.length;
  const modules = readModules(run.plan);
  const wrong = mismatches(modules, guests);
  if (wrong.length > 0) {
    wrong.forEach(report);
    return DaemonStatus.VersionMismatch;
  }
  const devices = await openDevices(run.plan.ends, innerDevices(undefined, true), folder, report);
  try {
    await reportPartitions(run.plan);
    const source = { kernel: readHost(undefined, folder), modules };
    return await runGuests(options, run, source, devices, createNodeCompiler(folder));
  } finally {
    await devices.close();
  }
}

async function runGuests(
  options: ReturnType<typeof parseDaemonOptions>,
  { plan, configs }: PlannedRun,
  source: KernelSource,
  devices: RunDevices,
  compiler: Compiler,
): Promise<number> {
  const guests = configs.length;
  const terminal = openTerminal(
    options,
    configs,
    plan.guests.map(({ name }) => name),
    plan.ends.lines.some(({ device }) => device === 'stdio'),
  );
  const moduleBytes = source.modules.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const config = {
    memoryBytes: machineMiB(plan, moduleBytes) * 2 ** 20,
    ...source,
    devices: devices.specs,
    rtcSeconds: Math.floor(Date.now() / 1000),
  };
  const processor = createProcessor(config, undefined, compiler);
  const machine = createMachine(
    config,
    {
      serial: terminal.receive,
      debugcon: () => undefined,
      devices: devices.outputs,
      log(text) {
        if (options.verbosity > 0) report(`machine: ${text}`);
      },
    },
    processor,
  );
  const keepRegions = await recallRegions(
    processor,
    source.modules.map(({ name }) => name),
  );
  const { takeRequests, ...termination } = watchTermination(guests);
  writePidFile(options.pidFile);
  const endPrograms = startPrograms(configs);
  try {
    const otherEnds = devices.plugIn(machine);
    const end = await runMachine(machine, {
      maxInstructions: Infinity,
      pace: 'real',
      // Keys and power messages go to the guests over the wire.
      input: terminal.input(takeRequests),
      inputPort: 'com2',
      sinks: [],
      otherEnds,
      compiler,
      ...termination,
    });
    await keepRegions();
    return conclude(end);
  } finally {
    terminal.close();
    endPrograms();
    removePidFile(options.pidFile);
  }
}
