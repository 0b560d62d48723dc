/* Owns words for the errors of Node's sockets that a user may meet. */

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses this port',
  EACCES: 'the system does not allow it',
  EPERM: 'the system does not allow it',
  EADDRNOTAVAIL: 'this computer does not have this address',
  ECONNREFUSED: 'nobody listens there',
  ENOENT: 'there is no such file',
  ENOTFOUND: 'there is no such name',
};

/** A few words without a full stop. */
export function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : WORDS[code]) ?? error.message;
}
