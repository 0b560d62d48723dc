/** The 32-bit boot protocol: what a kernel finds, and what is said of files that are no kernels. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../testing/random.ts';
import { TestBootMemory } from '../testing/boot-memory.ts';
import { bzImage, setField } from '../testing/bz-image.ts';
import { BootError } from './boot-error.ts';
import { identifyImage } from './image-kind.ts';
import { loadKernel } from './load-kernel.ts';
import { loadLinux } from './linux-boot.ts';

const MIB = 0x100000;
const CODE = [0xf4, 0xeb, 0xfd];
const file = (bytes: Uint8Array, args = '') => ({ bytes, name: 'bzImage', args });
const initrd = (size: number) => file(new Uint8Array(size).fill(0x5a));

function codeOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof BootError) {
      expect(error.message).toMatch(/^The .{40,}: .*\.$/s);
      return error.code;
    }
    throw error;
  }
  return 'booted';
}
/** Of an image with one field changed, on a machine of 32 MiB. */
const codeWith = (at: number, bytes: number, value: number) =>
  codeOf(() =>
    loadLinux({ kernel: file(setField(bzImage(CODE), at, bytes, value)) }, new TestBootMemory(32)),
  );

describe('a Linux bzImage', () => {
  it('is loaded at 1 MiB and finds its parameters at ESI', () => {
    const memory = new TestBootMemory(32);
    const { cpu, loaded } = loadLinux({ kernel: file(bzImage(CODE), 'console=ttyS0 quiet') }, memory);
    expect(identifyImage(bzImage(CODE))).toBe('linux');
    expect([...memory.bytes.subarray(MIB, MIB + CODE.length)]).toEqual(CODE);
    expect(cpu).toMatchObject({ eip: MIB, ebx: 0, ebp: 0, edi: 0, cr0: 0x11, eflags: 2, a20: true });
    expect(loaded).toEqual([{ name: 'bzImage', start: MIB, end: MIB + 16 }]);
    const at = cpu.esi;
    expect(memory.text(memory.u32(at + 0x228))).toBe('console=ttyS0 quiet');
    expect(memory.u32(at + 0x202)).toBe(0x53726448);
    expect(memory.bytes[at + 0x210]).toBe(0xff);
    expect([memory.u32(at + 0x218), memory.u32(at + 0x21c)]).toEqual([0, 0]);
    // What is not of the header is zero: the sentinel, what lies behind the header.
    expect(memory.bytes[at + 0x1ef]).toBe(0);
    expect(memory.bytes.subarray(at + 0x26c, at + 0x2d0).every((byte) => byte === 0)).toBe(true);
  });

  it('finds flat segments at the selectors that it expects', () => {
    const memory = new TestBootMemory(32);
    const { cpu } = loadLinux({ kernel: file(bzImage(CODE)) }, memory);
    expect([cpu.codeSelector, cpu.dataSelector, cpu.gdtLimit]).toEqual([0x10, 0x18, 0x1f]);
    const descriptor = (selector: number) => [0, 4].map((half) => memory.u32(cpu.gdtBase + selector + half));
    expect(descriptor(0x10)).toEqual([0x0000ffff, 0x00cf9b00]);
    expect(descriptor(0x18)).toEqual([0x0000ffff, 0x00cf9300]);
  });

  it('finds the memory map and the text screen', () => {
    const memory = new TestBootMemory(48);
    const { cpu } = loadLinux({ kernel: file(bzImage(CODE)) }, memory);
    const entries = Array.from({ length: memory.bytes[cpu.esi + 0x1e8]! }, (_, n) =>
      [0, 8, 16].map((field) => memory.u32(cpu.esi + 0x2d0 + n * 20 + field)),
    );
    expect(entries).toEqual([
      [0, 0x9fc00, 1],
      [0x9fc00, 0x400, 2],
      [0xf0000, 0x10000, 2],
      [MIB, 47 * MIB, 1],
    ]);
    expect(memory.u32(cpu.esi + 0x1e0)).toBe(47 * 1024);
    expect([6, 7, 14, 15].map((at) => memory.bytes[cpu.esi + at])).toEqual([3, 80, 25, 1]);
  });

  it('has its initrd at the top, but no higher than it wants it', () => {
    const place = (kernel: Uint8Array, mebibytes: number, size: number) => {
      const memory = new TestBootMemory(mebibytes);
      const { cpu } = loadLinux({ kernel: file(kernel), initrd: initrd(size) }, memory);
      const start = memory.u32(cpu.esi + 0x218);
      expect(memory.u32(cpu.esi + 0x21c)).toBe(size);
      expect(memory.bytes.subarray(start, start + size).every((byte) => byte === 0x5a)).toBe(true);
      return start;
    };
    expect(place(bzImage(CODE), 32, 5000)).toBe(32 * MIB - 8192);
    expect(place(setField(bzImage(CODE), 0x22c, 4, 24 * MIB - 1), 32, 4096)).toBe(24 * MIB - 4096);
  });

  it('is refused on a machine in which it, its initrd or its words do not fit', () => {
    const kernel = file(bzImage(CODE));
    expect(codeOf(() => loadLinux({ kernel }, new TestBootMemory(16)))).toBe('image-too-big');
    const memory = new TestBootMemory(24);
    expect(codeOf(() => loadLinux({ kernel, initrd: initrd(9 * MIB) }, memory))).toBe('initrd-too-big');
    expect(codeOf(() => loadLinux({ kernel, initrd: initrd(99 * MIB) }, memory))).toBe('initrd-too-big');
    const line = (length: number) => () =>
      loadLinux({ kernel: file(kernel.bytes, 'x'.repeat(length)) }, memory);
    expect(codeOf(line(2048))).toBe('linux-command-line');
    expect(memory.writes).toBe(0);
    expect(codeOf(line(2047))).toBe('booted');
  });

  it('takes an initrd and no modules; other kernels take modules and no initrd', () => {
    const boot = (kernel: Uint8Array, source: object) => () =>
      loadKernel({ kernel: file(kernel), modules: [], ...source }, new TestBootMemory(32));
    const multiboot = new Uint8Array(
      Uint32Array.of(0x1badb002, 0x10000, -0x1bae_b002, MIB, MIB, 0, 0, MIB, 0xf4).buffer,
    );
    expect(codeOf(boot(bzImage(CODE), { initrd: initrd(4096) }))).toBe('booted');
    expect(codeOf(boot(bzImage(CODE), { modules: [initrd(1)] }))).toBe('modules-not-multiboot');
    expect(codeOf(boot(multiboot, {}))).toBe('booted');
    expect(codeOf(boot(multiboot, { initrd: initrd(1) }))).toBe('initrd-not-linux');
  });
});

describe('a setup header that is not right', () => {
  it.each([
    ['no boot flag', 0x1fe, 2, 0, 'linux-malformed'],
    ['protocol 2.02', 0x206, 2, 0x0202, 'linux-unsupported'],
    ['a zImage', 0x211, 1, 0, 'linux-unsupported'],
    ['a header that is too short', 0x201, 1, 0x20, 'linux-malformed'],
    ['no kernel', 0x1f4, 4, 0, 'linux-malformed'],
    ['more kernel than file', 0x1f4, 4, 3, 'image-truncated'],
    ['a size beyond 4 GiB', 0x1f4, 4, 0xffff_ffff, 'image-truncated'],
    ['more setup code than file', 0x1f1, 1, 255, 'image-truncated'],
    ['an address below 1 MiB', 0x214, 4, 0x9_0000, 'linux-malformed'],
    ['an address above RAM', 0x214, 4, 0xffff_f000, 'image-too-big'],
    ['a preferred address above 4 GiB', 0x25c, 4, 1, 'linux-malformed'],
    ['an endless start', 0x260, 4, 0xffff_ffff, 'image-too-big'],
    ['no room for words', 0x238, 4, 0, 'booted'],
  ])('%s', (_what, at, bytes, value, code) => {
    expect(codeWith(at, bytes, value)).toBe(code);
  });

  it('is refused wherever the file is cut off', () => {
    const whole = bzImage(CODE);
    const memory = new TestBootMemory(32);
    for (let length = 0x207; length < whole.length - 16; length += 7)
      expect(codeOf(() => loadLinux({ kernel: file(whole.slice(0, length)) }, memory))).toBe(
        'image-truncated',
      );
  });

  it('of random bytes boots or is refused with a code, and writes nothing outside of RAM', () => {
    const random = createRandom(7);
    const memory = new TestBootMemory(32);
    for (let n = 0; n < 3000; n++) {
      const kernel = bzImage(CODE);
      for (let count = random(4) + 1; count; count--) kernel[0x1f1 + random(0x7b)] = random(256);
      kernel.set([0x48, 0x64, 0x72, 0x53], 0x202);
      codeOf(() => loadLinux({ kernel: file(kernel), initrd: initrd(random(8192)) }, memory));
    }
  });
});
