/** Zstandard: what objcopy compresses with its library, frames by hand for what that does not write, and damage. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseElf, sectionBytes, SHF } from './elf.ts';
import { atOnce, inTurns } from './pieces.ts';
import { openWorkshop, run } from './testing/fixtures.ts';
import { seededRandom } from './testing/random.ts';
import { BLOCK_LIMIT, inflateZstd } from './zstd.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});

/** The streams of some contents, none of which may be smaller when it is compressed: such a section stays as it is. */
function compress(contents: Readonly<Record<string, Uint8Array>>): Map<string, Uint8Array> {
  const path = join(workshop.directory, 'contents');
  const sections = Object.entries(contents).map(([name, content], n) => {
    writeFileSync(`${path}.${n}`, content);
    return `.section .debug_${name}\n.incbin "${path}.${n}"\n`;
  });
  writeFileSync(`${path}.S`, sections.join(''));
  run('gcc', ['-m32', '-c', `${path}.S`, '-o', path]);
  run('objcopy', ['--compress-debug-sections=zstd', path]);
  const elf = parseElf(new Uint8Array(readFileSync(path)), () => undefined);
  const streams = new Map<string, Uint8Array>();
  for (const section of elf.sections)
    if ((section.flags & SHF.compressed) !== 0)
      streams.set(section.name.replace('.debug_', ''), sectionBytes(elf.bytes, section).subarray(12));
  return streams;
}

const bytesOf = (length: number, byte: (n: number) => number) =>
  Uint8Array.from({ length }, (_, n) => byte(n));

describe('streams of the library', () => {
  const random = seededRandom(7);
  const noise = bytesOf(1_000_000, () => random(256));
  const text = new Uint8Array(readFileSync(new URL('zstd.ts', import.meta.url)));
  const contents = {
    zeros: new Uint8Array(1_000_000),
    few: bytesOf(400_000, () => random(7)),
    uneven: bytesOf(400_000, () => Math.min(random(256), random(256), random(256))),
    words: bytesOf(800_000, (n) => ((n >> 2) * 97) >>> ((n & 3) * 8)),
    text,
    texts: bytesOf(600_000, (n) => text[(n * 7) % (text.length - (n >> 12))]!),
    // Blocks that are not compressed, and matches that are far away.
    far: Uint8Array.from([...noise, ...text, ...noise.subarray(0, 300_000)]),
    short: bytesOf(200, (n) => n >> 4),
  };
  const streams = compress(contents);

  it.each(Object.entries(contents))('have their content: %s', async (name, content) => {
    const stream = streams.get(name)!;
    expect(stream.length).toBeLessThan(content.length);
    expect(Buffer.compare(atOnce(inflateZstd(stream, content.length)), content)).toBe(0);
    // As a part of a file, at an odd place.
    const file = Uint8Array.from([1, 2, 3, ...stream, 4]);
    const part = file.subarray(3, 3 + stream.length);
    expect(Buffer.compare(await inTurns(inflateZstd(part, content.length)), content)).toBe(0);
  });

  it('hold others up for a block at most', () => {
    for (const [name, content] of Object.entries(contents)) {
      const pieces = [...inflateZstd(streams.get(name)!, content.length)];
      expect(pieces).toHaveLength(Math.ceil(content.length / BLOCK_LIMIT));
    }
  });

  it('are refused when their content has another size, and when they are cut short', () => {
    const stream = streams.get('text')!;
    for (const size of [0, 1, text.length - 1, text.length + 1, 2 ** 30])
      expect(() => atOnce(inflateZstd(stream, size))).toThrow();
    for (let length = 0; length < stream.length; length += 3)
      expect(() => atOnce(inflateZstd(stream.subarray(0, length), text.length))).toThrow();
  });

  it('that are damaged end, with another content or an error', () => {
    let refused = 0;
    for (const [name, content] of Object.entries(contents)) {
      const stream = streams.get(name)!;
      for (let round = 0; round < 25; round++) {
        const damaged = stream.slice();
        for (let n = 0; n < 3; n++) damaged[random(damaged.length)]! ^= 1 << random(8);
        try {
          expect(atOnce(inflateZstd(damaged, content.length))).toHaveLength(content.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(50);
  });
});

describe('frames', () => {
  const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
  /** A block of a kind, and whether it is the last one. */
  const block = (kind: number, length: number, isLast: boolean, ...bytes: number[]) => {
    const word = (length << 3) | (kind << 1) | Number(isLast);
    return [word & 0xff, (word >> 8) & 0xff, word >> 16, ...bytes];
  };
  const inflate = (size: number, ...bytes: number[]) => [
    ...atOnce(inflateZstd(Uint8Array.from(bytes), size)),
  ];
  /** A window of 1 KiB, no size; flags may say that a checksum follows. */
  const open = (flags = 0) => [...MAGIC, flags, 0];

  it('may have no size, blocks that are not compressed, blocks of one byte, and a checksum', () => {
    const blocks = [...block(0, 3, false, 1, 2, 3), ...block(1, 4, false, 9), ...block(0, 0, true)];
    expect(inflate(7, ...open(), ...blocks)).toEqual([1, 2, 3, 9, 9, 9, 9]);
    expect(inflate(7, ...open(4), ...blocks, 1, 2, 3, 4)).toEqual([1, 2, 3, 9, 9, 9, 9]);
  });

  it('stand one behind the other, and some are skipped', () => {
    const skipped = [0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7];
    const one = [...open(), ...block(1, 2, true, 5)];
    expect(inflate(4, ...skipped, ...one, ...skipped, ...one)).toEqual([5, 5, 5, 5]);
  });

  it('are refused with dictionaries, unknown kinds of blocks, or more than was said', () => {
    expect(() => inflate(2, ...open(1), 0, ...block(1, 2, true, 5))).toThrow('dictionary');
    expect(() => inflate(2, ...open(8), ...block(1, 2, true, 5))).toThrow('version');
    expect(() => inflate(2, ...open(), ...block(3, 2, true, 5, 5))).toThrow('kind');
    expect(() => inflate(1, ...open(), ...block(1, 2, true, 5))).toThrow('more');
    expect(() => inflate(3, ...open(), ...block(1, 2, true, 5))).toThrow('less');
    expect(() => inflate(2, 1, ...open(), ...block(1, 2, true, 5))).toThrow('magic');
  });

  it('repeat tables only where there are some, and nothing from before their beginning', () => {
    // Literals by the table of the block before, of which there is none.
    expect(() => inflate(2, ...open(), ...block(2, 5, true, 3, 0, 0, 0, 0))).toThrow('no table');
    // Two literals; a sequence of modes that repeat.
    expect(() => inflate(9, ...open(), ...block(2, 6, true, 2 << 3, 7, 7, 1, 0xfc, 1))).toThrow('no table');
    // One sequence with tables of one symbol each: no literals, offset 2^3 - 3 + ..., a match of 3.
    expect(() => inflate(3, ...open(), ...block(2, 7, true, 0, 1, 0x54, 0, 3, 0, 0x08))).toThrow(
      'before the beginning',
    );
  });
});
