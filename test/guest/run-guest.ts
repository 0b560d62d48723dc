/*
 * Owns how tests run the sample guest `unix-guest`: under `colinux run`, with disks in files, a folder and a network, and on QEMU
 * with the same. Commands are given by the guest's command line or as a script; with the word `log`, what they print is
 * in the host's log.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { linesOf } from '../host/host-machine.ts';
import { runQemu } from '../oracle/kernels-run-qemu.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const HOST = join(root, 'kernels/build/colinux-host.elf');
export const UNIX = 'samples/unix-guest/build/unix-guest.elf';

const LONGEST_MS = 580_000;

/** One end of a cable between two machines. */
export interface Cable {
  readonly role: 'listen' | 'connect';
  /** Of 127.0.0.1. */
  readonly port: number;
  readonly mac: string;
  /** A file for what passes; not on QEMU. */
  readonly capture?: string;
}

export interface Setup {
  /** Of the guest's command line; `log` and devices are added. */
  readonly words: string;
  /** Files. */
  readonly disks?: readonly string[];
  readonly folder?: string;
  /** Redirections, or nothing; QEMU gets none of them. */
  readonly network?: string;
  /** In place of it: a cable to another machine. */
  readonly cable?: Cable;
  /** Variables of the command's environment, beside those that there are. Not on QEMU. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Ends the machine there, as a power cut does. Not on QEMU. */
  readonly maxInstructions?: number;
}

export interface Outcome {
  readonly status: number;
  /** What the guest has printed, by lines. */
  readonly lines: readonly string[];
  /** What the host has said of the guest's end; undefined: nothing. */
  readonly end: string | undefined;
}

/** "ls /; halt" as one word of a command line. */
export const run = (commands: string): string => `run=${commands.replaceAll(' ', '+')}`;

/** What is behind --net; undefined: no network. */
function networkOf({ network, cable }: Setup): string | undefined {
  if (cable) {
    const { role, port, mac, capture } = cable;
    return `socket,${role}=127.0.0.1:${port},mac=${mac}${capture === undefined ? '' : `,capture=${capture}`}`;
  }
  return network === undefined
    ? undefined
    : ['slirp', ...(network ? [network] : []), 'host-loopback'].join(',');
}

function module(setup: Setup): string {
  const { words, disks = [], folder } = setup;
  const devices = [
    ...disks.map((_, n) => `cobd${n}=blk${n}`),
    ...(folder === undefined ? [] : ['cofs0=fs0']),
    ...(networkOf(setup) === undefined ? [] : ['eth0=net0']),
  ];
  return [join(root, UNIX), ...devices, 'log', words].join(' ');
}

function outcome(status: number, log: string): Outcome {
  const text = log.replaceAll('\r', '');
  return {
    status,
    lines: linesOf(text, 'guest0'),
    end: linesOf(text, 'daemon0').at(-1),
  };
}

/** What the guest has printed between the two lines of its start and the two of its end. */
export const printed = ({ lines }: Pick<Outcome, 'lines'>): readonly string[] => lines.slice(2, -2);

export interface Workshop {
  /** For files of the test. */
  readonly folder: string;
  here(setup: Setup): Promise<Outcome>;
  onQemu(setup: Setup): Promise<Outcome>;
  /** As `here`, but the process is killed after so many milliseconds. `status` is -1 then. */
  kill(setup: Setup, afterMs: number): Promise<Outcome>;
  close(): void;
}

/** Builds the kernels and the command. */
export async function openWorkshop(): Promise<Workshop> {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'colinux-guest-'));
  const cli = join(folder, 'cli.cjs');
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  await bundle({
    entryPoints: [join(root, 'cli/main.ts')],
    outfile: cli,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    logLevel: 'error',
  });
  /** Runs the command for so long at most. @returns its status, null if it was killed, and what it has printed */
  function command(setup: Setup, longestMs: number) {
    const { disks = [], folder: shared, maxInstructions, environment } = setup;
    const network = networkOf(setup);
    const args = [cli, 'run', HOST, '--module', module(setup), '--rtc', '1100000000'];
    for (const disk of disks) args.push('--disk', disk);
    if (shared !== undefined) args.push('--share', `share=${shared}`);
    if (network !== undefined) args.push('--net', network);
    if (maxInstructions !== undefined) args.push('--max-instructions', String(maxInstructions));
    const options = {
      encoding: 'latin1',
      timeout: longestMs,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 24,
      env: { ...process.env, ...environment },
    } as const;
    return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve, reject) => {
      const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
        if (error && !error.killed && typeof error.code !== 'number') reject(error);
        else resolve({ status: error?.killed ? null : Number(error?.code ?? 0), stdout, stderr });
      });
      child.stdin?.end();
    });
  }

  return {
    folder,
    async here(setup) {
      const { status, stdout, stderr } = await command(setup, LONGEST_MS);
      if (status === null) throw new Error(`The guest did not end:\n${stdout}${stderr}`);
      if (stdout === '') throw new Error(stderr);
      return outcome(status, stdout);
    },
    async kill(setup, afterMs) {
      const { status, stdout } = await command(setup, Math.max(1, afterMs));
      return outcome(status ?? -1, stdout);
    },
    async onQemu(setup) {
      const { disks = [], folder: shared, network, cable } = setup;
      const devices = disks.flatMap((file, n) => [
        ...['-drive', `if=none,id=d${n},file=${file},format=raw`],
        ...['-device', `virtio-blk-pci,drive=d${n}`],
      ]);
      if (shared !== undefined) {
        devices.push('-fsdev', `local,id=f,path=${shared},security_model=none`);
        devices.push('-device', 'virtio-9p-pci,fsdev=f,mount_tag=share');
      }
      if (network !== undefined)
        devices.push('-netdev', 'user,id=n', '-device', 'virtio-net-pci,netdev=n,romfile=');
      if (cable) {
        devices.push('-netdev', `socket,id=n,${cable.role}=127.0.0.1:${cable.port}`);
        devices.push('-device', `virtio-net-pci,netdev=n,mac=${cable.mac},romfile=`);
      }
      const { status, com1 } = await runQemu({
        kernel: HOST,
        // QEMU parts modules at commas: two stand for one.
        initrd: module(setup).replaceAll(',', ',,'),
        extra: ['-nodefaults', ...devices],
        longest: LONGEST_MS,
      });
      return outcome(status ?? -1, com1);
    },
    close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
