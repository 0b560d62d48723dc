/**
 * The options of `colinux run`, checked: wrong ones are a `Problem` that says what was expected and found.
 */
import { parseArgs } from 'node:util';
import type { Parsed } from '../core/coop/config/values.ts';
import { parseDiskEnd } from '../core/outside/disk-option.ts';
import type { Ends } from '../core/outside/ends.ts';
import { parseNetworkEnd } from '../core/outside/net-option.ts';
import { parseShareEnd } from '../core/outside/share-option.ts';
import { CPU_MODELS, type CpuModel } from '../core/protocol/machine-protocol.ts';
import { MAX_DEVICES } from '../core/protocol/device-protocol.ts';
import { nearest } from '../core/coop/config/nearest.ts';
import { Problem, systemCode } from './problem.ts';
import { say, tell } from '../core/sentences/say.ts';

/** A multiboot module: a file, and the words behind its name. */
export interface ModuleOption {
  readonly file: string;
  readonly args: string;
}

export interface RunOptions {
  /** The image to boot; undefined when `bios` is given instead. */
  readonly image: string | undefined;
  /** A flat ROM image, entered at the reset vector. */
  readonly bios: string | undefined;
  /** Report writes to the POST ports. */
  readonly post: boolean;
  readonly memoryMiB: number;
  readonly modules: readonly ModuleOption[];
  readonly append: string;
  /** The initial RAM disk of a Linux bzImage. */
  readonly initrd: string | undefined;
  /** `stdio`, a file, or `undefined`: output to stdout, input from stdin if that is a terminal or a pipe. */
  readonly serial: string | undefined;
  readonly debugcon: string | undefined;
  readonly maxInstructions: number;
  readonly stats: string | undefined;
  readonly host: string | undefined;
  /** Wall clock at boot, seconds since 1970; `undefined`: now. */
  readonly rtc: number | undefined;
  /** `undefined`: real when a person types into the machine or a network is attached, else fast. */
  readonly pace: 'real' | 'fast' | undefined;
  /** The processor model. */
  readonly cpu: CpuModel | undefined;
  /** What the machine's devices are connected to. */
  readonly ends: Ends;
  /** The seed of the entropy device; no such device when undefined. */
  readonly rng: number | undefined;
}

const DEFAULT_MEMORY_MIB = 128;
const MAX_MEMORY_MIB = 1024;
const HELP = 'see colinux --help';

/** @param what the unit, as " of MiB"; may be empty */
function wholeNumber(option: string, text: string, what: string, least: number, most: number): number {
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  const range =
    most === Number.MAX_SAFE_INTEGER
      ? `of at least ${String(least)}`
      : `from ${String(least)} to ${String(most)}`;
  throw new Problem(`--${option} expects a whole number${what} ${range}, but found "${text}": ${HELP}.`);
}

function oneOf<T extends string>(option: string, text: string, ...words: T[]): T {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new Problem(`--${option} expects one of ${words.join(', ')}, but found "${text}": ${HELP}.`);
}

function fileName(option: string, text: string | undefined): string | undefined {
  if (text === '') throw new Problem(`--${option} expects the name of a file, but found nothing: ${HELP}.`);
  return text;
}

/** The values of an option that may be given several times. */
function parsedAll<T>(option: string, texts: readonly string[], parse: (text: string) => Parsed<T>): T[] {
  return texts.map((text) => {
    const parsed = parse(text);
    if ('value' in parsed) return parsed.value;
    throw new Problem(`--${option} expects ${tell(say`${parsed.problem}`)}, but found "${text}": ${HELP}.`);
  });
}

/** @throws Problem */
function endsOf(
  disk: readonly string[] = [],
  net: readonly string[] = [],
  share: readonly string[] = [],
): Ends {
  const count = disk.length + net.length + share.length;
  if (count > MAX_DEVICES) {
    throw new Problem(
      `--disk, --net and --share may be given ${MAX_DEVICES} times together, but were found ${count} times: ${HELP}.`,
    );
  }
  return {
    disks: parsedAll('disk', disk, parseDiskEnd),
    networks: parsedAll('net', net, parseNetworkEnd),
    shares: parsedAll('share', share, parseShareEnd),
    lines: [],
  };
}

function moduleOption(text: string): ModuleOption {
  const [, file, args] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(text) ?? [];
  if (!file) throw new Problem(`--module expects "FILE ARGUMENTS", but found "${text}": ${HELP}.`);
  return { file, args: args ?? '' };
}

const text = { type: 'string' } as const;
const OPTIONS = {
  memory: text,
  module: { type: 'string', multiple: true },
  append: text,
  initrd: text,
  serial: text,
  debugcon: text,
  'max-instructions': text,
  stats: text,
  host: text,
  rtc: text,
  pace: text,
  cpu: text,
  disk: { type: 'string', multiple: true },
  net: { type: 'string', multiple: true },
  rng: text,
  share: { type: 'string', multiple: true },
  bios: text,
  post: { type: 'boolean' },
} as const;

/**
 * What node:util throws, as a sentence of ours.
 * @param options names of the options that there are, without dashes
 */
export function parseProblem(error: unknown, options: readonly string[] = []): unknown {
  const code = systemCode(error);
  if (!(error instanceof Error) || !code?.startsWith('ERR_PARSE_ARGS')) return error;
  const [, found] = /'(-[^'= ]*)/.exec(error.message) ?? [];
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && found !== undefined) {
    const [, name = found] = /(--[^ ,'=]+)/.exec(error.message) ?? [];
    return error.message.includes('does not take')
      ? new Problem(`${name} takes no value, but one was found: leave it out.`)
      : new Problem(
          `${name} expects a value, but found none: give one (with ${name}=VALUE if it begins with "-").`,
        );
  }
  const [, word] = /^Unexpected argument '(.*?)'/s.exec(error.message) ?? [];
  if (word !== undefined)
    return new Problem(`This command takes options only, but found the word "${word}": ${HELP}.`);
  if (found === undefined) return new Problem(`The command line is not understood: ${HELP}.`);
  const meant = nearest(found.replace(/^-+/, ''), options);
  const rest = meant === undefined ? HELP : `did you mean --${meant}? S${HELP.slice(1)}`;
  return new Problem(`"${found}" is not an option of this command: ${rest}.`);
}

/** The words that are no options and no values of options, and the others. @throws Problem */
export function takeImages(args: readonly string[]): {
  readonly images: readonly string[];
  readonly rest: readonly string[];
} {
  try {
    const { tokens, positionals } = parseArgs({
      ...{ args: [...args], options: OPTIONS, allowPositionals: true, tokens: true },
    });
    const places = new Set(tokens.flatMap((token) => (token.kind === 'positional' ? [token.index] : [])));
    return { images: positionals, rest: args.filter((_word, n) => !places.has(n)) };
  } catch (error) {
    throw parseProblem(error);
  }
}

type Command = 'run' | 'gdb' | 'test' | 'profile';

/** @param command whose options they are. @throws Problem */
export function parseRunOptions(args: readonly string[], command: Command = 'run'): RunOptions {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw parseProblem(error, Object.keys(OPTIONS));
  }
  const { values, positionals } = parsed;
  const [image, extra] = positionals;
  if (
    values.bios !== undefined &&
    (image !== undefined || values.append || values.module || values.initrd || values.host)
  ) {
    throw new Problem(
      'colinux run --bios expects no kernel image, and no --append, --module, --initrd or --host with it: a ROM starts by itself.',
    );
  }
  if (!image && values.bios === undefined)
    throw new Problem(
      `colinux ${command} expects a kernel image, but found none: colinux ${command} IMAGE [options].`,
    );
  if (extra !== undefined) {
    throw new Problem(
      `colinux ${command} expects one kernel image, but found "${extra}" too: ` +
        'words for the kernel go into --append, further files into --module.',
    );
  }
  const { memory, 'max-instructions': most, rtc, pace, cpu, rng } = values;
  const ends = endsOf(values.disk, values.net, values.share);
  const network = ends.networks.find(({ kind }) => kind !== 'loopback');
  if (network && pace === 'fast') {
    throw new Problem(
      `--pace fast skips the time in which a network answers, but found --net ${network.kind}: leave one of them out.`,
    );
  }
  return {
    image,
    bios: fileName('bios', values.bios),
    post: values.post ?? false,
    memoryMiB:
      memory === undefined ? DEFAULT_MEMORY_MIB : wholeNumber('memory', memory, ' of MiB', 1, MAX_MEMORY_MIB),
    modules: (values.module ?? []).map(moduleOption),
    append: values.append ?? '',
    initrd: fileName('initrd', values.initrd),
    serial: fileName('serial', values.serial),
    debugcon: fileName('debugcon', values.debugcon),
    maxInstructions:
      most === undefined
        ? Infinity
        : wholeNumber('max-instructions', most, ' of instructions', 1, Number.MAX_SAFE_INTEGER),
    stats: fileName('stats', values.stats),
    host: fileName('host', values.host),
    rtc: rtc === undefined ? undefined : wholeNumber('rtc', rtc, ' of seconds since 1970', 0, 0xffff_ffff),
    cpu: cpu === undefined ? undefined : oneOf('cpu', cpu, ...CPU_MODELS),
    ends,
    rng: rng === undefined ? undefined : wholeNumber('rng', rng, '', 0, 0xffff_ffff),
    pace: pace === undefined ? undefined : oneOf('pace', pace, 'real', 'fast'),
  };
}
