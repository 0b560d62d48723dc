/** A ROM starts where a processor starts. */
import { describe, expect, it } from 'vitest';
import { createMachine } from '../machine/machine.ts';
import { BootError } from './boot-error.ts';

const KIB = 1024;

/** A ROM of `size` bytes with `code` at offset 0 of its last 64 KiB, and a far jump there at the reset vector. */
function rom(size: number, code: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(size).fill(0xff);
  bytes.set(code, size - 64 * KIB);
  // jmp F000:0000
  bytes.set([0xea, 0x00, 0x00, 0x00, 0xf0], size - 16);
  return bytes;
}

function start(bios: Uint8Array) {
  const posts: [number, number][] = [];
  const machine = createMachine(
    { bios, memoryBytes: 2 << 20, rtcSeconds: 0 },
    {
      serial: () => undefined,
      debugcon: () => undefined,
      log: () => undefined,
      post: (port, value) => void posts.push([port, value]),
    },
  );
  return { machine, posts };
}

describe('a flat ROM', () => {
  it.each([64, 128, 256])('of %d KiB starts at the reset vector in real mode', (kib) => {
    // mov al, 5Ah; out 80h, al; mov dx, 190h; out dx, al; cli; hlt
    const { machine, posts } = start(
      rom(kib * KIB, [0xb0, 0x5a, 0xe6, 0x80, 0xba, 0x90, 0x01, 0xee, 0xfa, 0xf4]),
    );
    expect(machine.cpu.linearEip()).toBe(0xffff_fff0);
    expect(machine.run(1000).kind).toBe('halted');
    expect(posts).toEqual([
      [0x80, 0x5a],
      [0x190, 0x5a],
    ]);
    expect(machine.cpu.linearEip()).toBe(0xf_000a);
  });

  it('cannot be written, and the byte beside it can', () => {
    // mov ax, F000h - 1; mov ds, ax; mov word [000Fh], 1234h; mov byte [0020h], 1; cli; hlt
    const code = [
      0xb8, 0xff, 0xef, 0x8e, 0xd8, 0xc7, 0x06, 0x0f, 0x00, 0x34, 0x12, 0xc6, 0x06, 0x20, 0x00, 0x01, 0xfa,
      0xf4,
    ];
    const { machine } = start(rom(64 * KIB, code));
    expect(machine.run(1000).kind).toBe('halted');
    expect(machine.memory.read(0xe_ffff, 1)).toBe(0x34);
    expect(machine.memory.read(0xf_0000, 1)).toBe(0xb8);
    expect(machine.memory.read(0xf_0010, 1)).toBe(code[16]);
  });

  it('sees the first megabyte above the first megabyte while A20 is off', () => {
    // mov ax, FFFFh; mov ds, ax; mov byte [0510h], 5Ah; mov al, 0; out 92h, al; mov byte [0510h], A5h; mov al, 2; out 92h, al; cli; hlt
    const code = [
      ...[0xb8, 0xff, 0xff, 0x8e, 0xd8, 0xc6, 0x06, 0x10, 0x05, 0x5a, 0xb0, 0x00, 0xe6, 0x92],
      ...[0xc6, 0x06, 0x10, 0x05, 0xa5, 0xb0, 0x02, 0xe6, 0x92, 0xfa, 0xf4],
    ];
    const { machine } = start(rom(64 * KIB, code));
    expect(machine.run(1000).kind).toBe('halted');
    expect(machine.memory.read(0x10_0500, 1)).toBe(0x5a);
    expect(machine.memory.read(0x0500, 1)).toBe(0xa5);
  });

  it('of another size is refused in a sentence', () => {
    expect(() => start(new Uint8Array(1000))).toThrow(BootError);
    expect(() => start(new Uint8Array(1000))).toThrow(
      /must have 64, 128 or 256 KiB, but this one has 1000 bytes/,
    );
  });
});
