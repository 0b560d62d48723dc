/**
 * The value of `--disk`: a file, and how it may be used.
 */
import { Problem } from './problem.ts';

/** `rw`: writes go into the file. `ro`: there are none. `cow`: they go into memory and are gone with the machine. */
export type DiskMode = 'rw' | 'ro' | 'cow';
const MODES: readonly DiskMode[] = ['rw', 'ro', 'cow'];

export interface DiskOption {
  readonly file: string;
  readonly mode: DiskMode;
}

/** FILE[,rw|,ro|,cow]: what stands behind the last comma. @throws Problem */
export function diskOption(text: string): DiskOption {
  const comma = text.lastIndexOf(',');
  const file = comma < 0 ? text : text.slice(0, comma);
  const word = comma < 0 ? 'rw' : text.slice(comma + 1);
  const mode = MODES.find((known) => known === word);
  if (file === '' || mode === undefined) {
    throw new Problem(
      `--disk expects FILE, FILE,ro or FILE,cow, but found "${text}": see colinux --help` +
        (comma < 0 ? '.' : ' (for a name with a comma, write FILE,rw).'),
    );
  }
  return { file, mode };
}
