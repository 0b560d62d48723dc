/*
 * The 32-bit boot protocol of Linux, seen by a kernel: a bzImage of our own tells what it finds. Linux itself: `npm run test:linux`.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runImage } from './run-machine.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const kernel = join(folder, 'build/linux/bzImage');

describe('a bzImage', () => {
  beforeAll(async () => {
    execFileSync('node', [join(folder, '../../tools/build-kernels.mjs'), 'test/kernels'], {
      stdio: 'inherit',
    });
  });

  it('finds registers, segments, words, initrd and memory as boot.rst has them', () => {
    const initrd = Uint8Array.from({ length: 5000 }, (_, n) => n * 7);
    const sum = initrd.reduce((value, byte) => (Math.imul(value, 31) + byte) >>> 0, 0);
    const { com1, end } = runImage(kernel, 'console=ttyS0 one "two words"', 40, initrd);
    expect(com1.split('\n'), end).toEqual([
      'eflags 00000000',
      'zeros 00000000',
      'cs ds 00100018',
      'es ss 00180018',
      'loader 000000ff',
      'words console=ttyS0 one "two words"',
      // The page below what its header allows: 32 MiB of the 40.
      `initrd ends at 01fff${(5000 - 4096).toString(16)}`,
      `initrd sum ${sum.toString(16).padStart(8, '0')}`,
      'ram to 0009fc00',
      'ram to 02800000',
      '',
    ]);
  });

  it('boots without an initrd', () => {
    const { com1, status } = runImage(kernel, '', 16);
    expect(com1).toContain('words \ninitrd ends at 00000000\n');
    expect(status).toBe(1);
  });
});
