import { describe, expect, it } from 'vitest';
import { createByteSink } from './byte-sink.ts';
import { Problem } from './problem.ts';

const systemError = (code: string) => Object.assign(new Error(`${code}: from the system`), { code });

/** A sink over a file that can be made to fail. */
function fake() {
  const written: number[] = [];
  const file = { fails: undefined as string | undefined, room: Infinity };
  const sink = createByteSink((bytes) => {
    if (file.fails) throw systemError(file.fails);
    const count = Math.min(bytes.length, file.room);
    written.push(...bytes.subarray(0, count));
    return count;
  });
  return { written, file, sink };
}

describe('a byte sink', () => {
  it('writes each line at once, and all else when it is asked to', () => {
    const { written, sink } = fake();
    sink.write(1);
    expect(written).toEqual([]);
    sink.write(0x0a);
    expect(written).toEqual([1, 0x0a]);
    sink.write(2);
    expect(sink.flush()).toBe('written');
    expect(written).toEqual([1, 0x0a, 2]);
  });

  it('writes a line that does not end in pieces', () => {
    const { written, sink } = fake();
    for (let n = 0; n < 5000; n++) sink.write(3);
    expect(written).toHaveLength(4096);
  });

  it('keeps the order when the reader is slow', () => {
    const { written, file, sink } = fake();
    file.fails = 'EAGAIN';
    sink.write(1);
    expect(sink.flush()).toBe('waiting');
    file.fails = undefined;
    sink.write(2);
    sink.write(0x0a);
    sink.write(3);
    // What is late is tried again by `flush` alone.
    expect(written).toEqual([]);
    file.room = 2;
    expect(sink.flush()).toBe('waiting');
    expect(sink.flush()).toBe('written');
    expect(written).toEqual([1, 2, 0x0a, 3]);
  });

  it('says that the reader is gone, and survives it', () => {
    const { written, file, sink } = fake();
    file.fails = 'EPIPE';
    sink.write(1);
    expect(sink.flush()).toBe('closed');
    file.fails = undefined;
    sink.write(2);
    expect(sink.flush()).toBe('closed');
    expect(written).toEqual([]);
  });

  it('tells of a full disk in a sentence', () => {
    const { file, sink } = fake();
    file.fails = 'ENOSPC';
    expect(() => {
      sink.write(0x0a);
    }).toThrow(Problem);
  });
});
