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
  const queue: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  for (let seen = 0; seen < MAX_FOLDERS && queue.length > 0 && candidates.length < MAX_CANDIDATES; seen++) {
    const { path, depth } = queue.shift()!;
    const entries = await folder.list(path).catch(() => []);
    for (const { name, isFolder } of entries) {
      const below = path === '' ? name : `${path}/${name}`;
      if (isFolder && depth < MAX_DEPTH && !SKIPPED.test(name)) queue.push({ path: below, depth: depth + 1 });
      if (!isFolder && path === '' && MAKEFILE.test(name)) found.hasMakefile = true;
      if (!isFolder && CANDIDATE.test(name)) candidates.push(below);
    }
  }
  for (const path of candidates.slice(0, MAX_CANDIDATES)) {
    const image = await imageKind(folder.open(path), t).catch((error: unknown) => ({
      kind: 'other' as const,
      why: error instanceof Error ? error.message : String(error),
    }));
    if (image.kind === 'other') found.rejected.push({ path, why: image.why });
    else found.kernels.push({ path, kind: image.kind });
  }
  found.kernels.sort(byRank);
  return found;
}

/** Cooperative guests first, then what stands in a build folder, then what is less deep, then by name. */
function byRank(a: Kernel, b: Kernel): number {
  const rank = ({ path, kind }: Kernel) =>
    (kind === 'cooperative' ? 0 : 1000) + (/(^|\/)build\//.test(path) ? 0 : 100) + path.split('/').length;
  return rank(a) - rank(b) || (a.path < b.path ? -1 : 1);
}
