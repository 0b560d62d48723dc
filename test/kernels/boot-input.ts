/*
 * Owns what the test programs are started with: a command line and modules for `boot`, which looks for them, nothing for the
 * others.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Module {
  readonly name: string;
  readonly args: string;
  readonly bytes: Uint8Array;
}

export interface BootInput {
  /** The words behind the kernel's name. */
  readonly args: string;
  readonly modules: readonly Module[];
}

const NOTHING: BootInput = { args: '', modules: [] };

/** Byte `at` of module `number`, as boot.c computes it too. */
const moduleByte = (number: number, at: number) => (at * (7 + number) + 13 * number + (at >> 8)) & 0xff;

const BOOT: BootInput = {
  args: "--answer=42 'two words' last",
  modules: [
    {
      name: 'one.bin',
      args: 'first module',
      bytes: Uint8Array.from({ length: 5000 }, (_, at) => moduleByte(0, at)),
    },
    {
      name: 'two.bin',
      args: 'second',
      bytes: Uint8Array.from({ length: 13195 }, (_, at) => moduleByte(1, at)),
    },
  ],
};

export const bootInput = (program: string): BootInput => (program === 'boot' ? BOOT : NOTHING);

/** The same as QEMU's options; the modules become files in `folder`. */
export function qemuBootInput(
  { args, modules }: BootInput,
  folder: string,
): { append?: string; initrd?: string } {
  if (modules.length === 0) return {};
  const files = modules.map(({ name, args: words, bytes }) => {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return `${file} ${words}`;
  });
  return { append: args, initrd: files.join(',') };
}
