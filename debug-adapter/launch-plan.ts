/**
 * What a launch boots: reads the kernels and their symbols, and plans the machine.
 *
 * A cooperative guest (an ELF file with the coLinux note) boots under the host kernel as a multiboot module; any other
 * kernel boots directly, in host-only mode.
 */
import { CO_NOTE_OWNER } from '../core/abi/abi.ts';
import { beside } from '../core/coop/config/paths.ts';
import { machineMiB, planGuests, type PlannedGuest, type PlannedModule } from '../core/coop/plan/plan.ts';
import type { Ends } from '../core/outside/ends.ts';
import { type InnerDevices, innerDevices } from '../core/outside/specs.ts';
import type { BootImage, BootRequest } from '../core/protocol/machine-protocol.ts';
import type { AdapterHost } from './adapter-host.ts';
import { type ConsoleLook, consoleLook } from './cocon/ansi.ts';
import { AdapterError } from './errors.ts';
import { say, type Sentence } from '../core/sentences/say.ts';
import { refuseErrors } from './guest-config.ts';
import { hostPrograms } from './host-programs.ts';
import type { LaunchArguments } from './launch.ts';
import { DEFAULT_MEMORY } from './launch-limits.ts';
import { joinEnds } from './launch-devices.ts';
import { type ModuleFile, moduleOpener, type OpenModule, openModuleFile } from './module-files.ts';
import { readFile, readSymbols, reasonOf } from './read-file.ts';
import type { OpenedImages } from './opened-images.ts';
import { SymbolError } from './symbols/errors.ts';
import { elfOfSymbolList } from './symbols/symbol-list.ts';
import type { SymbolImage } from './symbols/image.ts';

const baseName = (path: string) => path.split(/[\\/]/).pop() ?? path;

/** One guest: its name, and its symbols if its file has some that can be read. */
export interface GuestImage {
  readonly name: string;
  /** Of its file, when it is known. */
  readonly path?: string | undefined;
  readonly image: SymbolImage | undefined;
  /** How its configuration wants its console. */
  readonly look?: ConsoleLook;
}

/** The symbols of the kernels of a session. */
export interface KernelImages {
  /** Of the kernel that the machine boots first; `undefined` when its file has none that can be read. */
  readonly hostImage: SymbolImage | undefined;
  /** Of its file; absent for the host kernel that is embedded. */
  readonly hostPath?: string | undefined;
  /** Of the host kernel's own ring-3 programs. */
  readonly programs: readonly SymbolImage[];
  /** By monitor number, which is the number of the boot module; empty in host-only mode. */
  readonly guests: readonly GuestImage[];
}

/** The symbols of a session. */
export interface SessionImages extends KernelImages {
  /** Of the launch option `programs`: they belong to the address spaces in which they are mapped. */
  readonly userPrograms: readonly SymbolImage[];
  /** Of the launch option `kernelModules`: they belong to the kernels that have loaded them. */
  readonly moduleFiles: readonly ModuleFile[];
  readonly openModule: OpenModule;
}

/** What a session boots, with the symbols of it. */
export interface LaunchPlan extends SessionImages {
  /** All but the devices: their ends must be open first. */
  readonly boot: BootRequest;
  readonly ends: Ends;
  readonly inner: InnerDevices;
  /** Things the user should know, one sentence each. */
  readonly warnings: readonly Sentence[];
}

/** \x7fELF of class 64. */
const isElf64 = (bytes: Uint8Array): boolean =>
  bytes.length > 4 && [0x7f, 0x45, 0x4c, 0x46, 2].every((byte, n) => bytes[n] === byte);

/** The symbols of an image, and whether it is a cooperative guest. */
async function openImage(
  symbols: OpenedImages,
  bytes: Uint8Array,
  name: string,
  path: string,
  host: AdapterHost,
): Promise<{ image: SymbolImage | undefined; cooperative: boolean }> {
  // Symbols may be in a 64-bit container; what boots is not.
  if (isElf64(bytes))
    throw new AdapterError(
      'kernel-bad',
      say`${name}: This is a 64-bit ELF file, but the machine boots 32-bit kernels: build with -m32 and link with -m elf_i386.`,
    );
  try {
    const image = await symbols.open({ bytes }, name, path, host);
    return { image, cooperative: image.notes.some((note) => note.name === CO_NOTE_OWNER) };
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    // A flat multiboot image has no ELF header: the machine's loader decides. Anything else is explained here.
    if (error.code === 'elf-not-elf' && bytes.length > 0) return { image: undefined, cooperative: false };
    throw new AdapterError('kernel-bad', say`${name}: ${error.sentence}`);
  }
}

/** What names the code of a kernel. */
interface Named {
  readonly image: SymbolImage | undefined;
  /** It is a list of names, and nothing else. */
  readonly isList: boolean;
}

/** The symbols that another file than the kernel's has for it, as the vmlinux beside a bzImage. */
async function openSymbols(symbols: OpenedImages, path: string, host: AdapterHost): Promise<Named> {
  const name = baseName(path);
  const source = await readSymbols(host, path);
  try {
    return { image: await symbols.open(source, name, path, host), isList: false };
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    const list = error.code === 'elf-not-elf' ? await listed(symbols, path, host) : undefined;
    if (list) return { image: list, isList: true };
    throw new AdapterError(
      'kernel-bad',
      say`${name}, which is to have the symbols of the kernel: ${error.sentence}`,
    );
  }
}

/** The symbols of a list, such as Linux's System.map. @returns nothing for another file */
async function listed(
  symbols: OpenedImages,
  path: string,
  host: AdapterHost,
): Promise<SymbolImage | undefined> {
  const name = baseName(path);
  try {
    const bytes = elfOfSymbolList(await readFile(host, path));
    return bytes && (await symbols.open({ bytes }, name, path, host));
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    throw new AdapterError('kernel-bad', say`${name}: ${error.sentence}`);
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

/** What a launch's own kernel is, and what boots beside it. */
interface Kernel {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly image: SymbolImage | undefined;
  /** Boot modules that the launch option `modules` names. */
  readonly extra: readonly BootImage[];
  readonly initrd: BootImage | undefined;
  readonly common: Pick<BootRequest, 'rtcSeconds' | 'pace' | 'cpu'>;
}

/**
 * @param symbols of earlier launches of the session
 * @param hear of what turns out to be wrong with symbols while they are read
 */
export async function planLaunch(
  options: LaunchArguments,
  host: AdapterHost,
  symbols: OpenedImages,
  rtcSeconds: number,
  hear: (problem: Sentence) => void,
): Promise<LaunchPlan> {
  const [first] = options.guests as readonly [PlannedGuest, ...PlannedGuest[]];
  const bytes = await readFile(host, first.kernel);
  const name = baseName(first.kernel);
  const opened = await openImage(symbols, bytes, name, first.kernel, host);
  const { cooperative } = opened;
  const { image, isList } =
    options.symbols === undefined
      ? { image: opened.image, isList: false }
      : await openSymbols(symbols, options.symbols, host);
  const warnings: Sentence[] = [...options.mistyped];
  if (!image?.hasDebugInfo) {
    warnings.push(
      isList
        ? say`${baseName(options.symbols!)} is a list of symbols: functions have names, in breakpoints and call stacks too. Lines and variables are in the file with debug information (DWARF), which "symbols" takes in its place.`
        : say`${options.symbols === undefined ? name : baseName(options.symbols)} has no debug information (DWARF), so source breakpoints cannot bind: compile it with -g, or name the file that has it ("symbols"). Disassembly and registers work.`,
    );
  }
  const extra: BootImage[] = [];
  for (const module of options.modules) {
    const [file = '', ...args] = module.trim().split(/\s+/);
    extra.push(await readModule(host, file, args.join(' ')));
  }
  const common = { rtcSeconds, pace: 'real' as const, cpu: options.cpu };
  const initrd = options.initrd === undefined ? undefined : await readModule(host, options.initrd, '');
  if (cooperative && initrd)
    throw new AdapterError(
      'launch-option-type',
      say`The launch option "initrd" is for a Linux bzImage, but ${name} is a cooperative guest: name the initrd in its configuration.`,
    );
  const kernel: Kernel = { bytes, name, image, extra, initrd, common };
  if (!cooperative) warnings.push(...notServed(options, name));
  const planned = cooperative
    ? await planGuestMachine(options, kernel, host, symbols)
    : planAlone(options, kernel);
  const files = await openFiles(options, host, symbols, warnings);
  warnings.push(...symbols.problems(hear));
  symbols.settle();
  return { ...planned, ...files, warnings };
}

type Opened = Pick<LaunchPlan, 'userPrograms' | 'moduleFiles' | 'openModule'>;
type Planned = Omit<LaunchPlan, keyof Opened | 'warnings'>;

/** The programs and modules of a launch. */
async function openFiles(
  { programs, kernelModules }: LaunchArguments,
  host: AdapterHost,
  symbols: OpenedImages,
  warnings: Sentence[],
): Promise<Opened> {
  const read = (path: string) => readFile(host, path);
  return {
    userPrograms: await openEach(programs, warnings, async (path) =>
      symbols.open({ bytes: await read(path) }, baseName(path), path, host),
    ),
    moduleFiles: await openEach(kernelModules, warnings, async (path) =>
      openModuleFile(symbols, await read(path), path, host),
    ),
    openModule: moduleOpener(host),
  };
}

/** The session does without what cannot be opened, and says so. */
async function openEach<T>(
  paths: readonly string[],
  warnings: Sentence[],
  open: (path: string) => Promise<T>,
): Promise<T[]> {
  const opened: T[] = [];
  for (const path of paths) {
    try {
      opened.push(await open(path));
    } catch (error) {
      if (!(error instanceof SymbolError || error instanceof AdapterError)) throw error;
      warnings.push(say`${path} has no symbols here: ${error.sentence}`);
    }
  }
  return opened;
}

/** A kernel that has the machine for itself. */
function planAlone(options: LaunchArguments, { bytes, name, image, extra, initrd, common }: Kernel): Planned {
  const { rng, ends } = options.devices;
  const args = words(options.guests[0]?.config.commandLine ?? '', options.cmdline);
  return {
    boot: {
      ...common,
      memoryBytes: (options.memory ?? DEFAULT_MEMORY) * 2 ** 20,
      kernel: { bytes, name, args },
      modules: extra,
      initrd,
    },
    ends,
    inner: innerDevices(rng, false),
    hostImage: image,
    hostPath: options.symbols ?? options.guests[0]?.kernel,
    programs: [],
    guests: [],
  };
}

/** Guests under a host kernel. */
async function planGuestMachine(
  options: LaunchArguments,
  { bytes, image, extra, common }: Kernel,
  host: AdapterHost,
  symbols: OpenedImages,
): Promise<Planned> {
  const { rng, ends } = options.devices;
  const { plan, problems } = planGuests(options.guests, {
    locate: beside,
    initrdFolders: host.servesFolders,
    otherModules: extra.length,
  });
  refuseErrors(problems);
  const read = ({ file, args, name }: PlannedModule) => readModule(host, file, args, name);
  const [own, ...others] = plan.guests as readonly [PlannedModule, ...PlannedModule[]];
  const first = { bytes, name: own.name, args: words(own.args, options.cmdline) };
  const guests = [first, ...(await Promise.all(others.map(read))), ...extra];
  const modules = [...guests, ...(await Promise.all(plan.data.map(read)))];
  const hostKernel = await readHostKernel(options, host);
  const hostPath = options.host ?? hostKernel.name;
  const hostImage = (await openImage(symbols, hostKernel.bytes, hostKernel.name, hostPath, host)).image;
  const size = modules.reduce((sum, module) => sum + module.bytes.length, 0);
  const memory = options.memory ?? Math.max(DEFAULT_MEMORY, machineMiB(plan, size));
  return {
    boot: { ...common, memoryBytes: memory * 2 ** 20, kernel: hostKernel, modules },
    ends: joinEnds(plan.ends, ends),
    inner: innerDevices(rng, true),
    hostImage,
    hostPath: options.host,
    programs: hostPrograms(hostImage),
    guests: await Promise.all(
      guests.map(async (module, n) => ({
        name: module.name,
        path: options.guests[n]?.kernel,
        image: n === 0 ? image : await symbolsOf(symbols, module, plan.guests[n]?.file ?? module.name, host),
        ...(options.guests[n] && { look: consoleLook(options.guests[n].config) }),
      })),
    ),
  };
}

/** What of configurations is of no use to a kernel that runs alone. */
function notServed({ guests }: LaunchArguments, name: string): Sentence[] {
  const [first, ...others] = guests;
  const { blocks = [], network = [], cofs = [], serial = [] } = first?.config ?? {};
  const devices = blocks.length + network.length + cofs.length + serial.length > 0 || others.length > 0;
  return devices
    ? [
        say`${name} is no cooperative guest, so its configuration gives it no devices: use the launch option "devices".`,
      ]
    : [];
}

async function readHostKernel({ host: file }: LaunchArguments, host: AdapterHost): Promise<BootImage> {
  if (file === undefined) return { bytes: await embeddedHost(host), name: 'colinux-host.elf', args: '' };
  return readModule(host, file, '');
}

/** The symbols of a further guest. Whether it is one, the host kernel decides and says. */
async function symbolsOf(
  symbols: OpenedImages,
  { bytes, name }: BootImage,
  path: string,
  host: AdapterHost,
): Promise<SymbolImage | undefined> {
  try {
    return await symbols.open({ bytes }, name, path, host);
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
      say`The embedded host kernel cannot be read, for ${reasonOf(error)}: run "npm run build", or name one with the launch option "host".`,
    );
  }
}
