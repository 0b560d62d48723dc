/**
 * A 9P2000.L server over a `FileTree`: what virtio-9p carries between a guest and a folder of the user's machine. Everything
 * that a guest sends is checked: sizes, fids, names; an error is an answer with its number, and never more. There are only files
 * and folders: links, devices and locks are refused. Sources: as `wire.ts`.
 */
import { Errno, FileError } from './errno.ts';
import {
  checkName,
  type FileTree,
  type TreeChange,
  type TreeEntry,
  type TreeFile,
  type TreePath,
  type TreeStat,
  type TreeTime,
} from './file-tree.ts';
import { HEADER_SIZE, Message, Reader, Writer } from './wire.ts';

/** Whose the files are, and what everybody may do with them: cofs' flat mode. */
export interface FlatOwner {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits that are taken away from folders and files. */
  readonly dmask: number;
  readonly fmask: number;
}

export const DEFAULT_OWNER: FlatOwner = { uid: 0, gid: 0, dmask: 0o022, fmask: 0o022 };

export interface NinepServer {
  /**
   * Answers one request. Never rejects.
   * @param room bytes that the answer may have; one that has more becomes the error EMSGSIZE
   */
  handle(request: Uint8Array, room?: number): Promise<Uint8Array>;
  /** Closes what is open. */
  close(): Promise<void>;
}

const VERSION = '9P2000.L';
const MSIZE_MAX = 1 << 20;
const MSIZE_MIN = 4096;
const FIDS_MAX = 4096;
const WALK_MAX = 16;
const NO_FID = 0xffff_ffff;
const NO_TAG = 0xffff;
/** Where a message has its tag. */
const TAG = 5;
/** size, type, tag and count of Rread; Twrite has 23 bytes before its data. */
const IO_HEADER = 24;
const QID_FOLDER = 0x80;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const DT_DIR = 4;
const DT_REG = 8;
const AT_REMOVEDIR = 0x200;
const GETATTR_BASIC = 0x7ffn;
const V9FS_MAGIC = 0x0102_1997;
const NAME_LENGTH = 255;

/** Flags of Linux' open(2) that mean something here. */
const O_ACCMODE = 3;
const O_WRONLY = 1;
const O_RDWR = 2;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_TRUNC = 0o1000;
const O_DIRECTORY = 0o200000;

/** Bits of Tsetattr's valid field. */
const SET_MODE = 1;
const SET_SIZE = 8;
const SET_ATIME = 0x10;
const SET_MTIME = 0x20;
const SET_ATIME_GIVEN = 0x80;
const SET_MTIME_GIVEN = 0x100;
const ANYBODY_WRITES = 0o222;

interface Fid {
  path: TreePath;
  file?: TreeFile;
  /** Of an open folder, as it was when its first entries were read. */
  listing?: TreeEntry[];
  open: boolean;
}

export function createNinepServer(tree: FileTree, owner: FlatOwner = DEFAULT_OWNER): NinepServer {
  const fids = new Map<number, Fid>();
  let msize = MSIZE_MIN;

  function fidOf(number: number): Fid {
    const fid = fids.get(number);
    if (!fid) throw new FileError(Errno.EBADF, `There is no fid ${number}`);
    return fid;
  }
  function addFid(number: number, path: TreePath): void {
    if (fids.has(number) || number === NO_FID) throw new FileError(Errno.EBADF, `Fid ${number} is in use`);
    if (fids.size >= FIDS_MAX) throw new FileError(Errno.ENFILE, 'Too many fids');
    fids.set(number, { path, open: false });
  }
  async function drop(number: number): Promise<void> {
    const fid = fidOf(number);
    fids.delete(number);
    await fid.file?.close();
  }
  async function dropAll(): Promise<void> {
    const files = [...fids.values()].flatMap(({ file }) => (file ? [file] : []));
    fids.clear();
    for (const file of files) await file.close().catch(() => undefined);
  }

  const child = (path: TreePath, name: string): TreePath => {
    checkName(name);
    return [...path, name];
  };
  const qid = (to: Writer, { folder, id }: { folder: boolean; id: bigint }) =>
    to
      .u8(folder ? QID_FOLDER : 0)
      .u32(0)
      .u64(BigInt.asUintN(64, id));
  const iounit = () => msize - IO_HEADER;

  async function version(from: Reader, to: Writer): Promise<void> {
    const asked = from.u32();
    const name = from.text();
    await dropAll();
    if (asked < MSIZE_MIN) throw new FileError(Errno.EINVAL, `Messages of ${asked} bytes are too short`);
    msize = Math.min(asked, MSIZE_MAX);
    to.u32(msize).text(name === VERSION ? VERSION : 'unknown');
  }

  async function attach(from: Reader, to: Writer): Promise<void> {
    const number = from.u32();
    from.u32();
    const stat = await tree.stat([]);
    addFid(number, []);
    qid(to, stat);
  }

  async function walk(from: Reader, to: Writer): Promise<void> {
    const number = from.u32();
    const newNumber = from.u32();
    const count = from.u16();
    if (count > WALK_MAX) throw new FileError(Errno.EINVAL, `A walk of ${count} steps is too long`);
    const names = Array.from({ length: count }, () => from.text());
    let { path } = fidOf(number);
    const found: TreeStat[] = [];
    for (const name of names) {
      // The root is its own parent: nobody leaves by "..".
      const next = name === '..' ? path.slice(0, -1) : name === '.' ? path : child(path, name);
      const stat = await tree.stat(next).catch((error: unknown) => {
        if (found.length === 0) throw error;
        return undefined;
      });
      if (!stat) break;
      path = next;
      found.push(stat);
    }
    // A walk that stops half-way makes no new fid.
    if (found.length === names.length) {
      if (newNumber === number) fidOf(number).path = path;
      else addFid(newNumber, path);
    }
    to.u16(found.length);
    for (const stat of found) qid(to, stat);
  }

  async function openFid(fid: Fid, path: TreePath, flags: number, create: boolean): Promise<TreeStat> {
    if (fid.open) throw new FileError(Errno.EBADF, 'The fid is open');
    const access = flags & O_ACCMODE;
    const existing = create ? undefined : await tree.stat(path);
    if (existing?.folder) {
      if (access !== 0) throw new FileError(Errno.EISDIR, 'A folder cannot be written');
      fid.open = true;
      return existing;
    }
    if ((flags & O_DIRECTORY) !== 0) throw new FileError(Errno.ENOTDIR, 'It is a file');
    fid.file = await tree.open(path, {
      read: access !== O_WRONLY,
      write: access === O_WRONLY || access === O_RDWR,
      truncate: (flags & O_TRUNC) !== 0,
      create: !create ? 'no' : (flags & O_EXCL) !== 0 ? 'exclusive' : 'yes',
    });
    fid.open = true;
    fid.path = path;
    return tree.stat(path);
  }
  async function lopen(from: Reader, to: Writer): Promise<void> {
    const fid = fidOf(from.u32());
    const flags = from.u32();
    qid(to, await openFid(fid, fid.path, flags & ~O_CREAT, false)).u32(iounit());
  }
  async function lcreate(from: Reader, to: Writer): Promise<void> {
    const fid = fidOf(from.u32());
    const path = child(fid.path, from.text());
    qid(to, await openFid(fid, path, from.u32(), true)).u32(iounit());
  }

  const time = (to: Writer, { seconds, nanoseconds }: TreeTime) =>
    to.u64(BigInt.asUintN(64, BigInt(seconds))).u64(nanoseconds);
  async function getattr(from: Reader, to: Writer): Promise<void> {
    const { path } = fidOf(from.u32());
    const stat = await tree.stat(path);
    const masked = 0o777 & ~(stat.folder ? owner.dmask : owner.fmask);
    const permissions = stat.readOnly && !stat.folder ? masked & ~ANYBODY_WRITES : masked;
    qid(to.u64(GETATTR_BASIC), stat)
      .u32((stat.folder ? S_IFDIR : S_IFREG) | permissions)
      .u32(owner.uid)
      .u32(owner.gid)
      .u64(1)
      .u64(0)
      .u64(stat.size)
      .u64(4096)
      .u64(Math.ceil(stat.size / 512));
    time(time(time(to, stat.accessed), stat.modified), stat.changed);
    // Birth time, generation and data version are not told: GETATTR_BASIC has no bits for them.
    to.u64(0).u64(0).u64(0).u64(0);
  }
  async function setattr(from: Reader): Promise<void> {
    const { path } = fidOf(from.u32());
    const valid = from.u32();
    const mode = from.u32();
    from.u32();
    from.u32();
    const size = from.offset();
    const given = (): TreeTime => ({
      seconds: Number(BigInt.asIntN(64, from.u64())),
      nanoseconds: Number(from.u64()),
    });
    const accessed = given();
    const modified = given();
    const change: TreeChange = {
      ...((valid & SET_MODE) !== 0 ? { readOnly: (mode & ANYBODY_WRITES) === 0 } : {}),
      ...((valid & SET_SIZE) !== 0 ? { size } : {}),
      ...((valid & SET_ATIME) !== 0 ? { accessed: (valid & SET_ATIME_GIVEN) !== 0 ? accessed : 'now' } : {}),
      ...((valid & SET_MTIME) !== 0 ? { modified: (valid & SET_MTIME_GIVEN) !== 0 ? modified : 'now' } : {}),
    };
    await tree.change(path, change);
  }

  async function readdir(from: Reader, to: Writer): Promise<void> {
    const fid = fidOf(from.u32());
    const offset = from.offset();
    const room = Math.min(from.u32(), iounit());
    if (!fid.open || fid.file) throw new FileError(Errno.EBADF, 'The fid is no open folder');
    if (offset === 0 || !fid.listing) fid.listing = await tree.list(fid.path);
    const entries = new Writer();
    for (let n = offset; n < fid.listing.length; n++) {
      const { name, folder, id } = fid.listing[n];
      const length = 13 + 8 + 1 + 2 + new TextEncoder().encode(name).length;
      if (entries.size - HEADER_SIZE + length > room) break;
      qid(entries, { folder, id })
        .u64(n + 1)
        .u8(folder ? DT_DIR : DT_REG)
        .text(name);
    }
    const bytes = entries.finish(0, 0).subarray(HEADER_SIZE);
    to.u32(bytes.length).data(bytes);
  }

  const openFile = (number: number): TreeFile => {
    const { file } = fidOf(number);
    if (!file) throw new FileError(Errno.EBADF, 'The fid is no open file');
    return file;
  };
  async function read(from: Reader, to: Writer): Promise<void> {
    const file = openFile(from.u32());
    const offset = from.offset();
    const bytes = await file.read(offset, Math.min(from.u32(), iounit()));
    to.u32(bytes.length).data(bytes);
  }
  async function write(from: Reader, to: Writer): Promise<void> {
    const file = openFile(from.u32());
    const offset = from.offset();
    const bytes = from.data(from.u32());
    await file.write(offset, bytes);
    to.u32(bytes.length);
  }
  async function fsync(from: Reader): Promise<void> {
    await fidOf(from.u32()).file?.sync();
  }

  async function mkdir(from: Reader, to: Writer): Promise<void> {
    const path = child(fidOf(from.u32()).path, from.text());
    await tree.makeFolder(path);
    qid(to, await tree.stat(path));
  }
  async function unlinkat(from: Reader): Promise<void> {
    const path = child(fidOf(from.u32()).path, from.text());
    if ((from.u32() & AT_REMOVEDIR) !== 0) await tree.removeFolder(path);
    else await tree.removeFile(path);
  }
  async function remove(from: Reader): Promise<void> {
    const number = from.u32();
    const { path } = fidOf(number);
    // The fid is gone, whether the file goes or not.
    await drop(number);
    if (path.length === 0) throw new FileError(Errno.EBUSY, 'The root stays');
    if ((await tree.stat(path)).folder) await tree.removeFolder(path);
    else await tree.removeFile(path);
  }
  /** Fids below what was renamed follow it. */
  function moveFids(old: TreePath, path: TreePath): void {
    for (const fid of fids.values())
      if (old.every((name, n) => fid.path[n] === name)) fid.path = [...path, ...fid.path.slice(old.length)];
  }
  async function renameTo(old: TreePath, path: TreePath): Promise<void> {
    if (old.length === 0) throw new FileError(Errno.EBUSY, 'The root stays');
    await tree.rename(old, path);
    moveFids(old, path);
  }
  async function renameat(from: Reader): Promise<void> {
    const old = child(fidOf(from.u32()).path, from.text());
    await renameTo(old, child(fidOf(from.u32()).path, from.text()));
  }
  async function rename(from: Reader): Promise<void> {
    const { path } = fidOf(from.u32());
    await renameTo(path, child(fidOf(from.u32()).path, from.text()));
  }

  async function statfs(from: Reader, to: Writer): Promise<void> {
    fidOf(from.u32());
    const { blockSize, blocks, freeBlocks } = await tree.space();
    to.u32(V9FS_MAGIC).u32(blockSize).u64(blocks).u64(freeBlocks).u64(freeBlocks);
    to.u64(0).u64(0).u64(0).u32(NAME_LENGTH);
  }

  const handlers = new Map<number, (from: Reader, to: Writer) => Promise<void>>([
    [Message.Tversion, version],
    [Message.Tattach, attach],
    [Message.Twalk, walk],
    [Message.Tlopen, lopen],
    [Message.Tlcreate, lcreate],
    [Message.Tgetattr, getattr],
    [Message.Tsetattr, setattr],
    [Message.Treaddir, readdir],
    [Message.Tread, read],
    [Message.Twrite, write],
    [Message.Tfsync, fsync],
    [Message.Tmkdir, mkdir],
    [Message.Tunlinkat, unlinkat],
    [Message.Tremove, remove],
    [Message.Trenameat, renameat],
    [Message.Trename, rename],
    [Message.Tstatfs, statfs],
    [Message.Tclunk, (from) => drop(from.u32())],
    // Requests are answered in order, so the one to be flushed has been answered.
    [Message.Tflush, () => Promise.resolve()],
  ]);

  async function answer(request: Uint8Array): Promise<Uint8Array> {
    let tag = NO_TAG;
    try {
      const from = new Reader(request);
      const size = from.u32();
      const type = from.u8();
      tag = from.u16();
      if (size !== request.length)
        throw new FileError(Errno.EPROTO, `A message of ${request.length} bytes says ${size}`);
      if (size > msize && type !== Message.Tversion)
        throw new FileError(Errno.EINVAL, `A message of ${size} bytes is too long`);
      const handler = handlers.get(type);
      if (!handler) throw new FileError(Errno.EOPNOTSUPP, `Requests of type ${type} are not served`);
      const to = new Writer();
      await handler(from, to);
      return to.finish(type + 1, tag);
    } catch (error) {
      const errno = error instanceof FileError ? error.errno : Errno.EIO;
      return new Writer().u32(errno).finish(Message.Rlerror, tag);
    }
  }

  function fit(whole: Uint8Array, room: number): Uint8Array {
    if (whole.length <= room) return whole;
    const from = new Reader(whole.subarray(TAG));
    return new Writer().u32(Errno.EMSGSIZE).finish(Message.Rlerror, from.u16()).subarray(0, room);
  }

  let last: Promise<unknown> = Promise.resolve();
  return {
    handle(request, room = Infinity) {
      // One at a time, in the order in which they came: answers do not depend on what else is under way.
      const result = last.then(() => answer(request)).then((whole) => fit(whole, room));
      last = result;
      return result;
    },
    async close() {
      await last;
      await dropAll();
    },
  };
}
