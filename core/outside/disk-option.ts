/**
 * The text of a disk: what `colinux run --disk` and the launch option `devices.disks` say.
 */
import { type BlockAccess, type Parsed } from '../coop/config/values.ts';
import type { DiskEnd } from './ends.ts';
import { say } from '../sentences/say.ts';

const ACCESS: Readonly<Record<string, BlockAccess>> = {
  rw: 'read-write',
  ro: 'read-only',
  cow: 'copy-on-write',
};

/** FILE[,rw|,ro|,cow]: what stands behind the last comma; `otherwise` where there is none. */
export function parseDiskEnd(text: string, otherwise: BlockAccess = 'read-write'): Parsed<DiskEnd> {
  const comma = text.lastIndexOf(',');
  const path = comma < 0 ? text : text.slice(0, comma);
  const access = comma < 0 ? otherwise : ACCESS[text.slice(comma + 1)];
  if (path !== '' && access !== undefined) return { value: { path, access } };
  const hint = comma < 0 ? '' : say` (for a name with a comma, write FILE,rw)`;
  return { problem: say`FILE, FILE,ro or FILE,cow${hint}` };
}
