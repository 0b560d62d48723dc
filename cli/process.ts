/** What the entries share: the folder they lie in, what they print to stderr, and how they end when something is wrong. */
import { realpathSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { BootError } from '../core/boot/boot-error.ts';
import { MemorySizeError } from '../core/memory/physical-memory.ts';
import { EndError } from '../core/outside/open-ends.ts';
import { ExitStatus } from './exit-status.ts';
import { Problem } from './problem.ts';

/** The folder of the running bundle, through symbolic links. */
export const bundleFolder = (): string => dirname(realpathSync(process.argv[1]!));

export function write(descriptor: number, text: string): void {
  try {
    writeSync(descriptor, text);
  } catch {
    // Nobody is there to read it.
  }
}

export function report(text: string): void {
  write(2, `colinux: ${text}\n`);
}

/** Ends the process: one sentence for whatever was thrown, never a stack trace. */
export function failed(error: unknown): never {
  const known = [Problem, EndError, BootError, MemorySizeError].some((kind) => error instanceof kind);
  const message = error instanceof Error ? error.message : String(error);
  report(known ? message : `a fault of colinux itself, please report it: ${message}`);
  process.exit(known ? ExitStatus.Usage : ExitStatus.Internal);
}
