/** Files of this computer in parts. */
import { open } from 'node:fs/promises';
import { type FileParts, readForSymbols } from './symbols/read-parts.ts';

/** `readForSymbols` of the file at a path. Rejects with the system's error. */
export async function readSymbolsOf(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const readInto: FileParts['readInto'] = async (target, offset) => {
      for (let done = 0; done < target.length;) {
        const { bytesRead } = await handle.read(target, done, target.length - done, offset + done);
        if (bytesRead === 0) throw new Error('the file has become shorter');
        done += bytesRead;
      }
    };
    return await readForSymbols({ size, readInto });
  } finally {
    await handle.close();
  }
}
