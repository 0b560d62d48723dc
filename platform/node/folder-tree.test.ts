/* A folder of this machine behind the 9P server, and everything that might lead out of it. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  renameSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Errno } from '../../core/ninep/errno.ts';
import { createNinepServer, type NinepServer } from '../../core/ninep/server.ts';
import { HEADER_SIZE, Message, Reader, Writer } from '../../core/ninep/wire.ts';
import { createRandom } from '../../core/testing/random.ts';
import { type FolderTree, openFolderTree } from './folder-tree.ts';

/** Acts before each call of the system that the tree makes. */
const adversary = vi.hoisted(() => ({ beforeCall: undefined as (() => void) | undefined }));
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<Record<string, unknown>>();
  const watched = Object.entries(actual).map(([name, value]) => [
    name,
    typeof value !== 'function'
      ? value
      : (...args: unknown[]) => {
          adversary.beforeCall?.();
          return (value as (...args: unknown[]) => unknown)(...args);
        },
  ]);
  return Object.fromEntries(watched) as Record<string, unknown>;
});

let outside: string;
let folder: string;
let tree: FolderTree;
let server: NinepServer;

/** Fid of the root, and the first that tests use. */
const ROOT = 0;
const SECRET = 'nobody may read this';

async function open(readOnly = false): Promise<void> {
  tree = await openFolderTree(folder, { readOnly });
  server = createNinepServer(tree, { uid: 1000, gid: 100, dmask: 0o022, fmask: 0o133 });
  await ask(Message.Tversion, (w) => w.u32(65536).text('9P2000.L'));
  await ask(Message.Tattach, (w) => w.u32(ROOT).u32(0xffff_ffff).text('me').text('').u32(0));
}

beforeEach(async () => {
  outside = mkdtempSync(join(tmpdir(), 'colinux-tree-'));
  folder = join(outside, 'shared');
  mkdirSync(join(folder, 'inner/deep'), { recursive: true });
  writeFileSync(join(outside, 'secret'), SECRET);
  writeFileSync(join(folder, 'hello'), 'hello, guest');
  writeFileSync(join(folder, 'inner/deep/file'), 'deep');
  await open();
});
afterEach(async () => {
  await server.close();
  await tree.close();
  rmSync(outside, { recursive: true, force: true });
});

/** Sends a request; the answer's fields, or its error number. */
async function ask(type: number, build: (writer: Writer) => Writer): Promise<Reader> {
  const answer = await server.handle(build(new Writer()).finish(type, 7));
  const reader = new Reader(answer);
  expect(reader.u32()).toBe(answer.length);
  const answered = reader.u8();
  expect(reader.u16()).toBe(7);
  if (answered === Message.Rlerror) throw new RangeError(String(reader.u32()));
  expect(answered).toBe(type + 1);
  return reader;
}
const fails = (work: Promise<unknown>, errno: number) =>
  expect(work).rejects.toThrow(new RangeError(String(errno)));

let nextFid = 1;
async function walk(...names: string[]): Promise<number> {
  const fid = nextFid++;
  const reader = await ask(Message.Twalk, (w) => {
    w.u32(ROOT).u32(fid).u16(names.length);
    for (const name of names) w.text(name);
    return w;
  });
  if (reader.u16() !== names.length) throw new RangeError('half a walk');
  return fid;
}
const lopen = (fid: number, flags = 0) => ask(Message.Tlopen, (w) => w.u32(fid).u32(flags));
async function readAll(fid: number): Promise<string> {
  let text = '';
  for (;;) {
    const reader = await ask(Message.Tread, (w) => w.u32(fid).u64(text.length).u32(1000));
    const bytes = reader.data(reader.u32());
    if (bytes.length === 0) return text;
    text += Buffer.from(bytes).toString('latin1');
  }
}
async function fileText(...names: string[]): Promise<string> {
  const fid = await walk(...names);
  await lopen(fid);
  const text = await readAll(fid);
  await ask(Message.Tclunk, (w) => w.u32(fid));
  return text;
}
async function namesIn(...names: string[]): Promise<string[]> {
  const fid = await walk(...names);
  await lopen(fid, 0o200000);
  const found: string[] = [];
  for (let offset = 0n; ;) {
    const reader = await ask(Message.Treaddir, (w) => w.u32(fid).u64(offset).u32(100));
    const length = reader.u32();
    if (length === 0) break;
    const entries = new Reader(reader.data(length));
    for (let at = 0; at < length;) {
      entries.data(13);
      offset = entries.u64();
      entries.u8();
      const name = entries.text();
      found.push(name);
      at += 24 + Buffer.byteLength(name);
    }
  }
  await ask(Message.Tclunk, (w) => w.u32(fid));
  return found;
}
const create = (fid: number, name: string, flags = 0o102) =>
  ask(Message.Tlcreate, (w) => w.u32(fid).text(name).u32(flags).u32(0o644).u32(0));
const write = (fid: number, offset: number, text: string) =>
  ask(Message.Twrite, (w) => w.u32(fid).u64(offset).u32(text.length).data(Buffer.from(text)));

describe('a shared folder', () => {
  it('is read, file by file and name by name', async () => {
    expect(await fileText('hello')).toBe('hello, guest');
    expect(await fileText('inner', 'deep', 'file')).toBe('deep');
    expect(await namesIn()).toEqual(['hello', 'inner']);
    for (let n = 0; n < 50; n++) writeFileSync(join(folder, 'inner', `é${n}`), '');
    expect(await namesIn('inner')).toEqual(readdirSync(join(folder, 'inner')).sort());
  });

  it('is written: files, folders, new names, sizes', async () => {
    const root = await walk();
    await create(root, 'new');
    await write(root, 0, 'abcdef');
    await write(root, 3, 'XYZ!');
    await ask(Message.Tfsync, (w) => w.u32(root).u32(0));
    expect(readFileSync(join(folder, 'new'), 'utf8')).toBe('abcXYZ!');
    await ask(Message.Tmkdir, (w) => w.u32(ROOT).text('made').u32(0o755).u32(0));
    const made = await walk('made');
    await ask(Message.Trenameat, (w) => w.u32(ROOT).text('new').u32(made).text('moved'));
    expect(readFileSync(join(folder, 'made/moved'), 'utf8')).toBe('abcXYZ!');
    // The fid that was open goes on, under its new name.
    await write(root, 7, '?');
    const times = (w: Writer) => w.u64(0).u64(0).u64(0).u64(0);
    await ask(Message.Tsetattr, (w) => times(w.u32(root).u32(8).u32(0).u32(0).u32(0).u64(2)));
    expect(readFileSync(join(folder, 'made/moved'), 'utf8')).toBe('ab');
    await fails(
      ask(Message.Tunlinkat, (w) => w.u32(ROOT).text('made').u32(0x200)),
      Errno.ENOTEMPTY,
    );
    await fails(
      ask(Message.Tunlinkat, (w) => w.u32(ROOT).text('made').u32(0)),
      Errno.EISDIR,
    );
    await ask(Message.Tunlinkat, (w) => w.u32(made).text('moved').u32(0));
    await ask(Message.Tunlinkat, (w) => w.u32(ROOT).text('made').u32(0x200));
    expect(existsSync(join(folder, 'made'))).toBe(false);
  });

  it('shows owner and permissions by its options', async () => {
    const fid = await walk('hello');
    const reader = await ask(Message.Tgetattr, (w) => w.u32(fid).u64(0x7ff));
    reader.u64();
    reader.data(13);
    expect([reader.u32(), reader.u32(), reader.u32()]).toEqual([0o100644, 1000, 100]);
    reader.data(16);
    expect(reader.u64()).toBe(12n);
  });

  it('gives errors the numbers of Linux', async () => {
    await fails(walk('none'), Errno.ENOENT);
    await fails(
      walk('hello', 'below').then(() => undefined),
      NaN,
    ).catch(() => undefined);
    await fails(create(await walk(), 'hello', 0o302), Errno.EEXIST);
    await fails(lopen(await walk('inner'), 2), Errno.EISDIR);
    await fails(lopen(await walk('hello'), 0o200000), Errno.ENOTDIR);
    await fails(
      ask(Message.Tread, (w) => w.u32(ROOT).u64(0).u32(10)),
      Errno.EBADF,
    );
    await fails(
      ask(Message.Tclunk, (w) => w.u32(999_999)),
      Errno.EBADF,
    );
    await fails(
      ask(22, (w) => w.u32(ROOT)),
      Errno.EOPNOTSUPP,
    );
    await fails(
      ask(Message.Tunlinkat, (w) => w.u32(ROOT).text('x'.repeat(300)).u32(0)),
      Errno.ENAMETOOLONG,
    );
  });

  it('that is read-only stays as it is', async () => {
    await server.close();
    await tree.close();
    await open(true);
    await fails(create(await walk(), 'new'), Errno.EROFS);
    await fails(lopen(await walk('hello'), 1), Errno.EROFS);
    await fails(
      ask(Message.Tmkdir, (w) => w.u32(ROOT).text('m').u32(0).u32(0)),
      Errno.EROFS,
    );
    await fails(
      ask(Message.Tunlinkat, (w) => w.u32(ROOT).text('hello').u32(0)),
      Errno.EROFS,
    );
    expect(await fileText('hello')).toBe('hello, guest');
  });
});

describe('nothing outside of a shared folder is reached', () => {
  it('by "..", slashes and absolute names', async () => {
    const up = await walk('..', '..', 'inner', '..', '..');
    expect(await namesIn()).toEqual(['hello', 'inner']);
    await fails(
      ask(Message.Twalk, (w) => w.u32(up).u32(nextFid++).u16(1).text('secret')),
      Errno.ENOENT,
    );
    for (const name of ['../secret', '/etc/passwd', 'inner/../../secret', '', 'a\0b'])
      await fails(walk(name), Errno.EINVAL);
    await fails(create(await walk(), '../made'), Errno.EINVAL);
    await fails(
      ask(Message.Trenameat, (w) => w.u32(ROOT).text('hello').u32(ROOT).text('..')),
      Errno.EINVAL,
    );
    expect(readdirSync(outside).sort()).toEqual(['secret', 'shared']);
  });

  it('by symbolic links: they are not there, whatever is asked of them', async () => {
    symlinkSync('../secret', join(folder, 'link'));
    symlinkSync('..', join(folder, 'up'));
    symlinkSync('/', join(folder, 'inner/root'));
    expect(await namesIn()).toEqual(['hello', 'inner']);
    await fails(walk('link'), Errno.ENOENT);
    await fails(walk('up'), Errno.ENOENT);
    await expect(walk('inner', 'root', 'etc')).rejects.toThrow('half a walk');
    await fails(create(await walk(), 'link'), Errno.ENOENT);
    await fails(
      ask(Message.Tunlinkat, (w) => w.u32(ROOT).text('link').u32(0)),
      Errno.ENOENT,
    );
    await fails(
      ask(Message.Trenameat, (w) => w.u32(ROOT).text('hello').u32(ROOT).text('link')),
      Errno.EACCES,
    );
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe(SECRET);
  });

  it('by pipes and devices', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await fails(walk('pipe'), Errno.ENOENT);
    await fails(create(await walk(), 'pipe'), Errno.ENOENT);
  });

  /** Does `work` with the folder `inner/deep` exchanged for a link before its nth call of the system, for every n. */
  async function atEveryMoment(work: () => Promise<unknown>): Promise<unknown[]> {
    const deep = join(folder, 'inner/deep');
    const outcomes: unknown[] = [];
    let more = true;
    for (let moment = 0; more; moment++) {
      rmSync(deep, { recursive: true });
      mkdirSync(deep);
      writeFileSync(join(deep, 'file'), 'deep');
      let calls = 0;
      adversary.beforeCall = () => {
        if (calls++ !== moment) return;
        renameSync(deep, join(outside, 'away'));
        symlinkSync(join(outside, 'trap'), deep);
      };
      outcomes.push(await work().catch((error: unknown) => (error as Error).message));
      adversary.beforeCall = undefined;
      more = calls > moment;
      if (!more) continue;
      rmSync(deep);
      renameSync(join(outside, 'away'), deep);
    }
    return outcomes;
  }

  it('when a folder is exchanged for a link at any moment', async () => {
    // Elsewhere there are things of the same names.
    mkdirSync(join(outside, 'trap/below'), { recursive: true });
    writeFileSync(join(outside, 'trap/file'), SECRET);
    const before = readdirSync(join(outside, 'trap'));
    const read = async () => {
      const file = await tree.open(['inner', 'deep', 'file'], {
        read: true,
        write: false,
        truncate: false,
        create: 'no',
      });
      return Buffer.from(await file.read(0, 100).finally(() => file.close())).toString();
    };
    const texts = await atEveryMoment(read);
    expect(texts.length).toBeGreaterThan(2);
    expect(texts).toContain('deep');
    expect(texts).not.toContain(SECRET);
    const names = await atEveryMoment(() =>
      tree.list(['inner', 'deep']).then((entries) => entries.map(({ name }) => name)),
    );
    expect(names).toContainEqual(['file']);
    expect(names).not.toContainEqual(expect.arrayContaining(['below']));
    const overwrite = { read: false, write: true, truncate: true, create: 'yes' } as const;
    await atEveryMoment(() => tree.open(['inner', 'deep', 'file'], overwrite).then((file) => file.close()));
    await atEveryMoment(() => tree.makeFolder(['inner', 'deep', 'made']));
    await atEveryMoment(() => tree.removeFolder(['inner', 'deep', 'below']));
    await atEveryMoment(() => tree.change(['inner', 'deep', 'file'], { size: 0 }));
    await atEveryMoment(() => tree.rename(['inner', 'deep', 'file'], ['inner', 'deep', 'other']));
    await atEveryMoment(() => tree.removeFile(['inner', 'deep', 'file']));
    expect(readFileSync(join(outside, 'trap/file'), 'utf8')).toBe(SECRET);
    expect(readdirSync(join(outside, 'trap'))).toEqual(before);
  });
});

it('an answer that does not fit is an error that does, or its beginning', async () => {
  const request = new Writer().u32(ROOT).u64(0x7ff).finish(Message.Tgetattr, 0x1234);
  const tooLong = new Writer().u32(Errno.EMSGSIZE).finish(Message.Rlerror, 0x1234);
  const whole = await server.handle(request);
  expect(whole[4]).toBe(Message.Tgetattr + 1);
  expect(await server.handle(request, whole.length)).toEqual(whole);
  expect(await server.handle(request, whole.length - 1)).toEqual(tooLong);
  expect(await server.handle(request, 7)).toEqual(tooLong.subarray(0, 7));
});

it('any bytes get an answer, and the server goes on', async () => {
  const random = createRandom(5);
  const types = Object.values(Message);
  for (let n = 0; n < 5000; n++) {
    const bytes = Uint8Array.from({ length: HEADER_SIZE + random(60) }, () => random(256) >> random(8));
    if (n % 4) {
      bytes.set([bytes.length, 0, 0, 0, types[random(types.length)]!]);
      // Known fids and short names, now and then.
      for (let k = HEADER_SIZE; k < bytes.length; k++) if (random(3)) bytes[k] = random(3);
    }
    const answer = await server.handle(bytes);
    expect(new DataView(answer.buffer).getUint32(0, true)).toBe(answer.length);
  }
  expect(readdirSync(outside).sort()).toEqual(['secret', 'shared']);
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe(SECRET);
});
