/**
 * The text of a shared folder: what `colinux run --share` and the launch option `devices.shares` say.
 */
import type { Parsed } from '../coop/config/values.ts';
import type { ShareEnd } from './ends.ts';
import { say } from '../sentences/say.ts';

/** What Linux and QEMU take for a mount tag. */
const MAX_TAG = 31;
const TAG = new RegExp(`^[!-<>-~]{1,${MAX_TAG}}$`);
const READ_ONLY = ',ro';
const READ_WRITE = ',rw';

/** TAG=FOLDER[,ro|,rw]. */
export function parseShareEnd(text: string): Parsed<ShareEnd> {
  const [, tag = '', place = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const readOnly = place.endsWith(READ_ONLY);
  const folder = readOnly || place.endsWith(READ_WRITE) ? place.slice(0, -READ_ONLY.length) : place;
  return TAG.test(tag) && folder !== ''
    ? { value: { tag, folder, readOnly } }
    : { problem: say`TAG=FOLDER or TAG=FOLDER,ro with a tag of 1 to ${MAX_TAG} printable ASCII characters` };
}
