/**
 * The launch options of debug type `colinux`: their one type, their limits, and the check of what a person wrote in
 * launch.json. Each wrong option gives one sentence: what was expected and what was found. No VS Code here.
 */

import { MAX_MEMORY, MIN_MEMORY, MODELS } from '../../debug-adapter/launch-limits.ts';
import type { Translate } from '../translate.ts';

/** What launch.json may say. */
export interface LaunchOptions {
  /** Path of the kernel: a cooperative guest, a multiboot kernel or a Linux bzImage. */
  kernel: string;
  /** The kernel's command line. */
  cmdline?: string;
  /** MiB of the whole machine. */
  memory?: number;
  /** Path of the initial RAM disk of a Linux bzImage. */
  initrd?: string;
  /** Path of an ELF file with the symbols of the kernel, in place of its own. */
  symbols?: string;
  /** Path of a coLinux configuration file. */
  config?: string;
  /** Stop at the first instruction of the kernel. */
  stopOnEntry?: boolean;
  coverage?: boolean;
  /** Path of a host kernel that replaces the embedded one. */
  host?: string;
  /** The processor model. */
  cpu?: string;
  /** Multiboot modules, each "FILE ARGS". */
  modules?: string[];
  /** ELF files of programs in ring 3: paths, patterns, folders. */
  programs?: string[];
  /** Object files of modules that kernels load: the same. */
  kernelModules?: string[];
  /** Where a gdb can attach to the same machine. */
  gdbPort?: number;
  /** Linked lists by their heads: "NAME,list(TYPE, MEMBER)". */
  lists?: string[];
  /** Paths of configuration files of further guests. */
  guests?: string[];
  /** Devices, in the words of `colinux run`. */
  devices?: DeviceOptions;
}

/** What launch.json may say of a machine that runs already. */
export interface AttachOptions {
  /** Where `colinux daemon --dap` listens. */
  port: number;
  /** A name or an address; this computer if left out. */
  host?: string;
}

/** Limits of `port`. */
export const PORT = { min: 1, max: 65_535 } as const;
export const LOOPBACK = '127.0.0.1';

/** What the machine has beyond the devices of its guests. */
export interface DeviceOptions {
  /** Each FILE, FILE,ro or FILE,cow. */
  disks?: string[];
  /** Each as `--net` of `colinux run`. */
  networks?: string[];
  /** Each TAG=FOLDER or TAG=FOLDER,ro. */
  shares?: string[];
  /** The seed of an entropy device. */
  rng?: number;
}

/** Limits of `memory`, in MiB. */
export const MEMORY = { default: 128, min: MIN_MEMORY, max: MAX_MEMORY } as const;

/** The options that are paths of one file. */
export const PATH_OPTIONS = [
  'kernel',
  'config',
  'host',
  'initrd',
  'symbols',
] as const satisfies readonly (keyof LaunchOptions)[];

/** The options that are lists of paths. */
export const PATH_LISTS = ['guests', 'programs'] as const satisfies readonly (keyof LaunchOptions)[];

/** The devices that are lists of texts. */
export const DEVICE_LISTS = [
  'disks',
  'networks',
  'shares',
] as const satisfies readonly (keyof DeviceOptions)[];

type Check = (value: unknown, t: Translate) => string | undefined;

const text: Check = (value, t) => (typeof value === 'string' ? undefined : t('a string'));
const path: Check = (value, t) =>
  typeof value === 'string' && value.trim() !== '' ? undefined : t('the path of a file');
const flag: Check = (value, t) => (typeof value === 'boolean' ? undefined : t('true or false'));
const areTexts = (value: unknown) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && item.trim() !== '');
const modules: Check = (value, t) =>
  areTexts(value) ? undefined : t('an array of strings, each "FILE ARGUMENTS"');
const lists: Check = (value, t) =>
  areTexts(value) ? undefined : t('an array of strings, each "NAME,list(TYPE, MEMBER)"');
const paths: Check = (value, t) => (areTexts(value) ? undefined : t('an array of paths'));
/** Their texts are checked by the adapter, which understands them. */
const devices: Check = (value, t) => {
  const expected = t('an object with disks, networks and shares (arrays of strings) and rng (a number)');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return expected;
  const { rng, ...lists } = value as Record<string, unknown>;
  const known = Object.keys(lists).every((name) => DEVICE_LISTS.some((list) => list === name));
  const right = known && Object.values(lists).every(areTexts) && ['number', 'undefined'].includes(typeof rng);
  return right ? undefined : expected;
};
const megabytes: Check = (value, t) =>
  Number.isInteger(value) && (value as number) >= MEMORY.min && (value as number) <= MEMORY.max
    ? undefined
    : t('a whole number of MiB from {0} to {1}', MEMORY.min, MEMORY.max);

const anyPort: Check = (value, t) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff
    ? undefined
    : t('a port from 1 to 65535, or 0 for any free one');

const model: Check = (value, t) =>
  MODELS.includes(value as string) ? undefined : t('one of {0}', MODELS.join(', '));

const port: Check = (value, t) =>
  Number.isInteger(value) && (value as number) >= PORT.min && (value as number) <= PORT.max
    ? undefined
    : t('a TCP port from {0} to {1}', PORT.min, PORT.max);
const hostName: Check = (value, t) =>
  typeof value === 'string' && value.trim() !== '' ? undefined : t('the name or address of a computer');

type Checks = Readonly<Record<string, Check>>;

const ATTACH_CHECKS: Record<keyof AttachOptions, Check> = { port, host: hostName };

const CHECKS: Record<keyof LaunchOptions, Check> = {
  kernel: path,
  cmdline: text,
  initrd: path,
  symbols: path,
  memory: megabytes,
  config: path,
  stopOnEntry: flag,
  coverage: flag,
  host: path,
  cpu: model,
  modules,
  programs: paths,
  kernelModules: paths,
  gdbPort: anyPort,
  lists,
  guests: paths,
  devices,
};

/** The first wrong option as a sentence, or undefined when all are right. Options of others pass. */
export function checkOptions(options: Readonly<Record<string, unknown>>, t: Translate): string | undefined {
  return firstWrong(CHECKS, options, t);
}

/** The same for a machine that runs already, where a port must be named. */
export function checkAttachOptions(
  options: Readonly<Record<string, unknown>>,
  t: Translate,
): string | undefined {
  if (options.port !== undefined) return firstWrong(ATTACH_CHECKS, options, t);
  return t(
    'Which machine? Set "port" in launch.json to the number that "colinux daemon --dap PORT" listens on.',
  );
}

function firstWrong(
  checks: Checks,
  options: Readonly<Record<string, unknown>>,
  t: Translate,
): string | undefined {
  for (const [name, check] of Object.entries(checks)) {
    const value = options[name];
    if (value === undefined) continue;
    const expected = check(value, t);
    if (expected !== undefined) {
      return t(
        'Launch option "{0}": expected {1}, found {2}. Please correct launch.json.',
        name,
        expected,
        show(value),
      );
    }
  }
  return undefined;
}

/** A value as it stands in launch.json, shortened. */
function show(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}
