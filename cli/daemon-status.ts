/** How a daemon ends: exit statuses of coLinux 0.7.1 and later, and its pid file. */
import { rmSync, writeFileSync } from 'node:fs';
import { Problem, systemReason } from './problem.ts';

export const DaemonStatus = { Done: 0, VersionMismatch: 3, DriverMissing: 14, Other: 255 } as const;

/** @throws Problem */
export function writePidFile(file: string | undefined): void {
  if (file === undefined) return;
  try {
    writeFileSync(file, `${process.pid}\n`);
  } catch (error) {
    throw new Problem(`-p cannot write to "${file}", for ${systemReason(error)}: give a file's name.`);
  }
}

export function removePidFile(file: string | undefined): void {
  if (file !== undefined) rmSync(file, { force: true });
}
