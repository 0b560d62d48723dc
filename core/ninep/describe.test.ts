import { describe, expect, it } from 'vitest';
import { describeRequest, errorOf, FidPaths } from './describe.ts';
import { Message, Writer } from './wire.ts';

const TAG = 1;
const request = (type: number, writer: Writer): Uint8Array => writer.finish(type, TAG);
const answer = (type: number, writer = new Writer()): Uint8Array => writer.finish(type + 1, TAG);
const words = (message: Uint8Array, paths: FidPaths): string => {
  const { operation, text } = describeRequest(message, paths);
  return `${operation} ${text}`;
};

const attach = request(Message.Tattach, new Writer().u32(0).u32(0xffff_ffff).text('root').text('').u32(0));
const walk = (fid: number, newFid: number, ...names: string[]): Uint8Array =>
  request(
    Message.Twalk,
    names.reduce((to, name) => to.text(name), new Writer().u32(fid).u32(newFid).u16(names.length)),
  );
const walked = (count: number): Uint8Array => answer(Message.Twalk, new Writer().u16(count));
const read = (fid: number): Uint8Array => request(Message.Tread, new Writer().u32(fid).u64(4096).u32(512));

/** Root is fid 0, /etc/passwd fid 1. */
function atPasswd(): FidPaths {
  const paths = new FidPaths();
  paths.learn(attach, answer(Message.Tattach));
  paths.learn(walk(0, 1, 'etc', 'passwd'), walked(2));
  return paths;
}

describe('a request of a folder in words', () => {
  it('names the file that its fid stands for', () => {
    const paths = atPasswd();
    expect(words(walk(0, 2, 'etc'), paths)).toBe('walk /etc');
    expect(describeRequest(read(1), paths)).toEqual({
      operation: 'read',
      text: '/etc/passwd, 512 bytes at 4096',
      bytes: 512,
    });
    expect(words(request(Message.Tgetattr, new Writer().u32(0).u64(0)), paths)).toBe('getattr /');
    expect(words(read(9), paths)).toBe('read fid 9, 512 bytes at 4096');
  });

  it('follows files that are made, renamed and given back', () => {
    const paths = atPasswd();
    paths.learn(walk(0, 2), walked(0));
    const create = request(Message.Tlcreate, new Writer().u32(2).text('new').u32(0).u32(0).u32(0));
    expect(words(create, paths)).toBe('lcreate /new');
    paths.learn(create, answer(Message.Tlcreate));
    expect(words(read(2), paths)).toContain('/new,');
    const rename = request(Message.Trenameat, new Writer().u32(0).text('etc').u32(0).text('conf'));
    expect(words(rename, paths)).toBe('renameat /etc → /conf');
    paths.learn(rename, answer(Message.Trenameat));
    expect(words(read(1), paths)).toContain('/conf/passwd,');
    paths.learn(request(Message.Tclunk, new Writer().u32(1)), answer(Message.Tclunk));
    expect(words(read(1), paths)).toContain('fid 1,');
  });

  it('learns nothing from what has failed', () => {
    const paths = atPasswd();
    paths.learn(walk(0, 3, 'none'), answer(Message.Rlerror - 1, new Writer().u32(2)));
    paths.learn(walk(0, 4, 'etc', 'none'), walked(1));
    expect(words(read(3), paths)).toContain('fid 3,');
    expect(words(read(4), paths)).toContain('fid 4,');
  });

  it('survives messages that are cut off, unknown or full of nonsense', () => {
    const paths = atPasswd();
    const whole = walk(0, 5, 'a\nb');
    expect(words(whole, paths)).toBe('walk /a·b');
    for (let length = 0; length < whole.length; length++) {
      expect(words(whole.subarray(0, length), paths)).toMatch(/^(walk damaged|\? type 0)$/);
      paths.learn(whole.subarray(0, length), walked(1));
    }
    expect(words(request(255, new Writer()), paths)).toBe('? type 255');
    for (let fid = 10; fid < 10_000; fid++) paths.learn(walk(1, fid, 'x'.repeat(300)), walked(1));
    expect(paths.of(9_999)).toBe('fid 9999');
    expect(paths.of(10)).toHaveLength(256);
  });
});

describe('an answer', () => {
  it('has the name of its error', () => {
    const error = (number: number) => answer(Message.Rlerror - 1, new Writer().u32(number));
    expect(errorOf(error(2))).toBe('ENOENT');
    expect(errorOf(error(999))).toBe('error 999');
    expect(errorOf(error(2).subarray(0, 9))).toBe('damaged');
    expect(errorOf(answer(Message.Tread))).toBeUndefined();
  });
});
