/**
 * A folder of the user's machine as a guest sees it: files and folders, nothing else. Implemented outside of core; the server and
 * every other user of it pass names that `checkName` has let through, one for each step down from the root.
 */
import { Errno, FileError } from './errno.ts';

export type TreePath = readonly string[];

export interface TreeStat {
  readonly folder: boolean;
  /** Unique in the tree. */
  readonly id: bigint;
  readonly size: number;
  /** Seconds and nanoseconds since 1970. */
  readonly accessed: TreeTime;
  readonly modified: TreeTime;
  readonly changed: TreeTime;
  readonly readOnly: boolean;
}

export interface TreeTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface TreeEntry {
  readonly name: string;
  readonly folder: boolean;
  readonly id: bigint;
}

/** What a guest may change of an entry. */
export interface TreeChange {
  readonly size?: number;
  /** `now`, or a time. */
  readonly accessed?: TreeTime | 'now';
  readonly modified?: TreeTime | 'now';
  readonly readOnly?: boolean;
}

export interface TreeSpace {
  readonly blockSize: number;
  readonly blocks: number;
  readonly freeBlocks: number;
}

export interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  readonly truncate: boolean;
  /** Make the file if it is not there; `exclusive`: it must not be there. */
  readonly create: 'no' | 'yes' | 'exclusive';
}

export interface TreeFile {
  /** As many bytes as there are, at most `length`. */
  read(offset: number, length: number): Promise<Uint8Array>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** What was written is on the disk when this is done. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** All of these reject with a `FileError`. A link, device, pipe or socket is not there. */
export interface FileTree {
  stat(path: TreePath): Promise<TreeStat>;
  list(path: TreePath): Promise<TreeEntry[]>;
  open(path: TreePath, mode: OpenMode): Promise<TreeFile>;
  makeFolder(path: TreePath): Promise<void>;
  removeFile(path: TreePath): Promise<void>;
  removeFolder(path: TreePath): Promise<void>;
  rename(from: TreePath, to: TreePath): Promise<void>;
  change(path: TreePath, change: TreeChange): Promise<void>;
  space(): Promise<TreeSpace>;
}

/** The longest name, in bytes of UTF-8, as Linux has it. */
export const NAME_MAX = 255;

/** @throws FileError for what is not the name of one entry: empty, `.`, `..`, with a slash or a NUL, too long */
export function checkName(name: string): void {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name))
    throw new FileError(Errno.EINVAL, `"${name}" is not the name of a file`);
  if (new TextEncoder().encode(name).length > NAME_MAX)
    throw new FileError(
      Errno.ENAMETOOLONG,
      `The name "${name.slice(0, 40)}…" has more than ${NAME_MAX} bytes`,
    );
}
