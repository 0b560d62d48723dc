/** Kernels of a few machine instructions, for tests: a flat multiboot image that is loaded at 1 MiB. */
import type { BootRequest } from '../protocol/machine-protocol.ts';

/** Where the first instruction of `tinyKernel` lies. */
export const TINY_ENTRY = 0x10_0020;

/** What boots `code` in protected mode with flat segments, interrupts and paging off. */
export function tinyKernel(code: readonly number[], pace: BootRequest['pace'] = 'fast'): BootRequest {
  const base = 0x10_0000;
  const header = Uint32Array.of(
    0x1bad_b002,
    0x1_0000,
    -(0x1bad_b002 + 0x1_0000),
    base,
    base,
    0,
    0,
    TINY_ENTRY,
  );
  const bytes = new Uint8Array(header.byteLength + code.length);
  bytes.set(new Uint8Array(header.buffer));
  bytes.set(code, header.byteLength);
  return {
    memoryBytes: 4 << 20,
    kernel: { bytes, name: 'tiny', args: '' },
    modules: [],
    rtcSeconds: 0,
    pace,
  };
}

/** The four bytes of a 32-bit immediate. */
export const imm32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
