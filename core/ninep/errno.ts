/** Linux error numbers (include/uapi/asm-generic/errno*.h), as 9P2000.L and cofs carry them. */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  EPROTO: 71,
  EMSGSIZE: 90,
  EOPNOTSUPP: 95,
  EDQUOT: 122,
} as const;
export type Errno = (typeof Errno)[keyof typeof Errno];

/** An error with the number that the guest sees. */
export class FileError extends Error {
  override readonly name = 'FileError';
  constructor(
    readonly errno: Errno,
    message: string,
  ) {
    super(message);
  }
}
