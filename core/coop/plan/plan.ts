/**
 * From the configurations of guests to one machine that runs them: its boot modules with their command lines, what its devices
 * are connected to, and its memory. The words by which a module's command line gives devices to a guest are those of the host
 * kernel (docs/abi.md, "Several guests"): `blk0`, `net0`, `fs0` and `port0` are the machine's disks, network cards, shares
 * and console ports, in the order in which they are on the bus.
 *
 * Pure: opens nothing, and finds no paths but by the function it is given.
 */
import { CO_MAX_MONITORS, CO_CONSOLE_ATTRIBUTE } from '../../abi/abi.ts';
import { type Ends, type LineEnd, NO_ENDS } from '../../outside/ends.ts';
import { MAX_CONSOLE_PORTS, MAX_DEVICES } from '../../protocol/device-protocol.ts';
import type { GuestConfig, Given, Unit } from '../config/config.ts';
import type { ConfigProblem } from '../config/problems.ts';
import type { Span } from '../config/text.ts';
import { CONSOLE_DEFAULT, type SerialLine } from '../config/values.ts';
import { networkEnd } from './network-end.ts';
import { say, type Sentence } from '../../sentences/say.ts';

/** One guest: its kernel and its configuration. */
export interface PlannedGuest {
  /** A path that is ready for use. */
  readonly kernel: string;
  readonly config: GuestConfig;
  /** Files for what passes on its network units. */
  readonly captures: ReadonlyMap<number, string>;
}

export interface PlanSettings {
  /** The path `path` as it stands in the file `from`, ready for use. */
  locate(from: string, path: string): string;
  /** The folder of an initial RAM disk is the guest's cofs31, read-only, as in coLinux. */
  readonly initrdFolders: boolean;
  /** Boot modules of others, which come between the guests and their data. */
  readonly otherModules?: number;
}

/** A boot module: a guest's kernel, or data for one. */
export interface PlannedModule {
  readonly file: string;
  /** First word of its command line. */
  readonly name: string;
  readonly args: string;
}

export interface MachinePlan {
  /** By monitor number. */
  readonly guests: readonly PlannedModule[];
  /** Behind them, and behind the modules of others. */
  readonly data: readonly PlannedModule[];
  readonly ends: Ends;
  /** RAM of all guests together, in MiB. */
  readonly guestMiB: number;
}

export interface PlanResult {
  readonly plan: MachinePlan;
  /** Errors only: the plan is of no use then. */
  readonly problems: readonly ConfigProblem[];
}

/** What the host kernel gives a guest that does not say it (`mem=`), in MiB. */
export const GUEST_DEFAULT_MIB = 16;
/** What the host kernel needs for itself, in MiB, with room for programs and passage pages. */
const HOST_MIB = 64;
/** The host kernel's direct map ends here, in MiB. */
const MACHINE_MAX_MIB = 768;
/** Devices that a machine of guests has anyway: the watchdog. */
const OWN_DEVICES = 1;
/** Of a boot module's command line, without its final NUL (CO_WORDS_SIZE of the host kernel). */
const WORDS_MAX = 1023;
/** The cofs unit of an initial RAM disk's folder. */
const INITRD_UNIT = 31;

/** What the machine needs, in MiB. @param moduleBytes of all boot modules together */
export function machineMiB({ guestMiB }: MachinePlan, moduleBytes: number): number {
  return HOST_MIB + guestMiB + Math.ceil(moduleBytes / 2 ** 20);
}

/** A file's name as one word of a command line. */
const wordOf = (path: string) => (path.split(/[\\/]/).pop() ?? path).replaceAll(/\s/g, '_');

/** The folder of a path, in the notation of the path. */
const folderOf = (path: string) => path.replace(/[^\\/]*$/, '') || '.';

class Planner {
  readonly problems: ConfigProblem[] = [];
  readonly ends = {
    disks: [...NO_ENDS.disks],
    networks: [...NO_ENDS.networks],
    shares: [...NO_ENDS.shares],
    lines: [...NO_ENDS.lines],
  };
  readonly data: PlannedModule[] = [];
  private guestMiB = 0;

  constructor(
    private readonly guestCount: number,
    private readonly settings: PlanSettings,
  ) {}

  plan(guests: readonly PlannedGuest[]): MachinePlan {
    const planned = guests.map((guest, monitor) => this.guest(guest, monitor));
    this.checkModules(guests);
    return { guests: planned, data: this.data, ends: this.ends, guestMiB: this.guestMiB };
  }

  private report(at: Span, code: ConfigProblem['code'], sentence: Sentence): void {
    this.problems.push({ code, severity: 'error', sentence, at });
  }

  private locate({ at }: { readonly at: Span }, path: string): string {
    return this.settings.locate(at.file, path);
  }

  private guest({ kernel, config, captures }: PlannedGuest, monitor: number): PlannedModule {
    const words = [
      this.memory(config),
      ...this.blocks(config),
      ...config.network.map((unit) => this.network(unit, monitor, captures.get(unit.unit))),
      ...this.folders(config, monitor),
      ...config.serial.map((unit) => this.line(unit)),
      ...this.console(config),
      ...this.initrd(config),
      config.commandLine,
    ];
    const module = {
      file: kernel,
      name: wordOf(kernel),
      args: words.filter((word) => word !== '').join(' '),
    };
    this.checkLength(config, module);
    return module;
  }

  private checkModules(guests: readonly PlannedGuest[]): void {
    const count = guests.length + (this.settings.otherModules ?? 0) + this.data.length;
    const at = guests.at(-1)?.config.kernel?.at;
    if (count <= CO_MAX_MONITORS || !at) return;
    this.report(
      at,
      'config-no-room',
      say`A machine has room for ${CO_MAX_MONITORS} guests and initial RAM disks together, but they are ${count}: take some out.`,
    );
  }

  private checkLength(config: GuestConfig, { name, args }: PlannedModule): void {
    const length = name.length + 1 + args.length;
    const [at] = [config.blocks, config.network, config.cofs, config.serial]
      .flatMap((units) => units.map((unit) => unit.at))
      .concat(config.kernel?.at ?? []);
    if (length <= WORDS_MAX || !at) return;
    this.report(
      at,
      'config-too-long',
      say`The devices and the kernel's command line take ${length} characters together, but ${WORDS_MAX} fit: take some out.`,
    );
  }

  private memory({ memoryMiB, kernel }: GuestConfig): string {
    const mebibytes = memoryMiB?.value ?? GUEST_DEFAULT_MIB;
    this.guestMiB += mebibytes;
    const at = memoryMiB?.at ?? kernel?.at;
    if (at && this.guestMiB > MACHINE_MAX_MIB - HOST_MIB) {
      this.report(
        at,
        'config-no-room',
        say`All guests together may have ${MACHINE_MAX_MIB - HOST_MIB} MiB, but with this one they have ${this.guestMiB}: make mem= smaller.`,
      );
    }
    return memoryMiB ? `mem=${mebibytes}` : '';
  }

  /** A place for one more device. */
  private device(unit: Given<unknown>, key: string): void {
    const { disks, networks, shares, lines } = this.ends;
    const devices = disks.length + networks.length + shares.length + (lines.length > 0 ? 1 : 0);
    if (devices < MAX_DEVICES - OWN_DEVICES) return;
    this.report(
      unit.at,
      'config-no-room',
      say`${key}= finds no place: disks, networks and folders of all guests, and one device for their serial lines, may be ${MAX_DEVICES - OWN_DEVICES} together. Take some out.`,
    );
  }

  private blocks({ blocks, blockMode }: GuestConfig): string[] {
    const words = blocks.flatMap((block) => {
      const { unit, value, aliases } = block;
      this.device(block, `cobd${unit}`);
      const device = this.ends.disks.push({ path: this.locate(block, value.path), access: value.access }) - 1;
      const access = value.access === 'read-only' ? ',ro' : '';
      return [`cobd${unit}=blk${device}${access}`, ...aliases.map((alias) => `${alias}=:cobd${unit}`)];
    });
    return blockMode === undefined ? words : [...words, `setcobd=${blockMode}`];
  }

  private network(
    unit: GuestConfig['network'][number],
    monitor: number,
    capture: string | undefined,
  ): string {
    const key = `eth${unit.unit}`;
    this.device(unit, key);
    const end = networkEnd(unit, monitor, capture);
    if ('problem' in end) {
      this.report(unit.at, 'config-value', say`${key}= expects ${end.problem}.`);
      return '';
    }
    return `${key}=net${this.ends.networks.push(end.value) - 1}`;
  }

  private folders({ cofs, initrd }: GuestConfig, monitor: number): string[] {
    const words = cofs.map((unit) => this.folder(unit, unit.value, false, monitor));
    const implied = initrd && this.settings.initrdFolders && !cofs.some(({ unit }) => unit === INITRD_UNIT);
    if (!implied) return words;
    return [...words, this.folder({ ...initrd, unit: INITRD_UNIT }, folderOf(initrd.value), true, monitor)];
  }

  private folder(unit: Unit<string>, path: string, readOnly: boolean, monitor: number): string {
    this.device(unit, `cofs${unit.unit}`);
    // Guests are told apart where there are several.
    const tag = this.guestCount > 1 ? `guest${monitor}.cofs${unit.unit}` : `cofs${unit.unit}`;
    const share = this.ends.shares.push({ tag, folder: this.locate(unit, path), readOnly }) - 1;
    return `cofs${unit.unit}=fs${share}`;
  }

  private line(unit: Unit<SerialLine>): string {
    const { lines } = this.ends;
    const key = `ttys${unit.unit}`;
    if (lines.length === 0) this.device(unit, key);
    if (lines.length === MAX_CONSOLE_PORTS) {
      this.report(
        unit.at,
        'config-no-room',
        say`${key}= finds no place: all guests together may have ${MAX_CONSOLE_PORTS} serial lines. Take some out.`,
      );
    }
    const { device, mode } = unit.value;
    const end: LineEnd = { device: isPath(device) ? this.locate(unit, device) : device, mode };
    if (end.device === 'stdio' && lines.some((other) => other.device === 'stdio'))
      this.report(unit.at, 'config-value', say`${key}= expects another device: only one line may be stdio.`);
    return `${key}=port${lines.push(end) - 1}`;
  }

  private console({ console: { columns, rows, scrollback }, colors }: GuestConfig): string[] {
    const shape = `${columns}x${rows}x${scrollback}`;
    const usual = CONSOLE_DEFAULT;
    const attribute = (colors.background << 4) | colors.foreground;
    return [
      ...(shape === `${usual.columns}x${usual.rows}x${usual.scrollback}` ? [] : [`cocon=${shape}`]),
      ...(attribute === CO_CONSOLE_ATTRIBUTE ? [] : [`color=${attribute.toString(16).padStart(2, '0')}`]),
    ];
  }

  private initrd({ initrd }: GuestConfig): string[] {
    if (!initrd) return [];
    const file = this.locate(initrd, initrd.value);
    const before = this.guestCount + (this.settings.otherModules ?? 0);
    return [`initrd=${before + this.data.push({ file, name: wordOf(file), args: 'data' }) - 1}`];
  }
}

/** Standard input and output and the ports of Windows are no files. */
const isPath = (device: string) => device !== 'stdio' && !/^COM\d+$/i.test(device);

export function planGuests(guests: readonly PlannedGuest[], settings: PlanSettings): PlanResult {
  const planner = new Planner(guests.length, settings);
  return { plan: planner.plan(guests), problems: planner.problems };
}
