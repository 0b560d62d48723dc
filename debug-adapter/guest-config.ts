/**
 * The configuration files of guests, as a launch uses them: `core/coop/config` parses them, here their includes are read and
 * their paths resolved, and their errors become the launch's.
 */
import { type GuestConfig, parseConfig } from '../core/coop/config/config.ts';
import { beside } from '../core/coop/config/paths.ts';
import { type ConfigProblem, placeOf } from '../core/coop/config/problems.ts';
import type { AdapterHost } from './adapter-host.ts';
import { AdapterError } from './errors.ts';
import { joined, say } from '../core/sentences/say.ts';
import { readFile } from './read-file.ts';

/** Most problems that one error message lists. */
const SHOWN_PROBLEMS = 5;

const sentenceOf = (problem: ConfigProblem) => joined([placeOf(problem), problem.sentence], ': ');

/** @throws AdapterError `config-bad` with every error and its place; warnings are no errors. */
export function refuseErrors(problems: readonly ConfigProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error').map(sentenceOf);
  if (errors.length === 0) return;
  const more =
    errors.length > SHOWN_PROBLEMS ? [say`And there are ${errors.length - SHOWN_PROBLEMS} more.`] : [];
  throw new AdapterError(
    'config-bad',
    say`The configuration file must be corrected: ${joined([...errors.slice(0, SHOWN_PROBLEMS), ...more], ' ')}`,
  );
}

/** @throws AdapterError */
export async function readGuestConfig(host: AdapterHost, path: string): Promise<GuestConfig> {
  const read = async (file: string) => ({ file, text: new TextDecoder().decode(await readFile(host, file)) });
  const { config, problems } = await parseConfig(await read(path), (name, from) =>
    read(beside(from, name)).catch(() => undefined),
  );
  refuseErrors(problems);
  return config;
}

/** The configuration of a guest that has none. */
export async function emptyConfig(): Promise<GuestConfig> {
  const { config } = await parseConfig({ file: '', text: '' }, () => Promise.resolve(undefined));
  return config;
}

/** The path of a configuration's kernel, ready for use. */
export const kernelOf = ({ kernel }: GuestConfig): string | undefined =>
  kernel && beside(kernel.at.file, kernel.value);
