// The files of a new guest, by path: those of samples/minimal-guest that are in the repository, and the ABI headers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow } from './files-below.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

export function guestTemplate() {
  const texts = {};
  for (const [from, to] of [
    ['samples/minimal-guest', ''],
    ['kernels/include', 'include/'],
  ]) {
    const folder = join(root, from);
    for (const path of filesBelow(folder)) texts[to + path] = readFileSync(join(folder, path), 'utf8');
  }
  return texts;
}
