/** Reads a file that a launch names; when that fails, says which and why. */
import type { AdapterHost } from './adapter-host.ts';
import { AdapterError } from './errors.ts';
import type { SymbolSource } from './symbols/read-parts.ts';
import { type Said, say, type Sentence } from '../core/sentences/say.ts';

const REASONS: Readonly<Record<string, Sentence>> = {
  ENOENT: say`there is no such file`,
  ENOTDIR: say`a part of the path is no folder`,
  EISDIR: say`it is a folder`,
  EACCES: say`this user may not read it`,
  EPERM: say`this user may not read it`,
  FileNotFound: say`there is no such file`,
  FileIsADirectory: say`it is a folder`,
};

/** Why a file could not be read, as half a sentence. */
export function reasonOf(error: unknown): Said {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return (
    (typeof code === 'string' ? REASONS[code] : undefined) ??
    (typeof message === 'string' ? message : String(error))
  );
}

export async function readFile(host: AdapterHost, path: string): Promise<Uint8Array> {
  return orWhyNot(path, () => host.readFile(path));
}

/** The same of a file that only has symbols. */
export async function readSymbols(host: AdapterHost, path: string): Promise<SymbolSource> {
  return orWhyNot(path, async () => (await host.readSymbols?.(path)) ?? { bytes: await host.readFile(path) });
}

async function orWhyNot<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new AdapterError(
      'file-unreadable',
      say`The file ${path} cannot be read, for ${reasonOf(error)}: check the path, and build it first.`,
    );
  }
}
