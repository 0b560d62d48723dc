/**
 * Launch arguments: checked one by one with sentences a person can act on, and turned into what the machine boots.
 *
 * A cooperative guest (an ELF file with the coLinux note) boots under the host kernel as a multiboot module; any other
 * kernel boots directly, in host-only mode.
 */
import { CO_NOTE_OWNER } from '../core/abi/abi.ts';
import type { GuestConfig } from '../core/coop/config/config.ts';
import { machineMiB, planGuests, type PlannedGuest } from '../core/coop/plan/plan.ts';
import type { Ends } from '../core/outside/ends.ts';
import { type InnerDevices, innerDevices } from '../core/outside/specs.ts';
import {
  type BootImage,
  type BootRequest,
  CPU_MODELS,
  type CpuModel,
} from '../core/protocol/machine-protocol.ts';
import type { AdapterHost } from './adapter-host.ts';
import { type ConsoleLook, consoleLook } from './cocon/ansi.ts';
import { AdapterError } from './errors.ts';
import { beside, emptyConfig, kernelOf, readGuestConfig, refuseErrors } from './guest-config.ts';
import { hostPrograms } from './host-programs.ts';
import { joinEnds, type LaunchDevices, readLaunchDevices } from './launch-devices.ts';
import { readFile, reasonOf } from './read-file.ts';
import { SymbolError } from './symbols/errors.ts';
import { SymbolImage } from './symbols/image.ts';

/** The attributes of a launch configuration. */
export interface LaunchArguments {
  /** The first boots the machine, alone or under the host kernel; the others are cooperative guests beside it. */
  readonly guests: readonly PlannedGuest[];
  /** Behind the words of the first guest's configuration. */
  readonly cmdline: string;
  /** RAM of the whole machine in MiB; undefined: as much as the guests need, and no less than usual. */
  readonly memory: number | undefined;
  readonly stopOnEntry: boolean;
  /** The processor model. */
  readonly cpu: CpuModel;
  /** Path of a host kernel that replaces the embedded one. */
  readonly host: string | undefined;
  /** Further multiboot modules, each `FILE ARGS`. */
  readonly modules: readonly string[];
  /** Beyond those of the guests' configurations. */
  readonly devices: LaunchDevices;
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

function texts(options: Record<string, unknown>, name: string, each: string): readonly string[] {
  const value = options[name] ?? [];
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
  const found = Array.isArray(value) ? 'one of its items is not' : `it is ${kindOf(value)}`;
  throw new AdapterError(
    'launch-option-type',
    `The launch option "${name}" must be an array of strings, each ${each}, but ${found}: correct it in launch.json.`,
  );
}

function flag(options: Record<string, unknown>, name: string): boolean {
  const value = options[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw new AdapterError(
    'launch-option-type',
    `The launch option "${name}" must be true or false, but it is ${kindOf(value)}: correct it in launch.json.`,
  );
}

function memoryOf({ memory }: Record<string, unknown>): number | undefined {
  if (memory === undefined) return undefined;
  if (typeof memory === 'number' && Number.isInteger(memory) && memory >= MIN_MEMORY && memory <= MAX_MEMORY)
    return memory;
  throw new AdapterError(
    'launch-option-type',
    `The launch option "memory" must be a whole number of MiB from ${MIN_MEMORY} to ${MAX_MEMORY}, but it is ${typeof memory === 'number' ? memory : kindOf(memory)}: correct it in launch.json.`,
  );
}

function modelOf({ cpu = DEFAULT_CPU }: Record<string, unknown>): CpuModel {
  const model = CPU_MODELS.find((name) => name === cpu);
  if (model !== undefined) return model;
  throw new AdapterError(
    'launch-option-type',
    `The launch option "cpu" must be one of ${CPU_MODELS.join(', ')}, but it is ${typeof cpu === 'string' ? `"${cpu}"` : kindOf(cpu)}: correct it in launch.json.`,
  );
}

/** @param kernel instead of the one that the configuration names */
function guestOf(config: GuestConfig, kernel: string | undefined, file: string | undefined): PlannedGuest {
  const named = kernel ?? kernelOf(config);
  if (named !== undefined && named !== '') return { kernel: named, config, captures: new Map() };
  throw new AdapterError(
    'launch-kernel-missing',
    file === undefined
      ? 'A launch needs a kernel, but none is named: set "kernel" to the ELF file of your guest, for example "${workspaceFolder}/build/hello-guest.elf".'
      : `The configuration ${file} names no kernel: add kernel=FILE to it.`,
  );
}

/** @throws AdapterError with the option, what it must be and what it is. */
export async function readLaunchArguments(raw: unknown, host: AdapterHost): Promise<LaunchArguments> {
  const options = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const file = text(options, 'config');
  const config = file === undefined ? await emptyConfig() : await readGuestConfig(host, file);
  const guests = [guestOf(config, text(options, 'kernel'), undefined)];
  for (const path of texts(options, 'guests', 'the path of a configuration file'))
    guests.push(guestOf(await readGuestConfig(host, path), undefined, path));
  return {
    guests,
    cmdline: text(options, 'cmdline') ?? '',
    memory: memoryOf(options),
    stopOnEntry: flag(options, 'stopOnEntry'),
    cpu: modelOf(options),
    host: text(options, 'host'),
    modules: texts(options, 'modules', 'a file and its arguments'),
    devices: readLaunchDevices(options.devices),
  };
}

const baseName = (path: string) => path.split(/[\\/]/).pop() ?? path;

/** One guest: its name, and its symbols if its file has some that can be read. */
export interface GuestImage {
  readonly name: string;
  readonly image: SymbolImage | undefined;
  /** How its configuration wants its console. */
  readonly look?: ConsoleLook;
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
  /** All but the devices: their ends must be open first. */
  readonly boot: BootRequest;
  readonly ends: Ends;
  readonly inner: InnerDevices;
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

/** A boot module that a path and arguments name. */
async function readModule(
  host: AdapterHost,
  file: string,
  args: string,
  name = baseName(file),
): Promise<BootImage> {
  return { bytes: await readFile(host, file), name, args };
}

const words = (...parts: readonly string[]) => parts.filter((part) => part !== '').join(' ');

export async function planLaunch(
  options: LaunchArguments,
  host: AdapterHost,
  rtcSeconds: number,
): Promise<LaunchPlan> {
  const [first] = options.guests as readonly [PlannedGuest, ...PlannedGuest[]];
  const bytes = await readFile(host, first.kernel);
  const name = baseName(first.kernel);
  const { image, cooperative } = openImage(bytes, name);
  const warnings: string[] = [];
  if (!image?.hasDebugInfo) {
    warnings.push(
      `${name} has no debug information (DWARF), so source breakpoints cannot bind: compile it with -g. Disassembly and registers work.`,
    );
  }
  const extra: BootImage[] = [];
  for (const module of options.modules) {
    const [file = '', ...args] = module.trim().split(/\s+/);
    extra.push(await readModule(host, file, args.join(' ')));
  }
  const common = { rtcSeconds, pace: 'real' as const, cpu: options.cpu };
  const { rng, ends } = options.devices;
  if (!cooperative) {
    const args = words(first.config.commandLine, options.cmdline);
    return {
      boot: {
        ...common,
        memoryBytes: (options.memory ?? DEFAULT_MEMORY) << 20,
        kernel: { bytes, name, args },
        modules: extra,
      },
      ...{ ends, inner: innerDevices(rng, false), warnings: [...warnings, ...notServed(options, name)] },
      ...{ hostImage: image, programs: [], guests: [] },
    };
  }
  const { plan, problems } = planGuests(options.guests, {
    locate: beside,
    initrdFolders: host.servesFolders,
    otherModules: extra.length,
  });
  refuseErrors(problems);
  const modules: BootImage[] = [];
  for (const [n, guest] of plan.guests.entries())
    modules.push(
      n === 0
        ? { bytes, name: guest.name, args: words(guest.args, options.cmdline) }
        : await readModule(host, guest.file, guest.args, guest.name),
    );
  const data: BootImage[] = [];
  for (const module of plan.data) data.push(await readModule(host, module.file, module.args, module.name));
  const hostKernel = await readHostKernel(options, host);
  const hostImage = openImage(hostKernel.bytes, hostKernel.name).image;
  const all = [...modules, ...extra, ...data];
  const size = all.reduce((sum, module) => sum + module.bytes.length, 0);
  const needed = Math.max(DEFAULT_MEMORY, machineMiB(plan, size));
  return {
    boot: {
      ...common,
      memoryBytes: (options.memory ?? needed) * 2 ** 20,
      kernel: hostKernel,
      modules: all,
    },
    ends: joinEnds(plan.ends, ends),
    inner: innerDevices(rng, true),
    hostImage,
    programs: hostPrograms(hostImage),
    guests: [...modules, ...extra].map((module, n) => ({
      name: module.name,
      image: n === 0 ? image : symbolsOf(module),
      ...(options.guests[n] && { look: consoleLook(options.guests[n].config) }),
    })),
    warnings,
  };
}

/** What of configurations is of no use to a kernel that runs alone. */
function notServed({ guests }: LaunchArguments, name: string): string[] {
  const [first, ...others] = guests;
  const { blocks = [], network = [], cofs = [], serial = [] } = first?.config ?? {};
  const devices = blocks.length + network.length + cofs.length + serial.length > 0 || others.length > 0;
  return devices
    ? [
        `${name} is no cooperative guest, so its configuration gives it no devices: use the launch option "devices".`,
      ]
    : [];
}

async function readHostKernel({ host: file }: LaunchArguments, host: AdapterHost): Promise<BootImage> {
  if (file === undefined) return { bytes: await embeddedHost(host), name: 'colinux-host.elf', args: '' };
  return readModule(host, file, '');
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
