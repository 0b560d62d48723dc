/**
 * Looks for kernels in a folder, with bounds: not deep, not many entries, a few small reads for each file that may be a
 * kernel by its name. Files are reached through `Folder` only, so the same search serves a disk, a server and a browser.
 */

import type { Translate } from '../translate.ts';
import type { ReadAt } from './image-kind.ts';
import { imageKind } from './image-kind.ts';

/** The file system below a folder; paths are relative, with slashes. */
export interface Folder {
  list(path: string): Promise<readonly { name: string; isFolder: boolean }[]>;
  open(path: string): ReadAt;
}

/** A file that can be run. */
export interface Kernel {
  path: string;
  kind: 'cooperative' | 'multiboot';
}

/** What the search met. */
export interface Found {
  /** Best first. */
  kernels: Kernel[];
  /** Looked like a kernel by its name, and why it is none. */
  rejected: { path: string; why: string }[];
  /** The folder itself has a Makefile. */
  hasMakefile: boolean;
}

const MAX_DEPTH = 4;
const MAX_FOLDERS = 200;
const MAX_CANDIDATES = 60;
const SKIPPED = /^(\..*|node_modules|out|dist)$/;
const CANDIDATE = /^(.*\.(elf|kernel|multiboot)|kernel(\.bin)?|.*kernel.*\.bin|.*os\.bin|vmlinux)$/i;
const MAKEFILE = /^(GNUmakefile|[Mm]akefile)$/;

/** Searches `folder`. A folder or file that cannot be read is passed over. */
export async function findKernels(folder: Folder, t: Translate): Promise<Found> {
  const found: Found = { kernels: [], rejected: [], hasMakefile: false };
  const candidates: string[] = [];
  // A level at a time: each answer of a file system that is far away takes its time, many take hardly more.
  let level = [''];
  let seen = 0;
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0 && candidates.length < MAX_CANDIDATES; depth++) {
    const paths = level.slice(0, MAX_FOLDERS - seen);
    seen += paths.length;
    const lists = await Promise.all(paths.map((path) => folder.list(path).catch(() => [])));
    level = [];
    for (const [index, entries] of lists.entries()) {
      for (const { name, isFolder } of entries) {
        const path = paths[index] === '' ? name : `${paths[index]}/${name}`;
        if (isFolder && !SKIPPED.test(name)) level.push(path);
        if (!isFolder && path === name && MAKEFILE.test(name)) found.hasMakefile = true;
        if (!isFolder && CANDIDATE.test(name)) candidates.push(path);
      }
    }
  }
  await Promise.all(
    candidates.slice(0, MAX_CANDIDATES).map(async (path) => {
      const image = await imageKind(folder.open(path), t).catch((error: unknown) => ({
        kind: 'other' as const,
        why: error instanceof Error ? error.message : String(error),
      }));
      if (image.kind === 'other') found.rejected.push({ path, why: image.why });
      else found.kernels.push({ path, kind: image.kind });
    }),
  );
  found.rejected.sort((a, b) => (a.path < b.path ? -1 : 1));
  found.kernels.sort(byRank);
  return found;
}

/** Cooperative guests first, then what stands in a build folder, then what is less deep, then by name. */
function byRank(a: Kernel, b: Kernel): number {
  const rank = ({ path, kind }: Kernel) =>
    (kind === 'cooperative' ? 0 : 1000) + (/(^|\/)build\//.test(path) ? 0 : 100) + path.split('/').length;
  return rank(a) - rank(b) || (a.path < b.path ? -1 : 1);
}
