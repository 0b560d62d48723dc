/**
 * The keys of the configuration language in one table: what the parser takes, what the editor completes and explains, and the
 * tables of docs/configuration.md. (coLinux 0.7.9, the manual of colinux-daemon.)
 */
import { nearest } from './nearest.ts';
import { NETWORK_CHOICES, parseNetwork } from './network.ts';
import {
  COLORS,
  MEMORY_MAX_MIB,
  MEMORY_MIN_MIB,
  parseBlockImage,
  parseBlockMode,
  parseColors,
  parseConsole,
  parseCursor,
  type Parsed,
  parseMemory,
  parseProgram,
  parseSerial,
} from './values.ts';

/** A value, or the beginning of one, that can be chosen. */
export interface Choice {
  readonly text: string;
  /** The whole value, with what may follow. */
  readonly syntax?: string;
  /** Markdown, one sentence without its full stop. */
  readonly meaning: string;
  /** A page of docs/ with more about it. */
  readonly see?: string;
}

export interface ConfigKey {
  /** How many units there are, numbered from 0; the key is then the name with a number behind it. */
  readonly units?: number;
  /** The syntax of a value: capitals stand for something else. */
  readonly value: string;
  /** Markdown, in the words of a table: without a full stop at the end. */
  readonly meaning: string;
  /** A value as it may stand in a file. */
  readonly example: string;
  /** A page of docs/ with more about it. */
  readonly see?: string;
  /** The value begins with the path of one. */
  readonly path?: 'file' | 'folder';
  readonly choices?: readonly Choice[];
  readonly parse: (text: string) => Parsed<unknown>;
}

const path = (text: string): Parsed<string> => ({ value: text });

/** Ways to open a disk, written behind its path. */
export const BLOCK_SUFFIXES: readonly Choice[] = [
  { text: ',ro', meaning: 'read-only: what the guest writes is refused' },
  { text: ',cow', meaning: 'copy on write: what the guest writes is gone at the end' },
  { text: ',rw', meaning: 'what the guest writes goes into the file (the default)' },
];

const CHOICE_OF_COLOR = COLORS.map((text) => ({ text, meaning: 'a colour of the console' }));

/** In the order of the documentation. */
export const KEYS = {
  kernel: {
    value: 'path',
    meaning: 'the kernel of the guest: an i386 ELF file with a coLinux note',
    example: 'build/kernel.elf',
    see: 'abi.md#the-elf-note',
    path: 'file',
    parse: path,
  },
  initrd: {
    value: 'path',
    meaning: 'the initial RAM disk; its folder becomes cofs31, read-only, unless cofs31 is another',
    example: 'initrd.gz',
    path: 'file',
    parse: path,
  },
  mem: {
    value: `${MEMORY_MIN_MIB} to ${MEMORY_MAX_MIB}`,
    meaning: 'RAM in MiB; 16 if left out. All guests of one machine have 704 together',
    example: '64',
    parse: parseMemory,
  },
  cobd: {
    units: 32,
    value: '`FILE`, `FILE,ro`, `FILE,cow`',
    meaning: 'a disk. What is written goes into the file, is refused, or is gone at the end',
    example: 'root.img',
    path: 'file',
    parse: parseBlockImage,
  },
  setcobd: {
    value: '`sync`, `async`',
    meaning: 'whether the guest waits for each request; left out, each request says itself',
    example: 'async',
    choices: [
      { text: 'sync', meaning: 'the guest waits for each request of a disk' },
      { text: 'async', meaning: 'the guest goes on while a disk works' },
    ],
    parse: parseBlockMode,
  },
  cofs: {
    units: 32,
    value: 'path of a folder',
    meaning: 'files of this computer. Nothing leads out of the folder',
    example: '.',
    path: 'folder',
    parse: path,
  },
  eth: {
    units: 16,
    value: 'a network and its fields',
    meaning: 'an Ethernet card, and what it is connected to',
    example: 'slirp',
    see: '#networks',
    choices: NETWORK_CHOICES,
    parse: parseNetwork,
  },
  ttys: {
    units: 32,
    value: '`DEVICE[,"SETTINGS"]`',
    meaning: 'a serial line: `stdio`, a terminal of this computer, a pipe or a file',
    example: 'stdio',
    see: '#serial-lines',
    choices: [
      {
        text: 'stdio',
        meaning: 'standard input and output of `colinux daemon`; in a debug session a terminal of the editor',
      },
    ],
    parse: parseSerial,
  },
  exec: {
    units: 8,
    value: '`PROGRAM[,"ARGUMENTS"]`',
    meaning: 'a program that starts and ends with the guest, of `colinux daemon` only. No shell is asked',
    example: 'xterm',
    parse: parseProgram,
  },
  cocon: {
    value: '`COLUMNSxROWS[xSCROLLBACK]`',
    meaning: 'size of the console, 80x25x500 if left out',
    example: '100x40',
    choices: [
      { text: '80x25', meaning: 'the size of a PC in text mode' },
      { text: '100x40', meaning: 'a larger console' },
      { text: '80x25x500', meaning: 'with 500 rows that are kept above the screen' },
    ],
    parse: parseConsole,
  },
  color: {
    value: '`FOREGROUND,BACKGROUND`',
    meaning:
      'its colours: `black blue green cyan red magenta brown gray`, `darkgray`, `bright…`, `yellow`, `white`',
    example: 'gray,black',
    choices: CHOICE_OF_COLOR,
    parse: parseColors,
  },
  cursor: {
    value: '0 to 100',
    meaning: 'height of its cursor in percent; terminals have off, underline and block',
    example: '16',
    parse: parseCursor,
  },
} as const satisfies Readonly<Record<string, ConfigKey>>;

export type KeyName = keyof typeof KEYS;
/** The keys with units. */
export type UnitKey = { [K in KeyName]: (typeof KEYS)[K] extends { units: number } ? K : never }[KeyName];

/** Names of disks that get a unit, or that are another name of one (`hda1`). */
export const ALIAS = {
  pattern: /^(hd[a-h]|sd[a-p])\d{0,2}$/,
  value: 'as `cobdN`, or `:cobdN`',
  meaning: 'a disk at the first free unit, or another name of a unit, which the guest can ask for',
  parse: parseBlockImage,
} as const;

/** Devices of coLinux that this host does not serve. */
export const NOT_SERVED = {
  pattern: /^(scsi|pci|video|audio)\d+$/,
  meaning: 'devices of coLinux that this host does not serve: a warning',
} as const;

/** What the part before the equals sign of a word is. */
export type KeyKind =
  | { readonly kind: 'single'; readonly name: KeyName; readonly key: ConfigKey }
  | { readonly kind: 'unit'; readonly name: UnitKey; readonly key: ConfigKey; readonly unit: number }
  | { readonly kind: 'alias' }
  | { readonly kind: 'not-served' }
  /** No key of ours: the guest's kernel gets the word. */
  | { readonly kind: 'other' };

const isKey = (name: string): name is KeyName => Object.hasOwn(KEYS, name);

/** What `text` is as a key. A unit may be too large: whoever uses it says so. */
export function keyKind(text: string): KeyKind {
  if (NOT_SERVED.pattern.test(text)) return { kind: 'not-served' };
  if (ALIAS.pattern.test(text)) return { kind: 'alias' };
  const [, name = '', number = ''] = /^([a-z]+?)(\d*)$/.exec(text) ?? [];
  if (!isKey(name)) return { kind: 'other' };
  const key: ConfigKey = KEYS[name];
  if (key.units === undefined) return number === '' ? { kind: 'single', name, key } : { kind: 'other' };
  return number === ''
    ? { kind: 'other' }
    : { kind: 'unit', name: name as UnitKey, key, unit: Number(number) };
}

/**
 * The key that a mistyped one is likely to be: `kernel` for `kernle`, `cobd0` for `cobd` and `cbod0`. The first letter must be
 * right, for options of kernels are not to be mistaken for keys (`noexec`, `highmem`).
 */
export function keyMeant(text: string): string | undefined {
  const [, name = '', number = ''] = /^([a-z]+?)(\d*)$/i.exec(text) ?? [];
  const names = Object.keys(KEYS).filter((key) => key[0] === name[0]?.toLowerCase());
  const found = names.find((key) => key === name.toLowerCase()) ?? nearest(name, names);
  if (found === undefined || !isKey(found)) return undefined;
  const key: ConfigKey = KEYS[found];
  return key.units === undefined ? found : found + (number || '0');
}
