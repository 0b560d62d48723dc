/*
 * Owns the network boot program of tests: assembles it, pads it with bytes that are nowhere the same, and says which
 * sum it has to find in memory.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../core/testing/random.ts';

const source = fileURLToPath(new URL('boot-program.S', import.meta.url));

/** @param length bytes, a multiple of 16. @param folder where the tools may leave files. */
export function buildBootProgram(length: number, folder: string): { image: Uint8Array; sum: string } {
  const object = join(folder, 'boot-program.o');
  const binary = join(folder, 'boot-program.bin');
  execFileSync('gcc', ['-m32', '-c', `-DPARAGRAPHS=${length / 16}`, '-o', object, source]);
  execFileSync('ld', ['-m', 'elf_i386', '-Ttext', '0x7c00', '--oformat', 'binary', '-o', binary, object]);
  const code = readFileSync(binary);
  const random = createRandom(length);
  const image = Uint8Array.from({ length }, (_, at) => code[at] ?? random(256));
  let sum = 0;
  for (const byte of image) {
    sum = (((sum << 1) | (sum >>> 31)) + byte) >>> 0;
  }
  return { image, sum: sum.toString(16).padStart(8, '0') };
}
