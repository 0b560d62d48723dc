/**
 * Launch arguments: checked one by one, with sentences a person can act on. `launch-plan.ts` turns them into what the machine
 * boots.
 */
import type { GuestConfig } from '../core/coop/config/config.ts';
import type { PlannedGuest } from '../core/coop/plan/plan.ts';
import { CPU_MODELS, type CpuModel } from '../core/protocol/machine-protocol.ts';
import type { AdapterHost } from './adapter-host.ts';
import { AdapterError } from './errors.ts';
import { type Said, say, type Sentence } from '../core/sentences/say.ts';
import { expandPaths } from './expand-paths.ts';
import { gdbPortOf } from './gdb-door.ts';
import { emptyConfig, kernelOf, readGuestConfig } from './guest-config.ts';
import { DEFAULT_CPU, MAX_MEMORY, MIN_MEMORY } from './launch-limits.ts';
import { type LaunchDevices, readLaunchDevices } from './launch-devices.ts';
import { mistypedOptions } from './mistyped-options.ts';
import { type ListHint, listHint } from './values/format-specifier.ts';

/** The attributes of a launch configuration. */
export interface LaunchArguments {
  /** The first boots the machine, alone or under the host kernel; the others are cooperative guests beside it. */
  readonly guests: readonly PlannedGuest[];
  /** Behind the words of the first guest's configuration. */
  readonly cmdline: string;
  /** RAM of the whole machine in MiB; undefined: as much as the guests need, and no less than usual. */
  readonly memory: number | undefined;
  readonly stopOnEntry: boolean;
  /** All that runs is recorded, from the first instruction on. */
  readonly coverage: boolean;
  /** The processor model. */
  readonly cpu: CpuModel;
  /** Path of a host kernel that replaces the embedded one. */
  readonly host: string | undefined;
  /** Path of the initial RAM disk of a Linux bzImage. */
  readonly initrd: string | undefined;
  /** Path of an ELF file whose symbols the kernel gets in place of its own. */
  readonly symbols: string | undefined;
  /** Further multiboot modules, each `FILE ARGS`. */
  readonly modules: readonly string[];
  /** Beyond those of the guests' configurations. */
  readonly devices: LaunchDevices;
  /** ELF files of programs in ring 3. */
  readonly programs: readonly string[];
  /** Object files of modules that kernels load. */
  readonly kernelModules: readonly string[];
  /** Where a gdb can attach to the same machine. */
  readonly gdbPort: number | undefined;
  /** What hangs on list heads. */
  readonly lists: readonly ListHint[];
  /** What is to be said of options that are none. */
  readonly mistyped: readonly Sentence[];
}

/** Most programs: at each stop all of them are compared with what is mapped. */
const MAX_PROGRAMS = 64;
const MAX_MODULES = 1024;

const KINDS: Readonly<Record<string, Sentence>> = {
  string: say`a string`,
  number: say`a number`,
  boolean: say`true or false`,
  object: say`an object`,
};
const kindOf = (value: unknown): Said =>
  Array.isArray(value) ? say`an array` : value === null ? 'null' : (KINDS[typeof value] ?? typeof value);

function text(options: Record<string, unknown>, name: string): string | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value;
  throw new AdapterError(
    'launch-option-type',
    say`The launch option "${name}" must be a string, but it is ${kindOf(value)}: correct it in launch.json.`,
  );
}

function texts(options: Record<string, unknown>, name: string, each: Sentence): readonly string[] {
  const value = options[name] ?? [];
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
  const found = Array.isArray(value) ? say`one of its items is not` : say`it is ${kindOf(value)}`;
  throw new AdapterError(
    'launch-option-type',
    say`The launch option "${name}" must be an array of strings, each ${each}, but ${found}: correct it in launch.json.`,
  );
}

function flag(options: Record<string, unknown>, name: string): boolean {
  const value = options[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw new AdapterError(
    'launch-option-type',
    say`The launch option "${name}" must be true or false, but it is ${kindOf(value)}: correct it in launch.json.`,
  );
}

function memoryOf({ memory }: Record<string, unknown>): number | undefined {
  if (memory === undefined) return undefined;
  if (typeof memory === 'number' && Number.isInteger(memory) && memory >= MIN_MEMORY && memory <= MAX_MEMORY)
    return memory;
  throw new AdapterError(
    'launch-option-type',
    say`The launch option "memory" must be a whole number of MiB from ${MIN_MEMORY} to ${MAX_MEMORY}, but it is ${typeof memory === 'number' ? memory : kindOf(memory)}: correct it in launch.json.`,
  );
}

function modelOf({ cpu = DEFAULT_CPU }: Record<string, unknown>): CpuModel {
  const model = CPU_MODELS.find((name) => name === cpu);
  if (model !== undefined) return model;
  throw new AdapterError(
    'launch-option-type',
    say`The launch option "cpu" must be one of ${CPU_MODELS.join(', ')}, but it is ${typeof cpu === 'string' ? `"${cpu}"` : kindOf(cpu)}: correct it in launch.json.`,
  );
}

/** Files that are named one by one, by patterns or by folders. */
async function filesOf(
  options: Record<string, unknown>,
  name: string,
  host: AdapterHost,
  { endings, most }: { readonly endings: readonly string[]; readonly most: number },
): Promise<readonly string[]> {
  const paths = await expandPaths(
    texts(options, name, say`a file, a folder or a pattern`),
    name,
    endings,
    host,
  );
  if (paths.length <= most) return paths;
  throw new AdapterError(
    'launch-option-type',
    say`The launch option "${name}" can have ${most} files, but it has ${paths.length}: name those that you debug.`,
  );
}

function hintOf(source: string): ListHint {
  const hint = listHint(source);
  if (hint) return hint;
  throw new AdapterError(
    'launch-option-type',
    say`The launch option "lists" has items like "ready,list(struct task, node)": the name of a list head, the type of its entries and the member that links them. "${source}" is none.`,
  );
}

/** @param kernel instead of the one that the configuration names */
function guestOf(config: GuestConfig, kernel: string | undefined, file: string | undefined): PlannedGuest {
  const named = kernel ?? kernelOf(config);
  if (named !== undefined && named !== '') return { kernel: named, config, captures: new Map() };
  throw new AdapterError(
    'launch-kernel-missing',
    file === undefined
      ? say`A launch needs a kernel, but none is named: set "kernel" to the ELF file of your guest, for example "\${workspaceFolder}/build/hello-guest.elf".`
      : say`The configuration ${file} names no kernel: add kernel=FILE to it.`,
  );
}

/** @throws AdapterError with the option, what it must be and what it is. */
export async function readLaunchArguments(raw: unknown, host: AdapterHost): Promise<LaunchArguments> {
  const options = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const file = text(options, 'config');
  const config = file === undefined ? await emptyConfig() : await readGuestConfig(host, file);
  const guests = [guestOf(config, text(options, 'kernel'), undefined)];
  for (const path of texts(options, 'guests', say`the path of a configuration file`))
    guests.push(guestOf(await readGuestConfig(host, path), undefined, path));
  return {
    guests,
    cmdline: text(options, 'cmdline') ?? '',
    memory: memoryOf(options),
    stopOnEntry: flag(options, 'stopOnEntry'),
    coverage: flag(options, 'coverage'),
    cpu: modelOf(options),
    host: text(options, 'host'),
    initrd: text(options, 'initrd'),
    symbols: text(options, 'symbols'),
    modules: texts(options, 'modules', say`a file and its arguments`),
    devices: readLaunchDevices(options.devices),
    programs: await filesOf(options, 'programs', host, { endings: ['.elf'], most: MAX_PROGRAMS }),
    gdbPort: gdbPortOf(options),
    kernelModules: await filesOf(options, 'kernelModules', host, {
      endings: ['.ko', '.o'],
      most: MAX_MODULES,
    }),
    lists: texts(options, 'lists', say`like "ready,list(struct task, node)"`).map(hintOf),
    mistyped: mistypedOptions(options),
  };
}
