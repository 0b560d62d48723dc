/* Owns words for the errors of files that a user may meet. */

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not open it',
  EPERM: 'this user may not open it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EMFILE: 'too many files are open',
};

/** The code of a system error such as ENOENT, or `undefined`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Why a file could not be opened, read or written, as half a sentence. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  return (code && REASONS[code]) ?? (error instanceof Error ? error.message : String(error));
}
