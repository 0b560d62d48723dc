/** Disassembly against objdump on the host kernel: the same instructions at the same addresses, backwards too. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeRun, disassemble } from './disassembly.ts';
import { SymbolImage } from './symbols/image.ts';

const path = fileURLToPath(new URL('../kernels/build/colinux-host.elf', import.meta.url));
const image = SymbolImage.open(new Uint8Array(readFileSync(path)), 'colinux-host.elf');
const text = image.elf.sections.find(({ name }) => name === '.text')!;
const bytes = image.linkedBytes(text.address, text.size)!;

interface Line {
  readonly address: number;
  readonly length: number;
}

/** Addresses and lengths by objdump, which begins anew at each symbol. */
const blocks: Line[][] = [];
for (const line of execFileSync('objdump', ['-d', '-w', '-z', '-j', '.text', path], {
  encoding: 'utf8',
  maxBuffer: 1 << 26,
}).split('\n')) {
  const [, address, code] = /^\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)/.exec(line) ?? [];
  if (line.endsWith('>:')) blocks.push([]);
  if (address === undefined || code === undefined) continue;
  blocks.at(-1)!.push({ address: parseInt(address, 16), length: code.trim().split(' ').length });
}
const truth = blocks.flat();

const read = (address: number, length: number) => {
  if (address < text.address || address >= text.address + text.size) return undefined;
  const at = address - text.address;
  return bytes.slice(at, Math.min(at + length, bytes.length));
};
const boundary = (address: number) => image.lineAt(address)?.low ?? image.functionAt(address)?.lowPc;
const lengths = (lines: readonly { address: number; bytes: Uint8Array }[]) =>
  lines.map((line) => ({ address: line.address, length: line.bytes.length }));

describe('disassembly of the host kernel', () => {
  it('has the addresses and lengths of objdump', () => {
    expect(truth.length).toBeGreaterThan(1000);
    for (const block of blocks) {
      const { address } = block[0]!;
      const size = block.reduce((sum, { length }) => sum + length, 0);
      const code = bytes.subarray(address - text.address, address - text.address + size);
      expect(lengths(decodeRun(code, address, 32, block.length))).toEqual(block);
    }
  });

  it('backwards gives the same instructions as forwards', () => {
    let windows = 0;
    for (let n = 100; n < truth.length - 20; n += 7) {
      const expected = truth.slice(n - 20, n + 10);
      // The linker fills up between object files: what lies there no symbol knows, and it can be read in several ways.
      if (expected.some(({ address }) => boundary(address) === undefined)) continue;
      const lines = disassemble(read, truth[n]!.address, -20, 30, 32, boundary);
      expect(lengths(lines)).toEqual(expected);
      windows++;
    }
    expect(windows).toBeGreaterThan(500);
  });

  it('backwards without symbols still ends at the anchor and leaves no gap', () => {
    for (let n = 100; n < truth.length; n += 211) {
      const anchor = truth[n]!.address;
      const lines = disassemble(read, anchor, -10, 11, 32, () => undefined);
      expect(lines).toHaveLength(11);
      expect(lines[10]!.address).toBe(anchor);
      for (let k = 0; k < 10; k++)
        expect(lines[k]!.address + lines[k]!.bytes.length).toBe(lines[k + 1]!.address);
    }
  });

  it('goes on over what is not mapped, a byte a line', () => {
    const lines = disassemble(read, text.address, -3, 5, 32, boundary);
    expect(lines.slice(0, 3).map((line) => [line.address, line.text])).toEqual(
      [3, 2, 1].map((back) => [text.address - back, '(not mapped)']),
    );
    const end = text.address + text.size;
    expect(disassemble(read, end, 2, 3, 32, boundary).map(({ address }) => address)).toEqual([
      end + 2,
      end + 3,
      end + 4,
    ]);
  });

  it('keeps to 32 bits of address', () => {
    const lines = disassemble(
      () => undefined,
      0xffff_fffe,
      0,
      4,
      32,
      () => undefined,
    );
    expect(lines.map(({ address }) => address)).toEqual([0xffff_fffe, 0xffff_ffff, 0, 1]);
    expect(
      disassemble(
        () => undefined,
        1,
        -3,
        3,
        32,
        () => undefined,
      ).map(({ address }) => address),
    ).toEqual([0xffff_fffe, 0xffff_ffff, 0]);
  });

  it('decodes 16-bit code, and shows bytes that are no instruction', () => {
    const lines = decodeRun(Uint8Array.of(0xb8, 0x34, 0x12, 0x0f, 0xff, 0x90), 0x7c00, 16, 9);
    expect(lines.map((line) => line.text)).toEqual(
      ['mov $0x1234,%ax', '.byte 0x0f', expect.any(String), expect.any(String)].slice(0, lines.length),
    );
  });
});
