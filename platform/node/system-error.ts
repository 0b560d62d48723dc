/* Owns words for the errors of files that a user may meet. */
import { say, type Sentence, verbatim } from '../../core/sentences/say.ts';

const REASONS: Readonly<Record<string, Sentence>> = {
  ENOENT: say`it does not exist`,
  ENOTDIR: say`a part of the path is no folder`,
  EISDIR: say`it is a folder`,
  EACCES: say`this user may not open it`,
  EPERM: say`this user may not open it`,
  EROFS: say`the file system is read-only`,
  ENOSPC: say`the disk is full`,
  EMFILE: say`too many files are open`,
};

/** The code of a system error such as ENOENT, or `undefined`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Why a file could not be opened, read or written, as half a sentence. */
export function systemReason(error: unknown): Sentence {
  const code = systemCode(error);
  return REASONS[code ?? ''] ?? verbatim(error instanceof Error ? error.message : String(error));
}
