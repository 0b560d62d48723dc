/**
 * Makes folders on Node, level by level. `mkdir` with `recursive` never ends where the system says of a folder that is there that what is
 * to be made in it "does not exist", as Linux does below /proc: Node makes the folder above again, for ever.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A folder that is there afterwards, with all above it. @throws Error where it cannot be made, or where something else is */
export function ensureFolder(path: string): void {
  const reason = failureOf(path);
  if (reason === undefined) return;
  const above = dirname(path);
  // What stands at the top of a path cannot be made, as a drive of Windows that is not there.
  if (reason.code !== 'ENOENT' || above === path) throw reason;
  ensureFolder(above);
  const again = failureOf(path);
  // All above is there: what is missing is nothing that can be made.
  if (again?.code === 'ENOENT')
    throw new Error(`no folder can be made in ${JSON.stringify(above)}`, { cause: again });
  if (again) throw again;
}

/** Why a folder is not there, though all above it may be: the error of the system. */
function failureOf(path: string): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(path);
  } catch (error) {
    // Also where the file system is read-only, or at the top of a drive, which this user may not make.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return error as NodeJS.ErrnoException;
  }
  return undefined;
}
