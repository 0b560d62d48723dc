/**
 * The configuration file of a guest, as a launch uses it: `core/coop/config` parses it, here its includes are read and its
 * paths resolved, and its errors become the launch's.
 */
import { parseConfig } from '../core/coop/config/config.ts';
import { type ConfigProblem, placeOf } from '../core/coop/config/problems.ts';
import type { AdapterHost } from './adapter-host.ts';
import { AdapterError } from './errors.ts';
import { readFile } from './read-file.ts';

export interface LaunchConfig {
  readonly kernel: string | undefined;
  /** MiB, by `mem=`. */
  readonly memory: number | undefined;
  readonly cmdline: string;
}

/** Most problems that one error message lists. */
const SHOWN_PROBLEMS = 5;

const sentenceOf = (problem: ConfigProblem) => `${placeOf(problem)}: ${problem.message.replace(/\.$/, '')}`;

/** @throws AdapterError `config-bad` with every error and its place. */
export async function readGuestConfig(host: AdapterHost, path: string): Promise<LaunchConfig> {
  const read = async (file: string) => ({ file, text: new TextDecoder().decode(await readFile(host, file)) });
  const { config, problems } = await parseConfig(await read(path), (name, from) =>
    read(beside(from, name)).catch(() => undefined),
  );
  const errors = problems.filter(({ severity }) => severity === 'error').map(sentenceOf);
  if (errors.length > 0) {
    const more = errors.length > SHOWN_PROBLEMS ? `, and ${errors.length - SHOWN_PROBLEMS} more` : '';
    throw new AdapterError(
      'config-bad',
      `The configuration file must be corrected: ${errors.slice(0, SHOWN_PROBLEMS).join('; ')}${more}.`,
    );
  }
  const { kernel, memoryMiB, commandLine } = config;
  return {
    kernel: kernel && beside(kernel.at.file, kernel.value),
    memory: memoryMiB?.value,
    cmdline: commandLine,
  };
}

/** A path in a configuration file is relative to that file. */
export function beside(file: string, path: string): string {
  if (/^(?:[\\/]|[a-z][a-z0-9+.-]*:)/i.test(path)) return path;
  return file.replace(/[^\\/]*$/, '') + path;
}
