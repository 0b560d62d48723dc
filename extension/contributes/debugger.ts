/**
 * The debugger `colinux` as package.json tells VS Code of it. The schema is typed by `LaunchOptions`: an option without
 * a schema or without a description does not compile.
 */

import type { LaunchOptions } from '../launch/options.ts';
import { MEMORY } from '../launch/options.ts';
import { DEFAULT_CPU, MODELS } from '../../debug-adapter/launch.ts';
import { ASSEMBLER_LANGUAGE } from './languages.ts';
import { text } from './text.ts';

/** The debug type. */
export const DEBUG_TYPE = 'colinux';
/** When a machine is being debugged. */
export const IN_SESSION = `inDebugMode && debugType == ${DEBUG_TYPE}`;

export type JsonType<T> = T extends string
  ? 'string'
  : T extends number
    ? 'integer'
    : T extends boolean
      ? 'boolean'
      : T extends string[]
        ? 'array'
        : T extends object
          ? 'object'
          : never;

export interface AttributeSchema<T> {
  type: JsonType<T>;
  /** A placeholder made by `text`. */
  markdownDescription: string;
  default?: T;
  minimum?: number;
  maximum?: number;
  items?: { type: 'string' };
  enum?: readonly T[];
  /** Of an object: every one of its properties. */
  properties?: T extends string[] ? never : { [K in keyof Required<T>]: AttributeSchema<Required<T>[K]> };
  additionalProperties?: false;
}

export type Attributes = {
  [K in keyof Required<LaunchOptions>]: AttributeSchema<Required<LaunchOptions>[K]>;
};

const describe = (option: keyof LaunchOptions, english: string) => text(`launch.${option}`, english);

const properties: Attributes = {
  kernel: {
    type: 'string',
    markdownDescription: describe(
      'kernel',
      'Path of the kernel to run: a cooperative guest (an i386 ELF file with a coLinux note) or any multiboot 1 kernel. Left out, a built kernel of the folder is used.',
    ),
    default: '${workspaceFolder}/build/kernel.elf',
  },
  cmdline: {
    type: 'string',
    markdownDescription: describe('cmdline', 'Command line of the kernel.'),
    default: '',
  },
  memory: {
    type: 'integer',
    markdownDescription: describe(
      'memory',
      `Memory of the whole machine in MiB, host kernel and guests together (${MEMORY.min} to ${MEMORY.max}).`,
    ),
    default: MEMORY.default,
    minimum: MEMORY.min,
    maximum: MEMORY.max,
  },
  config: {
    type: 'string',
    markdownDescription: describe(
      'config',
      'Path of a coLinux configuration file (words `key=value`): kernel, memory, disks, networks, folders, serial lines, console of the guest.',
    ),
  },
  stopOnEntry: {
    type: 'boolean',
    markdownDescription: describe('stopOnEntry', 'Stop at the first instruction of the kernel.'),
    default: false,
  },
  host: {
    type: 'string',
    markdownDescription: describe('host', 'Path of a host kernel to use instead of the embedded one.'),
  },
  cpu: {
    type: 'string',
    enum: MODELS,
    markdownDescription: describe(
      'cpu',
      'Processor of the machine: what CPUID reports and which instructions exist. `max` has everything.',
    ),
    default: DEFAULT_CPU,
  },
  modules: {
    type: 'array',
    items: { type: 'string' },
    markdownDescription: describe(
      'modules',
      'Further boot modules, each `FILE ARGUMENTS`. Beside a cooperative guest each is another guest; `mem=MEGABYTES` is its memory.',
    ),
    default: [],
  },
  programs: {
    type: 'array',
    items: { type: 'string' },
    markdownDescription: describe(
      'programs',
      'ELF files of the programs that the kernel runs in ring 3: paths, patterns such as `build/*.elf`, or folders. Which of them is in an address space, and where, is found by what is mapped there.',
    ),
    default: [],
  },
  gdbPort: {
    type: 'integer',
    markdownDescription: describe(
      'gdbPort',
      'A TCP port of this computer where a stock gdb can attach to the same machine, beside VS Code; `0` for any free one, which the debug console names. Not in a browser.',
    ),
    minimum: 0,
    maximum: 65535,
  },
  kernelModules: {
    type: 'array',
    items: { type: 'string' },
    markdownDescription: describe(
      'kernelModules',
      'Object files (`.ko`, `.o`) of the modules that the kernel loads while it runs: paths, patterns such as `drivers/**/*.ko`, or folders. Where they are, the kernel tells by its list of modules; breakpoints in them wait for that.',
    ),
    default: [],
  },
  lists: {
    type: 'array',
    items: { type: 'string' },
    markdownDescription: describe(
      'lists',
      'Linked lists by the names of their heads, such as `ready,list(struct task, node)`: the type of the entries and the member that links them.',
    ),
    default: [],
  },
  guests: {
    type: 'array',
    items: { type: 'string' },
    markdownDescription: describe(
      'guests',
      'Paths of coLinux configuration files: each is another guest beside the one of `config`, with its own devices.',
    ),
  },
  devices: {
    type: 'object',
    markdownDescription: describe(
      'devices',
      'Devices of the machine, beside those of configuration files, in the words of `colinux run`. Any kernel finds them on the PCI bus (virtio).',
    ),
    additionalProperties: false,
    properties: {
      disks: {
        type: 'array',
        items: { type: 'string' },
        markdownDescription: text(
          'launch.devices.disks',
          'Disks, each a raw image: `FILE` is written to, `FILE,ro` is read-only, what is written to `FILE,cow` is gone at the end of the session. In a browser every disk is like `,cow`.',
        ),
      },
      networks: {
        type: 'array',
        items: { type: 'string' },
        markdownDescription: text(
          'launch.devices.networks',
          'Network cards: `slirp`, `slirp,tcp:2222:22`, `socket,connect=HOST:PORT`, `socket,listen=HOST:PORT`, `tap,NAME`, `pcap-bridge,NAME` or `loopback`; then perhaps `mac=ADDRESS` and `capture=FILE`. In a browser `slirp` and `loopback` only.',
        ),
      },
      shares: {
        type: 'array',
        items: { type: 'string' },
        markdownDescription: text(
          'launch.devices.shares',
          'Folders that the kernel can mount by 9P: `TAG=FOLDER` or `TAG=FOLDER,ro`. Not in a browser.',
        ),
      },
      rng: {
        type: 'integer',
        minimum: 0,
        maximum: 4294967295,
        markdownDescription: text(
          'launch.devices.rng',
          'An entropy device whose bytes are a function of this seed.',
        ),
      },
    },
  },
};

const cooperative = {
  type: DEBUG_TYPE,
  request: 'launch',
  name: 'Cooperative guest',
  kernel: '${workspaceFolder}/build/kernel.elf',
};

const multiboot = {
  type: DEBUG_TYPE,
  request: 'launch',
  name: 'Multiboot kernel',
  kernel: '${workspaceFolder}/kernel.elf',
  memory: 64,
  modules: [],
};

/** In snippets `\\$` keeps VS Code's variables from being placeholders. */
const snippet = (body: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      typeof value === 'string' && value.includes('${') ? `^"${value.replaceAll('$', '\\$')}"` : value,
    ]),
  );

export const debuggers = [
  {
    type: DEBUG_TYPE,
    label: text('debugger.label', 'Cooperative Linux'),
    languages: ['c', 'cpp', ASSEMBLER_LANGUAGE],
    configurationAttributes: { launch: { required: [], properties } },
    initialConfigurations: [cooperative],
    configurationSnippets: [
      {
        label: text('snippet.cooperative.label', 'coLinux: Cooperative guest'),
        description: text('snippet.cooperative.description', 'Run and debug a cooperative guest kernel.'),
        body: snippet(cooperative),
      },
      {
        label: text('snippet.multiboot.label', 'coLinux: Multiboot kernel'),
        description: text(
          'snippet.multiboot.description',
          'Run and debug any multiboot 1 kernel on the emulated PC.',
        ),
        body: snippet(multiboot),
      },
      {
        label: text('snippet.entry.label', 'coLinux: Stop on entry'),
        description: text('snippet.entry.description', 'Stop at the first instruction of the guest.'),
        body: snippet({ ...cooperative, name: 'Cooperative guest from its entry', stopOnEntry: true }),
      },
    ],
    strings: {
      unverifiedBreakpoints: text(
        'debugger.unverifiedBreakpoints',
        'No code of a loaded kernel belongs to some breakpoints: is the kernel built from these sources, with -g?',
      ),
    },
  },
];
