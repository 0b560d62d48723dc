/**
 * The value of `--share`: a folder, and the tag by which the guest mounts it.
 */
import { Problem } from './problem.ts';

export interface ShareOption {
  readonly tag: string;
  readonly folder: string;
  readonly readOnly: boolean;
}

/** What Linux and QEMU take for a mount tag, in bytes. */
const MAX_TAG = 31;
const READ_ONLY = ',ro';
const READ_WRITE = ',rw';

/** TAG=FOLDER[,ro|,rw]. @throws Problem */
export function shareOption(text: string): ShareOption {
  const [, tag = '', place = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const readOnly = place.endsWith(READ_ONLY);
  const folder = readOnly || place.endsWith(READ_WRITE) ? place.slice(0, -READ_ONLY.length) : place;
  if (tag === '' || Buffer.byteLength(tag) > MAX_TAG || folder === '') {
    throw new Problem(
      `--share expects TAG=FOLDER or TAG=FOLDER,ro with a tag of 1 to ${MAX_TAG} bytes, but found "${text}": ` +
        'see colinux --help.',
    );
  }
  return { tag, folder, readOnly };
}
