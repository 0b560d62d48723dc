/* Owns words for the errors of Node's sockets that a user may meet. */
import { type Said, say, type Sentence } from '../../core/sentences/say.ts';

const WORDS: Readonly<Record<string, Sentence>> = {
  EADDRINUSE: say`another program uses this port`,
  EACCES: say`the system does not allow it`,
  EPERM: say`the system does not allow it`,
  EADDRNOTAVAIL: say`this computer does not have this address`,
  ECONNREFUSED: say`nobody listens there`,
  ENOENT: say`there is no such file`,
  ENOTFOUND: say`there is no such name`,
};

/** A few words without a full stop: the same object for the same error. */
export function reasonOf(error: Error): Said {
  const { code } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : WORDS[code]) ?? error.message;
}
