/**
 * What the engine has compiled of a script on Node, kept for the next process or thread in a file of the user's cache. V8 compiles a
 * function when it is first called, and of a short run that is half the time. The file begins with a digest of the rest, of the script
 * and of the engine's version: what belongs to another one, or is damaged, is not used. Nor is what another user has written, for it is code.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { userCacheFolder } from './folder-cache-node.ts';
import { ensureFolder } from './folder-node.ts';

export interface KeptCode {
  /** For `cachedData` of a `vm.Script`; undefined when nothing is kept that belongs to the script. */
  readonly code: Buffer | undefined;
  /** The engine does not take what is kept. */
  refuse(): void;
  /** Writing code takes 10 to 20 ms: is that of somebody who has run so long worth it, beside what is kept? */
  isOutdoneAfter(milliseconds: number): boolean;
  /** Keeps code, if it is more than what is kept. Never throws. @param milliseconds how long its process or thread has run */
  keep(code: Uint8Array, milliseconds: number): void;
}

const DIGEST_BYTES = 32;
/** Behind the digest: for how many milliseconds who has kept it had run, as a little-endian float64. */
const HEAD_BYTES = DIGEST_BYTES + 8;
/** How many times as long somebody must have run whose code is looked at, and how many times as much it must be. */
const LONGER = 2;
const GROWTH = 1.1;

/** Where programs of this user keep compiled code that are no extension. */
export const userCodeFolder = (): string => join(userCacheFolder(), 'code');

/** The bytes of a file of this user. @throws where there is none */
function readOwn(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    // On Windows there is no such number; there the folder is the user's by its rights.
    if (process.getuid && fstatSync(file).uid !== process.getuid()) throw new Error('of another user');
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** @param path of the file. @param source of the script, whole */
export function keptCode(path: string, source: string): KeptCode {
  const sourceDigest = createHash('sha256').update(source).digest();
  const digestOf = (rest: Uint8Array): Buffer =>
    createHash('sha256')
      .update(`${process.versions.v8} ${process.arch}\n`)
      .update(sourceDigest)
      .update(rest)
      .digest();

  let kept: Buffer | undefined;
  try {
    const bytes = readOwn(path);
    const isWhole = bytes.length >= HEAD_BYTES;
    if (isWhole && digestOf(bytes.subarray(DIGEST_BYTES)).equals(bytes.subarray(0, DIGEST_BYTES)))
      kept = bytes;
  } catch {
    // Nothing of this user has been kept yet.
  }
  let code = kept?.subarray(HEAD_BYTES);
  const longest = kept?.readDoubleLE(DIGEST_BYTES) ?? 0;
  return {
    get code() {
      return code;
    },
    refuse() {
      code = undefined;
    },
    isOutdoneAfter: (milliseconds) => code === undefined || milliseconds >= LONGER * longest,
    keep(other, milliseconds) {
      const rest = Buffer.alloc(8 + other.length);
      rest.writeDoubleLE(milliseconds);
      rest.set(other, 8);
      try {
        if (code && other.length <= code.length * GROWTH) return;
        ensureFolder(dirname(path));
        // Under a name of its own first: another process may read or write the same.
        const temporary = `${path}.${String(process.pid)}`;
        writeFileSync(temporary, Buffer.concat([digestOf(rest), rest]));
        renameSync(temporary, path);
      } catch {
        // Without it the next one compiles anew.
      }
    },
  };
}
