import { describe, expect, it } from 'vitest';
import { TestBootMemory } from '../testing/boot-memory.ts';
import { createRandom } from '../testing/random.ts';
import { createTestBus } from '../testing/test-bus.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { Pic8259 } from '../devices/pic8259.ts';
import { Pit8254 } from '../devices/pit8254.ts';
import { SystemControl } from '../devices/system-control.ts';
import { BootError } from './boot-error.ts';
import { applyFirmwareState } from './firmware-state.ts';
import { identifyImage } from './image-kind.ts';
import { loadMultiboot } from './multiboot.ts';
import type { MultibootRequest } from './multiboot.ts';

const MIB = 0x100000;
const MAGIC = 0x1badb002;

interface SegmentSpec {
  vaddr?: number;
  paddr: number;
  data: Uint8Array;
  memsz?: number;
  type?: number;
  flags?: number;
}

/** Multiboot header words. */
function header(flags: number, ...rest: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.of(MAGIC, flags, -(MAGIC + flags), ...rest).buffer);
}

/** An ELF note: name, type 1, four bytes of descriptor. */
function note(owner: string): Uint8Array {
  const name = new TextEncoder().encode(`${owner}\0`);
  const padded = (name.length + 3) & ~3;
  const bytes = new Uint8Array(12 + padded + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, name.length, true);
  view.setUint32(4, 4, true);
  view.setUint32(8, 1, true);
  bytes.set(name, 12);
  return bytes;
}

/** A small assembler of ELF32 executables. */
function elf(entry: number, segments: SegmentSpec[]): Uint8Array {
  const head = 52 + 32 * segments.length;
  const total = segments.reduce((sum, segment) => sum + segment.data.length, head);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 3, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, entry, true);
  view.setUint32(28, 52, true);
  view.setUint16(40, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, segments.length, true);
  let offset = head;
  for (const [index, segment] of segments.entries()) {
    const at = 52 + 32 * index;
    const fields = [
      segment.type ?? 1,
      offset,
      segment.vaddr ?? segment.paddr,
      segment.paddr,
      segment.data.length,
      segment.memsz ?? segment.data.length,
      segment.flags ?? 5,
      0x1000,
    ];
    fields.forEach((field, i) => {
      view.setUint32(at + 4 * i, field, true);
    });
    bytes.set(segment.data, offset);
    offset += segment.data.length;
  }
  return bytes;
}

/** A kernel of `size` bytes at `paddr` that begins with its header. */
function kernelSegment(paddr: number, size = 64, memsz = size): SegmentSpec {
  const data = new Uint8Array(size).fill(0x90);
  data.set(header(3));
  return { paddr, data, memsz };
}

const simple = (): Uint8Array => elf(0x10000c, [kernelSegment(MIB)]);

function request(bytes: Uint8Array, more: Partial<MultibootRequest> = {}): MultibootRequest {
  return { kernel: { bytes, name: 'k.elf', args: 'a=1 b' }, ...more };
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof BootError) {
      expect(error.message).toMatch(/^[A-Z].{20,}[.?]$/);
      return error.code;
    }
    throw error;
  }
  return 'no error';
}

const loadCode = (bytes: Uint8Array, memory = new TestBootMemory(2)): string => {
  const code = codeOf(() => loadMultiboot(request(bytes), memory));
  expect(code === 'no error' || memory.writes === 0).toBe(true);
  return code;
};

describe('loadMultiboot', () => {
  it('lays everything out where qemu-system-i386 -kernel puts it', () => {
    // Recorded: -m 32 -kernel k.elf -append "a=1 b" -initrd "mod1 x y,mod2", kernel of 0x25dc bytes at 1 MiB.
    const memory = new TestBootMemory(32);
    const { cpu, loaded } = loadMultiboot(
      request(elf(0x10000c, [kernelSegment(MIB, 0x5c8, 0x25dc)]), {
        bootLoaderName: 'qemu',
        modules: [
          { bytes: new TextEncoder().encode('hello\n'), name: 'mod1', args: 'x y' },
          { bytes: new Uint8Array(5000).fill(7), name: 'mod2', args: '' },
        ],
      }),
      memory,
    );
    expect(cpu).toMatchObject({
      eax: 0x2badb002,
      ebx: 0x9500,
      eip: 0x10000c,
      cr0: 0x11,
      gdtLimit: 0x27,
      a20: true,
    });
    expect((cpu.eflags & 0x200) === 0).toBe(true);
    const info = Array.from({ length: 17 }, (_, i) => memory.u32(cpu.ebx + 4 * i));
    expect(info).toEqual([
      ...[0x24f, 0x27f, 0x7c00, 0x8000ffff, 0x10302e, 2, 0x103000, 0, 0, 0, 0],
      ...[4 * 24, 0x9000, 0, 0, 0, 0x10303a],
    ]);
    expect(memory.text(0x10302e)).toBe('k.elf a=1 b');
    expect(memory.text(0x10303a)).toBe('qemu');
    const table = Array.from({ length: 8 }, (_, i) => memory.u32(0x103000 + 4 * i));
    expect(table).toEqual([0x104000, 0x104006, 0x103020, 0, 0x105000, 0x106388, 0x103029, 0]);
    expect([memory.text(0x103020), memory.text(0x103029)]).toEqual(['mod1 x y', 'mod2']);
    expect(new TextDecoder().decode(memory.bytes.subarray(0x104000, 0x104006))).toBe('hello\n');
    expect(memory.bytes.subarray(0x105000, 0x106388).every((byte) => byte === 7)).toBe(true);
    expect(loaded.map(({ name, start, end }) => [name, start, end])).toEqual([
      ['k.elf', 0x100000, 0x1025dc],
      ['mod1', 0x104000, 0x104006],
      ['mod2', 0x105000, 0x106388],
    ]);
  });

  it('writes file bytes, clears the rest of the segment and touches nothing else', () => {
    const memory = new TestBootMemory(2);
    loadMultiboot(request(elf(0x10000c, [kernelSegment(MIB, 64, 200)])), memory);
    expect([...memory.bytes.subarray(MIB, MIB + 12)]).toEqual([...header(3)]);
    expect(memory.bytes.subarray(MIB + 12, MIB + 64).every((byte) => byte === 0x90)).toBe(true);
    expect(memory.bytes.subarray(MIB + 64, MIB + 200).every((byte) => byte === 0)).toBe(true);
    expect([memory.bytes[MIB + 200], memory.bytes[MIB - 1], memory.bytes[0x8fff]]).toEqual([
      0xcc, 0xcc, 0xcc,
    ]);
  });

  it('gives the memory map of a PC', () => {
    const memory = new TestBootMemory(4);
    loadMultiboot(request(simple()), memory);
    const map = Array.from({ length: 4 }, (_, i) =>
      Array.from({ length: 6 }, (_, j) => memory.u32(0x9000 + 24 * i + 4 * j)),
    );
    expect(map).toEqual([
      [20, 0, 0, 0x9fc00, 0, 1],
      [20, 0x9fc00, 0, 0x400, 0, 2],
      [20, 0xf0000, 0, 0x10000, 0, 2],
      [20, MIB, 0, 3 * MIB, 0, 1],
    ]);
  });

  it('leaves flat segments in the GDT for kernels that load them again', () => {
    const memory = new TestBootMemory(2);
    const { cpu } = loadMultiboot(request(simple()), memory);
    const descriptor = (selector: number) => [
      memory.u32(cpu.gdtBase + selector),
      memory.u32(cpu.gdtBase + selector + 4),
    ];
    expect([descriptor(0), descriptor(cpu.codeSelector), descriptor(cpu.dataSelector)]).toEqual([
      [0, 0],
      [0xffff, 0x00cf9b00],
      [0xffff, 0x00cf9300],
    ]);
  });

  it('loads a higher-half kernel by p_paddr and moves its entry there', () => {
    const memory = new TestBootMemory(4);
    const kernel = elf(0xc0200010, [
      kernelSegment(MIB),
      { vaddr: 0xc0200000, paddr: 0x200000, data: new Uint8Array(32).fill(0xf4) },
    ]);
    expect(loadMultiboot(request(kernel), memory).cpu.eip).toBe(0x200010);
    expect(memory.bytes[0x200000]).toBe(0xf4);
  });

  it('ends the command line of a kernel without arguments with the blank that QEMU writes', () => {
    const memory = new TestBootMemory(2);
    loadMultiboot({ kernel: { bytes: simple(), name: 'k', args: '' } }, memory);
    expect(memory.text(memory.u32(0x9510))).toBe('k ');
  });

  it('loads a flat image by its address fields', () => {
    const memory = new TestBootMemory(2);
    const image = new Uint8Array(0x100).fill(0x11);
    // Header at 0x20, image loaded from file offset 0x10, 0x40 bytes, bss up to 0x100100.
    image.set(header(0x10003, 0x100010, 0x100000, 0x100040, 0x100100, 0x100030), 0x20);
    expect(loadMultiboot(request(image), memory).cpu.eip).toBe(0x100030);
    expect([...memory.bytes.subarray(MIB, MIB + 0x40)]).toEqual([...image.subarray(0x10, 0x50)]);
    expect(memory.bytes.subarray(MIB + 0x40, MIB + 0x100).every((byte) => byte === 0)).toBe(true);
  });

  it('loads a flat image to the end of the file when load_end_addr is 0', () => {
    const memory = new TestBootMemory(2);
    const image = new Uint8Array(0x100).fill(0x11);
    image.set(header(0x10003, 0x100000, 0x100000, 0, 0, 0x100020));
    expect(loadMultiboot(request(image), memory).loaded[0]).toEqual({
      name: 'k.elf',
      start: MIB,
      end: MIB + 0x100,
    });
  });

  it('moves its low page when the kernel lies there', () => {
    const memory = new TestBootMemory(2);
    const { cpu } = loadMultiboot(request(elf(0x900c, [kernelSegment(0x9000, 0x800)])), memory);
    expect(cpu.ebx).toBeGreaterThan(MIB);
    expect(memory.u32(cpu.ebx)).toBe(0x24f);
    expect(memory.bytes.subarray(0x900c, 0x9800).every((byte) => byte === 0x90)).toBe(true);
    expect(memory.text(memory.u32(cpu.ebx + 16))).toBe('k.elf a=1 b');
  });

  it('loads the ELF headers that a plain ld puts in the page below 1 MiB', () => {
    const memory = new TestBootMemory(2);
    const headers = { paddr: 0xff000, data: new Uint8Array(0x94).fill(0x5a), memsz: 0x94 };
    const { cpu } = loadMultiboot(request(elf(0x10000c, [headers, kernelSegment(MIB)])), memory);
    expect(cpu.eip).toBe(0x10000c);
    expect(memory.bytes[0xff000]).toBe(0x5a);
    expect(memory.bytes[MIB]).toBe(header(3)[0]);
  });

  it('finds a header at the last place in 8 KiB, not behind it', () => {
    const at = (offset: number) => {
      const data = new Uint8Array(9000);
      data.set(header(0), offset);
      return elf(MIB, [{ paddr: MIB, data }]);
    };
    expect(loadCode(at(8192 - 84 - 12))).toBe('no error');
    expect(loadCode(at(8192 - 84 - 8))).toBe('image-not-multiboot');
  });

  it('says what is wrong with an image it cannot boot, before it writes', () => {
    expect(loadCode(new Uint8Array())).toBe('image-empty');
    expect(loadCode(new Uint8Array(64))).toBe('image-not-multiboot');
    expect(loadCode(elf(MIB, [{ paddr: MIB, data: new Uint8Array(64) }]))).toBe('image-not-multiboot');
    expect(loadCode(elf(MIB, [{ paddr: MIB, data: note('coLinux'), type: 4 }]))).toBe('image-not-multiboot');
    expect(loadCode(elf(MIB, [{ ...kernelSegment(MIB), data: header(0x8) }]))).toBe(
      'image-flags-unsupported',
    );
    expect(loadCode(simple().subarray(0, 120))).toBe('image-truncated');
    expect(loadCode(elf(MIB, [kernelSegment(3 * MIB)]))).toBe('image-too-big');
    expect(loadCode(elf(MIB, [kernelSegment(MIB, 64, 0xfff00000)]))).toBe('image-too-big');
    expect(loadCode(elf(MIB, [kernelSegment(0x9f000, 64, 0x2000)]))).toBe('image-bad-address');
    expect(loadCode(elf(0xef000, [kernelSegment(0xef000, 64, 0x2000)]))).toBe('image-bad-address');
    expect(loadCode(elf(MIB, [{ ...kernelSegment(MIB), memsz: 10 }]))).toBe('image-malformed');
    expect(loadCode(elf(MIB, [{ ...kernelSegment(MIB), type: 7 }]))).toBe('image-malformed');
    const patched = (offset: number, value: number) => {
      const bytes = simple();
      bytes[offset] = value;
      return bytes;
    };
    expect(loadCode(patched(4, 2))).toBe('image-64-bit');
    expect(loadCode(patched(18, 40))).toBe('image-not-i386');
    expect(loadCode(patched(5, 2))).toBe('image-not-i386');
    expect(loadCode(patched(16, 1))).toBe('image-not-executable');
    expect(loadCode(patched(42, 16))).toBe('image-malformed');
  });

  it('asks for enough memory for all segments, not only for the first that does not fit', () => {
    const kernel = elf(MIB, [kernelSegment(3 * MIB), { ...kernelSegment(4 * MIB), memsz: 5 * MIB }]);
    expect(() => loadMultiboot(request(kernel), new TestBootMemory(2))).toThrow(
      /needs memory up to 0x900000, .* at least 9 MiB/,
    );
  });

  it('says what is wrong with the address fields of a flat image', () => {
    const flat = (...fields: number[]) => {
      const image = new Uint8Array(0x100);
      image.set(header(0x10000, ...fields));
      return loadCode(image);
    };
    expect(flat(0x100000, 0x100000, 0x100100, 0, MIB)).toBe('no error');
    expect(flat(0x100000, 0x100001, 0, 0, MIB)).toBe('image-malformed');
    expect(flat(0x100004, 0x100000, 0, 0, MIB)).toBe('image-malformed');
    expect(flat(0x100000, 0x100000, 0xfffff, 0, MIB)).toBe('image-malformed');
    expect(flat(0x100000, 0x100000, 0x100101, 0, MIB)).toBe('image-truncated');
    expect(flat(0x100000, 0x100000, 0, 0x1000ff, MIB)).toBe('image-malformed');
    expect(flat(0x100000, 0x100000, 0x100000, 0, MIB)).toBe('image-malformed');
    expect(loadCode(header(0x10000))).toBe('image-truncated');
    expect(loadCode(header(3))).toBe('image-not-multiboot');
  });

  it('refuses modules that do not fit', () => {
    const memory = new TestBootMemory(2);
    const modules = [{ bytes: new Uint8Array(MIB), name: 'm', args: '' }];
    expect(codeOf(() => loadMultiboot(request(simple(), { modules }), memory))).toBe('module-too-big');
    expect(memory.writes).toBe(0);
    const fitting = [{ bytes: new Uint8Array(MIB - 0x2000), name: 'm', args: '' }];
    expect(codeOf(() => loadMultiboot(request(simple(), { modules: fitting }), memory))).toBe('no error');
  });

  it('refuses a kernel that leaves no room for its boot information', () => {
    expect(loadCode(elf(MIB, [kernelSegment(MIB, 64, MIB)]))).toBe('image-too-big');
  });

  it('answers any damage with a BootError or success, and never writes outside RAM', () => {
    const random = createRandom(99);
    const flat = new Uint8Array(0x100);
    flat.set(header(0x10003, 0x100010, 0x100000, 0x100040, 0x100100, 0x100030), 0x20);
    const images = [
      simple(),
      flat,
      elf(MIB, [kernelSegment(MIB), { paddr: 0, data: note('coLinux'), type: 4 }]),
    ];
    const outcomes = new Set<string>();
    const memory = new TestBootMemory(2);
    const attempt = (bytes: Uint8Array) => outcomes.add(codeOf(() => loadMultiboot(request(bytes), memory)));
    for (const image of images) {
      for (let length = 0; length <= image.length; length++) {
        attempt(image.subarray(0, length));
      }
      for (let round = 0; round < 4000; round++) {
        const bytes = image.slice();
        for (let changes = 1 + random(3); changes > 0; changes--) {
          bytes[random(bytes.length)] = [0, 1, 2, 0x7f, 0x80, 0xff, random(256)][random(7)]!;
        }
        attempt(bytes);
      }
    }
    for (const code of ['no error', 'image-truncated', 'image-malformed', 'image-too-big', 'image-64-bit']) {
      expect(outcomes).toContain(code);
    }
  });
});

describe('identifyImage', () => {
  it('tells a cooperative kernel by its note, in a segment or a section', () => {
    expect(identifyImage(simple())).toBe('multiboot');
    const bySegment = elf(MIB, [kernelSegment(MIB), { paddr: 0, data: note('coLinux'), type: 4 }]);
    expect(identifyImage(bySegment)).toBe('cooperative');
    expect(identifyImage(elf(MIB, [kernelSegment(MIB), { paddr: 0, data: note('GNU'), type: 4 }]))).toBe(
      'multiboot',
    );
    const plain = elf(MIB, [{ paddr: MIB, data: new Uint8Array(16) }]);
    const bySection = new Uint8Array([...plain, ...new Uint8Array(40), ...note('GNU'), ...note('coLinux')]);
    const view = new DataView(bySection.buffer);
    view.setUint32(32, plain.length, true);
    view.setUint16(46, 40, true);
    view.setUint16(48, 1, true);
    view.setUint32(plain.length + 4, 7, true);
    view.setUint32(plain.length + 16, plain.length + 40, true);
    view.setUint32(plain.length + 20, bySection.length - plain.length - 40, true);
    expect(identifyImage(bySection)).toBe('cooperative');
  });

  it('recognises what people try instead', () => {
    const message = (bytes: Uint8Array) => {
      try {
        return identifyImage(bytes);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message(Uint8Array.of(0x1f, 0x8b, 8, 0))).toMatch(/gzip/);
    const two = new Uint8Array(64);
    new DataView(two.buffer).setUint32(8, 0xe85250d6, true);
    expect(message(two)).toMatch(/multiboot 2/);
    expect(message(elf(MIB, [{ paddr: MIB, data: new Uint8Array(64) }]))).toMatch(/neither a coLinux note/);
  });
});

describe('applyFirmwareState', () => {
  it('leaves the devices as QEMU hands them to a kernel', () => {
    const io = createTestBus();
    const time = createTestClock();
    const pic = new Pic8259(io.bus);
    new Pit8254(io.bus, time.clock, pic.line(0));
    new SystemControl(io.bus, pic.line(1), {
      onReset: () => undefined,
      onA20: () => undefined,
      onFpuErrorCleared: () => undefined,
    });
    applyFirmwareState(io.bus);
    expect([0x21, 0xa1, 0x4d0, 0x4d1, 0x92, 0x64].map((port) => io.in(port))).toEqual([
      0xb8, 0x8e, 0, 0x0c, 0x02, 0x1c,
    ]);
    io.out(0x43, 0xe2);
    expect(io.in(0x40) & 0x3f).toBe(0x34);
    expect(pic.hasInterrupt()).toBe(false);
    time.advance(6_000_000);
    expect([pic.hasInterrupt(), pic.acknowledge()]).toEqual([true, 8]);
    io.out(0x64, 0x20);
    expect(io.in(0x60)).toBe(0x61);
    expect(io.complaints).toEqual([]);
  });
});
