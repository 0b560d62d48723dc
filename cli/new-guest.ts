/**
 * `colinux new guest DIR`: writes a small cooperative guest kernel that stands alone, to start from.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureFolder } from '../debug-adapter/folder-node.ts';
import { ExitStatus } from './exit-status.ts';
import { Problem, systemCode, systemReason } from './problem.ts';
import { write } from './process.ts';

/** Texts by path; made by tools/build.mjs. */
const TEMPLATE = 'guest-template.json';

function readTemplate(folder: string): Record<string, string> {
  const file = join(folder, TEMPLATE);
  if (!existsSync(file))
    throw new Problem(
      `The template ${TEMPLATE} is expected beside this program, but it is not there: run npm run build.`,
    );
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
}

/** What is in a folder; nothing when there is none. @throws Problem */
function contentsOf(target: string): string[] {
  try {
    return readdirSync(target);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw new Problem(
      `A new guest needs an empty folder, but "${target}" cannot be one, ${systemReason(error)}: name another.`,
    );
  }
}

/** @param folder where the bundle lies. @returns the exit status. @throws Problem */
export function newGuest(args: readonly string[], folder: string): number {
  const [what, target, extra] = args;
  if (what !== 'guest' || target === undefined || target === '' || extra !== undefined)
    throw new Problem(
      `colinux new expects "guest" and a folder, but found ${args.length === 0 ? 'none' : `"${args.join(' ')}"`}: colinux new guest DIR.`,
    );
  const [first] = contentsOf(target);
  if (first !== undefined)
    throw new Problem(
      `A new guest needs an empty folder, but "${target}" has ${first} in it: name another, or empty it.`,
    );
  try {
    for (const [path, text] of Object.entries(readTemplate(folder))) {
      const file = join(target, path);
      ensureFolder(dirname(file));
      writeFileSync(file, text);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(
      `The new guest cannot be written to "${target}", ${systemReason(error)}: name another folder.`,
    );
  }
  write(1, `${target}: a new guest. make builds it, colinux run build/kernel.elf runs it there.\n`);
  return ExitStatus.Done;
}
