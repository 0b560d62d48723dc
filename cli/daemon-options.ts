/**
 * The command line of `colinux daemon`, as that of coLinux's colinux-daemon: options, `@file`s and words of the configuration
 * language.
 */
import { Problem } from './problem.ts';

export interface DaemonOptions {
  /** Words and @files, in their order: one line of configuration. */
  readonly words: readonly string[];
  /** `-t`; undefined: cocon where a person sits at the terminal. */
  readonly terminal: 'none' | 'cocon' | undefined;
  /** `-k` clears it: messages of the guest's kernel are shown. */
  readonly kernelMessages: boolean;
  readonly pidFile: string | undefined;
  /** `-v`, 0 to 15. */
  readonly verbosity: number;
}

const HELP = 'see colinux --help';
const LEVEL_MAX = 15;

/** @throws Problem */
export function parseDaemonOptions(args: readonly string[]): DaemonOptions {
  const words: string[] = [];
  let terminal: DaemonOptions['terminal'];
  let kernelMessages = true;
  let pidFile: string | undefined;
  let verbosity = 0;
  const rest = [...args];
  const valueOf = (option: string, what: string): string => {
    const value = rest.shift();
    if (value === undefined)
      throw new Problem(`${option} expects ${what} behind it, but found nothing: ${HELP}.`);
    return value;
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-d') terminal = 'none';
    else if (word === '-k') kernelMessages = false;
    else if (word === '-p') pidFile = valueOf(word, 'the name of a file');
    else if (word === '-t') {
      const name = valueOf(word, 'none or cocon');
      if (name !== 'none' && name !== 'cocon')
        throw new Problem(`-t expects none or cocon, but found "${name}": ${HELP}.`);
      terminal = name;
    } else if (word === '-v') {
      const level = valueOf(word, 'a level');
      verbosity = /^\d{1,2}$/.test(level) ? Number(level) : NaN;
      if (!(verbosity <= LEVEL_MAX))
        throw new Problem(`-v expects a level from 0 to ${LEVEL_MAX}, but found "${level}": ${HELP}.`);
    } else if (word.startsWith('-')) throw new Problem(`${word} is no option of colinux daemon: ${HELP}.`);
    else words.push(word);
  }
  if (words.length === 0)
    throw new Problem(
      `colinux daemon expects @FILE or kernel=FILE and more words of configuration, but found nothing: ${HELP}.`,
    );
  return { words, terminal, kernelMessages, pidFile, verbosity };
}
