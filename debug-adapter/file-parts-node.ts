/** Files of this computer in parts, and when they were changed. */
import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type FileParts, readForSymbols, type SymbolSource } from './symbols/read-parts.ts';

/** What tells whether a file is still the one that it was. */
const stampOf = ({ dev, ino, size, mtimeMs }: Stats): string => [dev, ino, size, mtimeMs].join(' ');

/** `AdapterHost.modified`. Rejects with the system's error. */
export async function modifiedOnNode(path: string): Promise<number | undefined> {
  const stats = await stat(path);
  return stats.isFile() ? stats.mtimeMs : undefined;
}

/** `readForSymbols` of the file at a path. Rejects with the system's error. */
export async function readSymbolsOf(path: string, least?: number): Promise<SymbolSource> {
  const handle = await open(path, 'r');
  try {
    const stats = await handle.stat();
    const first = { size: stats.size, readInto: readerOf(handle) };
    const { bytes, parts } = await readForSymbols(first, least);
    return parts ? { bytes, parts: partsOf(path, stats), stamp: stampOf(stats) } : { bytes };
  } finally {
    await handle.close();
  }
}

const shorter = () => new Error('the file has become shorter');
const other = () => new Error('the file has been written meanwhile');

const readerOf =
  (handle: FileHandle): FileParts['readInto'] =>
  async (target, offset) => {
    for (let done = 0; done < target.length;) {
      const { bytesRead } = await handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) throw shorter();
      done += bytesRead;
    }
  };

/** Opened for each part: who reads some may never come for the others. */
function partsOf(path: string, stats: Stats): FileParts {
  const stamp = stampOf(stats);
  return {
    size: stats.size,
    async readInto(target, offset) {
      const handle = await open(path, 'r');
      try {
        if (stampOf(await handle.stat()) !== stamp) throw other();
        await readerOf(handle)(target, offset);
      } finally {
        await handle.close();
      }
    },
    readNow(target, offset) {
      const file = openSync(path, 'r');
      try {
        if (stampOf(fstatSync(file)) !== stamp) throw other();
        for (let done = 0; done < target.length;) {
          const count = readSync(file, target, done, target.length - done, offset + done);
          if (count === 0) throw shorter();
          done += count;
        }
      } finally {
        closeSync(file);
      }
    },
  };
}
