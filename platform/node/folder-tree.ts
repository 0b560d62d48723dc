/**
 * A folder of this machine as a `FileTree`, from which nothing leads out: not `..`, not a symbolic link, not a folder that is
 * exchanged for a link at the wrong moment. On Linux every step of a path is opened on its own, relative to the folder before
 * (`/proc/self/fd/N/name` with O_NOFOLLOW), so there is no moment between a check and its use. Where there is no /proc, the
 * resolved path of the parent folder is compared with the expected one, which leaves such a moment.
 */
import { constants, existsSync, type BigIntStats } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rmdir,
  statfs,
  unlink,
} from 'node:fs/promises';
import { join } from 'node:path';
import { Errno, FileError } from '../../core/ninep/errno.ts';
import type {
  FileTree,
  OpenMode,
  TreeChange,
  TreeEntry,
  TreeFile,
  TreePath,
  TreeStat,
  TreeTime,
} from '../../core/ninep/file-tree.ts';

const DESCRIPTORS = '/proc/self/fd';
/** Names that Windows gives other meanings. */
const WINDOWS_NAME = /[<>:"|?*\\]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const OPEN_FILES_MAX = 1024;
const NANOSECONDS = 1_000_000_000n;

const notThere = (path: TreePath) => new FileError(Errno.ENOENT, `${path.join('/')} is not there`);

/** The guest sees the numbers that it knows; whatever else went wrong is EIO. */
function fileError(error: unknown): FileError {
  if (error instanceof FileError) return error;
  const code = (error as { code?: unknown }).code;
  // Links are not there: O_NOFOLLOW says ELOOP, or ENOTDIR where a folder was to be opened.
  if (code === 'ELOOP') return new FileError(Errno.ENOENT, 'it is a link');
  const errno = typeof code === 'string' && code in Errno ? Errno[code as keyof typeof Errno] : Errno.EIO;
  return new FileError(errno, (error as Error).message);
}

const timeOf = (nanoseconds: bigint): TreeTime => {
  const within = ((nanoseconds % NANOSECONDS) + NANOSECONDS) % NANOSECONDS;
  return { seconds: Number((nanoseconds - within) / NANOSECONDS), nanoseconds: Number(within) };
};

function treeStat(stats: BigIntStats, readOnly: boolean): TreeStat {
  return {
    folder: stats.isDirectory(),
    id: stats.ino,
    size: Number(stats.size),
    accessed: timeOf(stats.atimeNs),
    modified: timeOf(stats.mtimeNs),
    changed: timeOf(stats.ctimeNs),
    readOnly: readOnly || (stats.mode & 0o200n) === 0n,
  };
}

export interface FolderOptions {
  /** Every change is refused with EROFS. */
  readonly readOnly?: boolean;
}

export interface FolderTree extends FileTree {
  close(): Promise<void>;
}

/** @throws an error of `node:fs` when the folder cannot be opened */
export async function openFolderTree(
  folder: string,
  { readOnly = false }: FolderOptions = {},
): Promise<FolderTree> {
  const root = await realpath(folder);
  const rootHandle = await open(root, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0));
  const byDescriptor = existsSync(`${DESCRIPTORS}/${rootHandle.fd}`);
  let openFiles = 0;

  function writable(): void {
    if (readOnly) throw new FileError(Errno.EROFS, 'The folder is read-only');
  }

  /** Calls `use` with a path whose last step is the only one that is not resolved yet. */
  async function at<T>(path: TreePath, use: (place: string) => Promise<T>): Promise<T> {
    try {
      if (process.platform === 'win32' && path.some((name) => WINDOWS_NAME.test(name))) throw notThere(path);
      return await (byDescriptor ? atDescriptor(path, use) : atPath(path, use));
    } catch (error) {
      throw fileError(error);
    }
  }
  async function atDescriptor<T>(path: TreePath, use: (place: string) => Promise<T>): Promise<T> {
    const last = path.at(-1);
    if (last === undefined) return use(`${DESCRIPTORS}/${rootHandle.fd}/.`);
    const opened: FileHandle[] = [];
    try {
      let parent = rootHandle;
      for (const name of path.slice(0, -1)) {
        parent = await open(
          `${DESCRIPTORS}/${parent.fd}/${name}`,
          constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
        );
        opened.push(parent);
      }
      return await use(`${DESCRIPTORS}/${parent.fd}/${last}`);
    } finally {
      for (const handle of opened) await handle.close();
    }
  }
  async function atPath<T>(path: TreePath, use: (place: string) => Promise<T>): Promise<T> {
    const parent = join(root, ...path.slice(0, -1));
    if ((await realpath(parent)) !== parent) throw notThere(path);
    return use(join(root, ...path));
  }

  /** Files and folders only. */
  async function statAt(place: string, path: TreePath): Promise<TreeStat> {
    const stats = await lstat(place, { bigint: true });
    if (!stats.isFile() && !stats.isDirectory()) throw notThere(path);
    return treeStat(stats, readOnly);
  }

  function flagsOf({ read, write, truncate, create }: OpenMode): number {
    const access = read && write ? constants.O_RDWR : write ? constants.O_WRONLY : constants.O_RDONLY;
    const made = create === 'no' ? 0 : constants.O_CREAT | (create === 'exclusive' ? constants.O_EXCL : 0);
    // O_NONBLOCK: opening a pipe would wait for its other end. It has no meaning for files.
    return (
      access |
      made |
      (truncate ? constants.O_TRUNC : 0) |
      (constants.O_NOFOLLOW ?? 0) |
      (constants.O_NONBLOCK ?? 0)
    );
  }

  async function openAt(place: string, path: TreePath, mode: OpenMode): Promise<TreeFile> {
    if (openFiles >= OPEN_FILES_MAX)
      throw new FileError(Errno.ENFILE, `More than ${OPEN_FILES_MAX} files are open`);
    // Looked at before anything happens to it: opening a device may do something.
    const before = await lstat(place).catch(() => undefined);
    if (before && !before.isFile()) {
      if (before.isDirectory()) throw new FileError(Errno.EISDIR, 'It is a folder');
      throw notThere(path);
    }
    const handle = await open(place, flagsOf(mode), 0o644);
    if (!(await handle.stat()).isFile()) {
      await handle.close();
      throw notThere(path);
    }
    openFiles++;
    let closed = false;
    const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        throw fileError(error);
      }
    };
    return {
      read: (offset, length) =>
        guarded(async () => {
          const bytes = new Uint8Array(length);
          const { bytesRead } = await handle.read(bytes, 0, length, offset);
          return bytes.subarray(0, bytesRead);
        }),
      write: (offset, bytes) =>
        guarded(async () => {
          let done = 0;
          while (done < bytes.length)
            done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
        }),
      sync: () => guarded(() => handle.sync()),
      close: () =>
        guarded(async () => {
          if (closed) return;
          closed = true;
          openFiles--;
          await handle.close();
        }),
    };
  }

  async function entriesOf(folder: string): Promise<TreeEntry[]> {
    const entries: TreeEntry[] = [];
    // Sorted, for the order of a folder is no promise, and runs are to be the same.
    for (const name of (await readdir(folder)).sort()) {
      const stats = await lstat(`${folder}/${name}`, { bigint: true }).catch(() => undefined);
      if (stats?.isFile() || stats?.isDirectory())
        entries.push({ name, folder: stats.isDirectory(), id: stats.ino });
    }
    return entries;
  }

  async function changeAt(place: string, path: TreePath, change: TreeChange): Promise<void> {
    const stats = await lstat(place, { bigint: true });
    if (!stats.isFile() && !stats.isDirectory()) throw notThere(path);
    const writes = change.size !== undefined;
    if (writes && stats.isDirectory()) throw new FileError(Errno.EISDIR, 'A folder has no size to set');
    const access = writes ? constants.O_RDWR : constants.O_RDONLY;
    const handle = await open(place, access | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      if (change.size !== undefined) await handle.truncate(change.size);
      if (change.readOnly !== undefined && stats.isFile())
        await handle.chmod(Number(change.readOnly ? stats.mode & ~0o222n : stats.mode | 0o200n) & 0o7777);
      if (change.accessed !== undefined || change.modified !== undefined) {
        const seconds = (time: TreeTime | 'now' | undefined, old: bigint) => {
          const { seconds: whole, nanoseconds } =
            time === undefined
              ? timeOf(old)
              : time === 'now'
                ? timeOf(BigInt(Date.now()) * 1_000_000n)
                : time;
          return whole + nanoseconds / 1e9;
        };
        await handle.utimes(seconds(change.accessed, stats.atimeNs), seconds(change.modified, stats.mtimeNs));
      }
    } finally {
      await handle.close();
    }
  }

  return {
    stat: (path) => at(path, (place) => statAt(place, path)),
    list: (path) =>
      at(path, async (place) => {
        if (!(await statAt(place, path)).folder) throw new FileError(Errno.ENOTDIR, 'It is a file');
        const handle = byDescriptor
          ? await open(place, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
          : undefined;
        try {
          return await entriesOf(handle ? `${DESCRIPTORS}/${handle.fd}` : place);
        } finally {
          await handle?.close();
        }
      }),
    open: (path, mode) => {
      if (mode.write || mode.create !== 'no' || mode.truncate) writable();
      return at(path, (place) => openAt(place, path, mode));
    },
    makeFolder: async (path) => {
      writable();
      await at(path, (place) => mkdir(place, 0o755));
    },
    removeFile: async (path) => {
      writable();
      await at(path, async (place) => {
        if ((await statAt(place, path)).folder) throw new FileError(Errno.EISDIR, 'It is a folder');
        await unlink(place);
      });
    },
    removeFolder: async (path) => {
      writable();
      await at(path, (place) => rmdir(place));
    },
    rename: async (from, to) => {
      writable();
      await at(from, async (place) => {
        await statAt(place, from);
        await at(to, async (target) => {
          const there = await lstat(target).catch(() => undefined);
          if (there && !there.isFile() && !there.isDirectory())
            throw new FileError(Errno.EACCES, 'Something else has that name');
          await rename(place, target);
        });
      });
    },
    change: async (path, change) => {
      writable();
      await at(path, (place) => changeAt(place, path, change));
    },
    space: async () => {
      const { bsize, blocks, bavail } = await statfs(root).catch((error: unknown) => {
        throw fileError(error);
      });
      return { blockSize: bsize, blocks, freeBlocks: bavail };
    },
    close: () => rootHandle.close(),
  };
}
