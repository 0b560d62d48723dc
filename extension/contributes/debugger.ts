/**
 * The debugger `colinux` as package.json tells VS Code of it. The schema is typed by `LaunchOptions`: an option without
 * a schema or without a description does not compile.
 */

import type { AttachOptions, LaunchOptions } from '../launch/options.ts';
import { LOOPBACK, MEMORY, PORT } from '../launch/options.ts';
import { DEFAULT_CPU, MODELS } from '../../debug-adapter/launch-limits.ts';
import { ASSEMBLER_LANGUAGE, CONFIG_LANGUAGE } from './languages.ts';
import { DEBUG_TYPE } from './names.ts';
import { text } from './text.ts';

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

/** A schema for every option. */
type Attributes<Options> = { [K in keyof Required<Options>]: AttributeSchema<Required<Options>[K]> };

const describe = (option: keyof LaunchOptions, english: string) => text(`launch.${option}`, english);

const properties: Attributes<LaunchOptions> = {
  kernel: {
    type: 'string',
    markdownDescription: describe(
      'kernel',
      'Path of the kernel to run: a cooperative guest (an i386 ELF file with a coLinux note), a multiboot 1 kernel, or a Linux bzImage. Left out, a built kernel of the folder is used.',
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
  coverage: {
    type: 'boolean',
    markdownDescription: describe(
      'coverage',
      'Record which instructions run, from the first one on: for `colinux/coverage` and the Test Explorer. The machine runs slower.',
    ),
    default: false,
  },
  stopOnEntry: {
    type: 'boolean',
    markdownDescription: describe('stopOnEntry', 'Stop at the first instruction of the kernel.'),
    default: false,
  },
  initrd: {
    type: 'string',
    markdownDescription: describe(
      'initrd',
      'Path of the initial RAM disk of a Linux kernel (bzImage): a cpio archive, compressed or not.',
    ),
  },
  symbols: {
    type: 'string',
    markdownDescription: describe(
      'symbols',
      'Path of an ELF file with the symbols of the kernel, when its own file has none: of a Linux bzImage its `vmlinux`, or for names alone its `System.map`.',
    ),
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

const attachProperties: Attributes<AttachOptions> = {
  port: {
    type: 'integer',
    markdownDescription: text(
      'attach.port',
      'TCP port of a running machine: the one that `colinux daemon … --dap PORT` listens on. Not in a browser.',
    ),
    default: 4711,
    minimum: PORT.min,
    maximum: PORT.max,
  },
  host: {
    type: 'string',
    markdownDescription: text(
      'attach.host',
      'Name or address of the computer that runs the machine, or of the end of a tunnel to it.',
    ),
    default: LOOPBACK,
  },
};

const launch = { type: DEBUG_TYPE, request: 'launch' } as const;

const cooperative = {
  ...launch,
  name: 'My guest kernel',
  kernel: '${workspaceFolder}/build/kernel.elf',
  preLaunchTask: 'colinux: build',
};

const sample = { ...cooperative, name: 'Sample guest', kernel: '${workspaceFolder}/build/hello-guest.elf' };

const configured = { ...launch, name: 'Configuration file', config: '${workspaceFolder}/guest.colinux' };

const several = {
  ...launch,
  name: 'Host kernel and guests',
  config: '${workspaceFolder}/first.colinux',
  guests: ['${workspaceFolder}/second.colinux'],
  host: '${workspaceFolder}/kernels/build/colinux-host.elf',
};

const multiboot = {
  ...launch,
  name: 'Multiboot kernel',
  kernel: '${workspaceFolder}/kernel.elf',
  memory: 64,
  modules: [],
};

const attached = { type: DEBUG_TYPE, request: 'attach', name: 'Attach to a running daemon', port: 4711 };

/** In snippets `\\$` keeps VS Code's variables from being placeholders. */
const quoted = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('${')
    ? `^"${value.replaceAll('$', '\\$')}"`
    : Array.isArray(value)
      ? value.map(quoted)
      : value;

const snippet = (
  key: string,
  label: string,
  description: string,
  body: Readonly<Record<string, unknown>>,
) => ({
  label: text(`snippet.${key}.label`, label),
  description: text(`snippet.${key}.description`, description),
  body: Object.fromEntries(Object.entries(body).map(([option, value]) => [option, quoted(value)])),
});

export const debuggers = [
  {
    type: DEBUG_TYPE,
    label: text('debugger.label', 'Cooperative Linux'),
    languages: ['c', 'cpp', ASSEMBLER_LANGUAGE, CONFIG_LANGUAGE],
    configurationAttributes: {
      launch: { required: [], properties },
      attach: { required: ['port'], properties: attachProperties },
    },
    initialConfigurations: [cooperative],
    configurationSnippets: [
      snippet(
        'cooperative',
        'coLinux: My guest kernel',
        'Build, run and debug a cooperative guest kernel.',
        cooperative,
      ),
      snippet('sample', 'coLinux: Sample guest', 'Build, run and debug samples/hello-guest.', sample),
      snippet(
        'config',
        'coLinux: Configuration file',
        'Run and debug the guest of a configuration file: its kernel, disks, networks and folders.',
        configured,
      ),
      snippet(
        'several',
        'coLinux: Host kernel and guests',
        'Run and debug several guests, under a host kernel of your own.',
        several,
      ),
      snippet(
        'multiboot',
        'coLinux: Multiboot kernel',
        'Run and debug any multiboot 1 kernel on the emulated PC.',
        multiboot,
      ),
      snippet('entry', 'coLinux: Stop on entry', 'Stop at the first instruction of the guest.', {
        ...cooperative,
        name: 'My guest kernel from its entry',
        stopOnEntry: true,
      }),
      snippet(
        'attach',
        'coLinux: Attach to a running daemon',
        'Debug the guests of "colinux daemon --dap PORT"; they go on when the session ends.',
        attached,
      ),
    ],
    strings: {
      unverifiedBreakpoints: text(
        'debugger.unverifiedBreakpoints',
        'No code of a loaded kernel belongs to some breakpoints: is the kernel built from these sources, with -g?',
      ),
    },
  },
];
