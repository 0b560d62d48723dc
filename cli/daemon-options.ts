/**
 * The command line of `colinux daemon`, as that of coLinux's colinux-daemon: options, `@file`s and words of the configuration
 * language. `--` begins another guest.
 */
import { parsePort } from './port.ts';
import { Problem } from './problem.ts';

/** What is said about one guest. */
export interface GuestWords {
  /** Words and @files, in their order: one line of configuration. */
  readonly words: readonly string[];
  /** Files for what passes on its network units, by unit. */
  readonly captures: ReadonlyMap<number, string>;
}

export interface DaemonOptions {
  readonly guests: readonly GuestWords[];
  /** `-t`; undefined: cocon where a person sits at the terminal and there is one guest. */
  readonly terminal: 'none' | 'cocon' | undefined;
  /** `-k` clears it: messages of the guests' kernels are shown. */
  readonly kernelMessages: boolean;
  readonly pidFile: string | undefined;
  /** `--dap`: the TCP port that debuggers attach to, 0 for any free one. */
  readonly port: number | undefined;
  /** `-v`, 0 to 15. */
  readonly verbosity: number;
}

const HELP = 'see colinux --help';
const LEVEL_MAX = 15;

function capture(text: string): readonly [unit: number, file: string] {
  const [, unit, file] = /^eth(\d{1,2})=(.+)$/s.exec(text) ?? [];
  if (unit === undefined || file === undefined)
    throw new Problem(`--capture expects ethN=FILE, but found "${text}": ${HELP}.`);
  return [Number(unit), file];
}

function terminalName(text: string): 'none' | 'cocon' {
  if (text === 'none' || text === 'cocon') return text;
  throw new Problem(`-t expects none or cocon, but found "${text}": ${HELP}.`);
}

function level(text: string): number {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  if (value <= LEVEL_MAX) return value;
  throw new Problem(`-v expects a level from 0 to ${LEVEL_MAX}, but found "${text}": ${HELP}.`);
}

/** @throws Problem */
export function parseDaemonOptions(args: readonly string[]): DaemonOptions {
  const guests: { words: string[]; captures: Map<number, string> }[] = [];
  const begin = () => {
    const guest = { words: [], captures: new Map<number, string>() };
    guests.push(guest);
    return guest;
  };
  let guest: (typeof guests)[number] = begin();
  let terminal: DaemonOptions['terminal'];
  let kernelMessages = true;
  let pidFile: string | undefined;
  let port: number | undefined;
  let verbosity = 0;
  const rest = [...args];
  const valueOf = (option: string, what: string): string => {
    const value = rest.shift();
    if (value === undefined)
      throw new Problem(`${option} expects ${what} behind it, but found nothing: ${HELP}.`);
    return value;
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') guest = begin();
    else if (word === '--capture') guest.captures.set(...capture(valueOf(word, 'ethN=FILE')));
    else if (word === '-d') terminal = 'none';
    else if (word === '-k') kernelMessages = false;
    else if (word === '--dap') port = parsePort(valueOf(word, 'a TCP port'), word);
    else if (word === '-p') pidFile = valueOf(word, 'the name of a file');
    else if (word === '-t') terminal = terminalName(valueOf(word, 'none or cocon'));
    else if (word === '-v') verbosity = level(valueOf(word, 'a level'));
    else if (word.startsWith('-')) throw new Problem(`${word} is no option of colinux daemon: ${HELP}.`);
    else guest.words.push(word);
  }
  if (guests.some(({ words }) => words.length === 0)) {
    const where = guests.length > 1 ? ' for each guest' : '';
    throw new Problem(
      `colinux daemon expects @FILE or kernel=FILE and more words of configuration${where}, but found nothing: ${HELP}.`,
    );
  }
  return { guests, terminal, kernelMessages, pidFile, port, verbosity };
}
