/** The symbols of a kernel's file, for commands that name its code. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { BootImage } from '../core/protocol/machine-protocol.ts';
import { inflateOnNode } from '../debug-adapter/inflate-node.ts';
import { SymbolError } from '../debug-adapter/symbols/errors.ts';
import type { SymbolImage } from '../debug-adapter/symbols/image.ts';
import { loadSymbols } from '../debug-adapter/symbols/load.ts';
import { Problem } from './problem.ts';

const files = {
  read: (path: string) => readFile(path).catch(() => undefined),
  debugFolders: ['/usr/lib/debug'],
  cache: undefined,
  inflate: inflateOnNode,
};

/** @throws Problem for a file that cannot have any */
export async function requireSymbols({
  bytes,
  name,
}: Pick<BootImage, 'bytes' | 'name'>): Promise<SymbolImage> {
  try {
    return await loadSymbols(bytes, basename(name), name, files);
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    throw new Problem(`"${name}" has no symbols, ${error.message}: give an ELF file that was built with -g.`);
  }
}

/** `undefined` for a file without any. */
export const symbolsOf = (image: Pick<BootImage, 'bytes' | 'name'>): Promise<SymbolImage | undefined> =>
  requireSymbols(image).catch(() => undefined);
