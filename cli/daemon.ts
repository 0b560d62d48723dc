/**
 * `colinux daemon`: runs one guest by its configuration, headless or with its cocon on this terminal, as coLinux's
 * colinux-daemon did. SIGTERM asks the guest to shut down; the exit status is coLinux's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { coPowerType } from '../core/abi/abi.ts';
import { encodePower } from '../core/abi/console.ts';
import { type GuestConfig, parseConfig } from '../core/coop/config/config.ts';
import { problemText } from '../core/coop/config/problems.ts';
import { createMachine, type Machine } from '../core/machine/machine.ts';
import { encodeTypedBytes } from '../debug-adapter/cocon/wire.ts';
import { Terminals } from '../debug-adapter/terminals.ts';
import { parseDaemonOptions } from './daemon-options.ts';
import { NO_OTHER_ENDS } from './devices.ts';
import { hostKernelIsThere, readBootFiles } from './images.ts';
import { type End, runMachine } from './machine-loop.ts';
import { Problem, systemReason } from './problem.ts';
import { report, write } from './process.ts';
import { NO_INPUT, openStdin } from './serial-input.ts';

/** Exit statuses of coLinux 0.7.1 and later. */
const DaemonStatus = { Done: 0, DriverMissing: 14, Other: 255 } as const;

const HOST_MIB = 64;
const GUEST_DEFAULT_MIB = 16;
/** What port F4h gives for the host's EXIT_SUCCESS. */
const GOOD_END = 1;
/** From the request to shut down to the end by force. */
const SHUTDOWN_MS = 10_000;
const COMMAND_LINE = 'command line';

async function readConfig(
  words: readonly string[],
): Promise<{ config: GuestConfig; base: (file: string) => string }> {
  const folderOf = (file: string) => (file === COMMAND_LINE ? process.cwd() : dirname(file));
  // The shell has taken quotes away: words with blanks get them back.
  const text = words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ');
  const { config, problems } = await parseConfig({ file: COMMAND_LINE, text }, (name, from) => {
    const file = resolve(folderOf(from), name);
    try {
      return Promise.resolve({ file, text: readFileSync(file, 'utf8') });
    } catch {
      return Promise.resolve(undefined);
    }
  });
  for (const problem of problems) write(2, `${problemText(problem)}\n`);
  if (problems.some(({ severity }) => severity === 'error'))
    throw new Problem('The configuration has errors: correct what is listed above.');
  return { config, base: folderOf };
}

/** Says what the host does not do for a guest yet: nobody is to wonder where a disk is. */
function reportNotServed(config: GuestConfig): void {
  const units = (name: string, list: readonly { readonly unit: number }[]) =>
    list.map(({ unit }) => `${name}${unit}`);
  const missing = [
    ...units('cobd', config.blocks),
    ...units('cofs', config.cofs),
    ...units('eth', config.network),
    ...units('ttys', config.serial),
    ...(config.initrd ? ['initrd'] : []),
  ];
  if (missing.length > 0)
    report(`this version's host kernel does not serve ${missing.join(', ')}: the guest runs without.`);
}

/** A program and its arguments, parted at blanks outside of quotes. Nothing is given to a shell. */
function startPrograms(config: GuestConfig): ChildProcess[] {
  return config.programs.map(({ unit, value }) => {
    const args = (value.arguments.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) =>
      word.replaceAll('"', ''),
    );
    const child = spawn(value.program, args, { stdio: 'ignore' });
    child.on('error', (error) => {
      report(`exec${unit}: ${value.program} cannot be started, for ${systemReason(error)}.`);
    });
    return child;
  });
}

function writePidFile(file: string): void {
  try {
    writeFileSync(file, `${process.pid}\n`);
  } catch (error) {
    throw new Problem(`-p cannot write to "${file}", for ${systemReason(error)}: give a file's name.`);
  }
}

/** SIGTERM and SIGHUP ask the guest to shut down; after a while, or with the second of them, the run ends by force. */
function watchTermination() {
  let wake: (() => void) | undefined;
  let asked = false;
  let forced = false;
  let requests: Uint8Array[] = [];
  const force = () => {
    forced = true;
    wake?.();
  };
  const terminate = () => {
    if (asked) {
      force();
      return;
    }
    asked = true;
    requests.push(encodePower(coPowerType.SHUTDOWN));
    setTimeout(force, SHUTDOWN_MS).unref();
    wake?.();
  };
  process.on('SIGTERM', terminate);
  process.on('SIGHUP', terminate);
  return {
    interrupted: () => forced,
    onInterrupt: (callback: () => void) => {
      wake = callback;
    },
    /** Power messages for the guest since the last call. */
    takeRequests: () => {
      const taken = requests;
      requests = [];
      return taken;
    },
  };
}

function conclude(end: End): number {
  switch (end.kind) {
    case 'exit':
      return end.status === GOOD_END ? DaemonStatus.Done : DaemonStatus.Other;
    case 'interrupted':
      report('the guest was asked to shut down and did not: it was ended.');
      return DaemonStatus.Other;
    case 'shutdown':
      report('the machine shut down after a triple fault.');
      return DaemonStatus.Other;
    default:
      report(`the machine ended: ${end.kind}.`);
      return DaemonStatus.Other;
  }
}

/**
 * @param folder where the bundle lies
 * @returns the exit status
 * @throws Problem, BootError
 */
export async function daemon(args: readonly string[], folder: string): Promise<number> {
  const options = parseDaemonOptions(args);
  const { config, base } = await readConfig(options.words);
  const { kernel } = config;
  if (!kernel) throw new Problem('The configuration names no kernel: add kernel=FILE.');
  if (!hostKernelIsThere(folder)) {
    report('the host kernel is not beside this program: build it with npm run build:kernels.');
    return DaemonStatus.DriverMissing;
  }
  reportNotServed(config);
  const memory = config.memoryMiB?.value ?? GUEST_DEFAULT_MIB;
  const files = readBootFiles(
    {
      image: resolve(base(kernel.at.file), kernel.value),
      bios: undefined,
      append: `mem=${memory} ${config.commandLine}`.trimEnd(),
      modules: [],
      host: undefined,
    },
    folder,
  );
  if (!('modules' in files) || files.modules.length === 0)
    throw new Problem(`${kernel.value} is no cooperative guest: colinux run boots a kernel that runs alone.`);

  const onTerminal =
    (options.terminal ?? (process.stdin.isTTY && process.stdout.isTTY ? 'cocon' : 'none')) === 'cocon';
  const hostLine = /^(host|daemon\d+|clock): /;
  let partial = '';
  const showMessages = (text: string) => {
    const lines = (partial + text).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) {
      const ofHost = hostLine.test(line);
      // Ends of guests are the daemon's own words.
      if (
        ofHost
          ? options.verbosity > 0 || /terminated|cannot start/.test(line)
          : options.kernelMessages && !onTerminal
      )
        write(ofHost || onTerminal ? 2 : 1, `${line}\n`);
    }
  };
  const terminals = new Terminals({
    output: ({ kind }, data) => {
      if (kind === 'cocon' && onTerminal) write(1, data);
    },
    input: () => undefined,
    text: showMessages,
  });
  terminals.start([kernel.value]);
  const machine: Machine = createMachine(
    { memoryBytes: (HOST_MIB + memory) << 20, ...files, rtcSeconds: Math.floor(Date.now() / 1000) },
    {
      serial: (port, byte) => {
        terminals.receive(port, Uint8Array.of(byte));
      },
      debugcon: () => undefined,
      log: (text) => {
        if (options.verbosity > 0) report(`machine: ${text}`);
      },
    },
  );
  const typed = onTerminal ? openStdin(true) : NO_INPUT;
  const { takeRequests, ...termination } = watchTermination();
  if (options.pidFile !== undefined) writePidFile(options.pidFile);
  const programs = startPrograms(config);
  if (onTerminal && process.stdin.isTTY) process.stdin.setRawMode(true);
  try {
    const end = await runMachine(machine, {
      maxInstructions: Infinity,
      pace: 'real',
      // Keys and power messages go to the guest over the wire.
      input: {
        ...typed,
        take: () => [...takeRequests(), ...typed.take().map((bytes) => encodeTypedBytes(bytes))],
      },
      inputPort: 'com2',
      sinks: [],
      otherEnds: NO_OTHER_ENDS,
      ...termination,
    });
    return conclude(end);
  } finally {
    if (onTerminal && process.stdin.isTTY) process.stdin.setRawMode(false);
    for (const program of programs) program.kill();
    if (options.pidFile !== undefined) rmSync(options.pidFile, { force: true });
  }
}
