/**
 * The configurations of a daemon's guests: reads them from files and command line, and makes one plan of a machine of them.
 * All problems are listed, each with its place.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type GuestConfig, parseConfig } from '../core/coop/config/config.ts';
import { type ConfigProblem, problemText } from '../core/coop/config/problems.ts';
import { type MachinePlan, planGuests, type PlannedGuest } from '../core/coop/plan/plan.ts';
import type { GuestWords } from './daemon-options.ts';
import { Problem } from './problem.ts';
import { write } from './process.ts';

export interface PlannedRun {
  readonly plan: MachinePlan;
  /** By monitor number. */
  readonly configs: readonly GuestConfig[];
}

const COMMAND_LINE = 'command line';
/** What the command line says stands in the folder of the user. */
const folderOf = (file: string) => (file.startsWith(COMMAND_LINE) ? process.cwd() : dirname(file));
export const locate = (from: string, path: string): string => resolve(folderOf(from), path);

/** How the configuration of a guest is called in messages. */
export const configName = (guest: number, guests: number): string =>
  guests > 1 ? `${COMMAND_LINE} ${guest + 1}` : COMMAND_LINE;

/** Words of a command line as a configuration: the shell has taken quotes away, and words with blanks get them back. */
export const configText = (words: readonly string[]): string =>
  words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ');

async function readConfig(words: readonly string[], name: string) {
  return parseConfig({ file: name, text: configText(words) }, (path, from) => {
    const file = locate(from, path);
    try {
      return Promise.resolve({ file, text: readFileSync(file, 'utf8') });
    } catch {
      return Promise.resolve(undefined);
    }
  });
}

function refuseErrors(problems: readonly ConfigProblem[]): void {
  for (const problem of problems) write(2, `${problemText(problem)}\n`);
  if (problems.some(({ severity }) => severity === 'error'))
    throw new Problem('The configuration has errors: correct what is listed above.');
}

function plannedGuest(config: GuestConfig, captures: ReadonlyMap<number, string>): PlannedGuest {
  const { kernel } = config;
  if (!kernel) throw new Problem('The configuration names no kernel: add kernel=FILE.');
  for (const unit of captures.keys()) {
    if (!config.network.some((other) => other.unit === unit))
      throw new Problem(
        `--capture names eth${unit}, but the configuration has no such unit: add eth${unit}=.`,
      );
  }
  return { kernel: locate(kernel.at.file, kernel.value), config, captures };
}

/** @throws Problem */
export async function planRun(guests: readonly GuestWords[]): Promise<PlannedRun> {
  const results = await Promise.all(
    guests.map(({ words }, n) => readConfig(words, configName(n, guests.length))),
  );
  refuseErrors(results.flatMap(({ problems }) => problems));
  const configs = results.map(({ config }) => config);
  const planned = configs.map((config, n) => plannedGuest(config, guests[n]!.captures));
  const { plan, problems } = planGuests(planned, { locate, initrdFolders: true });
  refuseErrors(problems);
  return { plan, configs };
}
