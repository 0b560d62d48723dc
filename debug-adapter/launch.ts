/**
 * Launch arguments: checked one by one with sentences a person can act on, and turned into what the machine boots.
 *
 * A cooperative guest (an ELF file with the coLinux note) boots under the host kernel as a multiboot module; any other
 * kernel boots directly, in host-only mode.
 */
import { CO_NOTE_OWNER } from '../core/abi/abi.ts';
import {
  type BootImage,
  type BootRequest,
  CPU_MODELS,
  type CpuModel,
} from '../core/protocol/machine-protocol.ts';
import type { AdapterHost } from './adapter-host.ts';
import { AdapterError } from './errors.ts';
import { readGuestConfig } from './guest-config.ts';
import { hostPrograms } from './host-programs.ts';
import { readFile, reasonOf } from './read-file.ts';
import { SymbolError } from './symbols/errors.ts';
import { SymbolImage } from './symbols/image.ts';

/** The attributes of a launch configuration. */
export interface LaunchArguments {
  /** Path of a cooperative guest or of any multiboot kernel. */
  readonly kernel: string;
  readonly cmdline: string;
  /** RAM of the whole machine in MiB. */
  readonly memory: number;
  /** RAM of the guest in MiB, by `mem=` of a configuration file; else the host kernel decides. */
  readonly guestMemory: number | undefined;
  readonly stopOnEntry: boolean;
  /** The processor model. */
  readonly cpu: CpuModel;
  /** Path of a host kernel that replaces the embedded one. */
  readonly host: string | undefined;
  /** Further multiboot modules, each `FILE ARGS`. */
  readonly modules: readonly string[];
}

/** The processor models that a launch can ask for, and the one it gets. */
export const MODELS: readonly string[] = CPU_MODELS;
export const DEFAULT_CPU: CpuModel = 'max';

const DEFAULT_MEMORY = 128;
const MIN_MEMORY = 16;
const MAX_MEMORY = 1024;

const kindOf = (value: unknown) =>
  Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`;

function text(options: Record<string, unknown>, name: string): string | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value;
  throw new AdapterError(
    'launch-option-type',
    `The launch option "${name}" must be a string, but it is ${kindOf(value)}: correct it in launch.json.`,
  );
}

/** @throws AdapterError with the option, what it must be and what it is. */
export async function readLaunchArguments(raw: unknown, host: AdapterHost): Promise<LaunchArguments> {
  const options = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const configPath = text(options, 'config');
  const config = configPath === undefined ? undefined : await readGuestConfig(host, configPath);
  const kernel = text(options, 'kernel') ?? config?.kernel;
  if (kernel === undefined || kernel === '') {
    throw new AdapterError(
      'launch-kernel-missing',
      'A launch needs a kernel, but none is named: set "kernel" to the ELF file of your guest, for example "${workspaceFolder}/build/hello-guest.elf".',
    );
  }
  const memory = options.memory ?? DEFAULT_MEMORY;
  if (typeof memory !== 'number' || !Number.isInteger(memory) || memory < MIN_MEMORY || memory > MAX_MEMORY) {
    throw new AdapterError(
      'launch-option-type',
      `The launch option "memory" must be a whole number of MiB from ${MIN_MEMORY} to ${MAX_MEMORY}, but it is ${typeof memory === 'number' ? memory : kindOf(memory)}: correct it in launch.json.`,
    );
  }
  const stopOnEntry = options.stopOnEntry ?? false;
  if (typeof stopOnEntry !== 'boolean') {
    throw new AdapterError(
      'launch-option-type',
      `The launch option "stopOnEntry" must be true or false, but it is ${kindOf(stopOnEntry)}: correct it in launch.json.`,
    );
  }
  const modules = options.modules ?? [];
  if (!Array.isArray(modules) || !modules.every((m): m is string => typeof m === 'string')) {
    const found = Array.isArray(modules) ? 'one of its items is not' : `it is ${kindOf(modules)}`;
    throw new AdapterError(
      'launch-option-type',
      `The launch option "modules" must be an array of strings, each a file and its arguments, but ${found}: correct it in launch.json.`,
    );
  }
  const cpu = options.cpu ?? DEFAULT_CPU;
  const model = CPU_MODELS.find((name) => name === cpu);
  if (model === undefined) {
    throw new AdapterError(
      'launch-option-type',
      `The launch option "cpu" must be one of ${CPU_MODELS.join(', ')}, but it is ${typeof cpu === 'string' ? `"${cpu}"` : kindOf(cpu)}: correct it in launch.json.`,
    );
  }
  const cmdline = [config?.cmdline, text(options, 'cmdline')].filter((part) => part).join(' ');
  return {
    kernel,
    cmdline,
    memory,
    guestMemory: config?.memory,
    stopOnEntry,
    cpu: model,
    host: text(options, 'host'),
    modules,
  };
}

const baseName = (path: string) => path.split(/[\\/]/).pop() ?? path;

/** One guest: its name, and its symbols if its file has some that can be read. */
export interface GuestImage {
  readonly name: string;
  readonly image: SymbolImage | undefined;
}

/** The symbols of a session. */
export interface SessionImages {
  /** Of the kernel that the machine boots first; `undefined` when its file has none that can be read. */
  readonly hostImage: SymbolImage | undefined;
  /** Of the host kernel's own ring-3 programs. */
  readonly programs: readonly SymbolImage[];
  /** By monitor number, which is the number of the boot module; empty in host-only mode. */
  readonly guests: readonly GuestImage[];
}

/** What a session boots, with the symbols of it. */
export interface LaunchPlan extends SessionImages {
  readonly boot: BootRequest;
  /** Things the user should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** The symbols of an image, and whether it is a cooperative guest. */
function openImage(
  bytes: Uint8Array,
  name: string,
): { image: SymbolImage | undefined; cooperative: boolean } {
  try {
    const image = SymbolImage.open(bytes, name);
    return { image, cooperative: image.notes.some((note) => note.name === CO_NOTE_OWNER) };
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    // A flat multiboot image has no ELF header: the machine's loader decides. Anything else is explained here.
    if (error.code === 'elf-not-elf' && bytes.length > 0) return { image: undefined, cooperative: false };
    throw new AdapterError('kernel-bad', `${name}: ${error.message}`);
  }
}

export async function planLaunch(
  options: LaunchArguments,
  host: AdapterHost,
  rtcSeconds: number,
): Promise<LaunchPlan> {
  const bytes = await readFile(host, options.kernel);
  const name = baseName(options.kernel);
  const { image, cooperative } = openImage(bytes, name);
  const warnings: string[] = [];
  if (!image?.hasDebugInfo) {
    warnings.push(
      `${name} has no debug information (DWARF), so source breakpoints cannot bind: compile it with -g. Disassembly and registers work.`,
    );
  }
  const extra: BootImage[] = [];
  for (const module of options.modules) {
    const [file, ...args] = module.trim().split(/\s+/);
    extra.push({ bytes: await readFile(host, file), name: baseName(file), args: args.join(' ') });
  }
  const boot = { memoryBytes: options.memory << 20, rtcSeconds, pace: 'real' as const, cpu: options.cpu };
  if (!cooperative) {
    return {
      boot: { ...boot, kernel: { bytes, name, args: options.cmdline }, modules: extra },
      hostImage: image,
      programs: [],
      guests: [],
      warnings,
    };
  }
  const hostName = options.host === undefined ? 'colinux-host.elf' : baseName(options.host);
  const hostBytes =
    options.host === undefined ? await embeddedHost(host) : await readFile(host, options.host);
  const hostImage = openImage(hostBytes, hostName).image;
  return {
    boot: {
      ...boot,
      kernel: {
        bytes: hostBytes,
        name: hostName,
        args: options.guestMemory === undefined ? '' : `mem=${options.guestMemory}`,
      },
      modules: [{ bytes, name, args: options.cmdline }, ...extra],
    },
    hostImage,
    programs: hostPrograms(hostImage),
    guests: [{ name, image }, ...extra.map((module) => ({ name: module.name, image: symbolsOf(module) }))],
    warnings,
  };
}

/** The symbols of a further guest. Whether it is one, the host kernel decides and says. */
function symbolsOf({ bytes, name }: BootImage): SymbolImage | undefined {
  try {
    return SymbolImage.open(bytes, name);
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    return undefined;
  }
}

async function embeddedHost(host: AdapterHost): Promise<Uint8Array> {
  try {
    return await host.hostKernel();
  } catch (error) {
    throw new AdapterError(
      'host-bad',
      `The embedded host kernel cannot be read, for ${reasonOf(error)}: run "npm run build", or name one with the launch option "host".`,
    );
  }
}
