// The kernel of the stress test, built into a folder.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SOURCE } from './rounds.mjs';

const FLAGS = ['-m32', '-g', '-O1', '-nostdlib', '-static', '-no-pie', '-ffreestanding', '-fno-pic'];

/** @returns its path */
export function buildKernel(folder) {
  const image = join(folder, 'stress.elf');
  const linker = '-Wl,-m,elf_i386,-Ttext=0x200000,--build-id=none';
  const options = [...FLAGS, '-mgeneral-regs-only', linker];
  const { status, stderr } = spawnSync('gcc', [...options, SOURCE, '-o', image], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the kernel of the stress test cannot be built: ${stderr}`);
  return image;
}
