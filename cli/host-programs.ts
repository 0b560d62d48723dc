/**
 * execN: programs of this computer that run as long as the guests do. Nothing is given to a shell.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { GuestConfig } from '../core/coop/config/config.ts';
import { systemReason } from './problem.ts';
import { report } from './process.ts';

/** Words are parted at blanks outside of quotes. */
const wordsOf = (text: string) =>
  (text.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => word.replaceAll('"', ''));

/** @returns a function that ends them */
export function startPrograms(configs: readonly GuestConfig[]): () => void {
  const children: ChildProcess[] = configs
    .flatMap(({ programs }) => programs)
    .map(({ unit, value }) => {
      const child = spawn(value.program, wordsOf(value.arguments), { stdio: 'ignore' });
      child.on('error', (error) => {
        report(`exec${unit}: ${value.program} cannot be started, for ${systemReason(error)}.`);
      });
      return child;
    });
  return () => {
    for (const child of children) child.kill();
  };
}
