/** Kernels of a few lines of assembly or C that a test builds for itself. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Bundle } from './bundle.ts';

const FLAGS = ['-m32', '-g', '-nostdlib', '-static', '-no-pie', '-ffreestanding', '-fno-pic'];

/** How a kernel in C that GRUB would load begins: `kmain` on a stack of its own. */
export const C_ENTRY = `
__asm__(".section .text.head, \\"ax\\"\\n.align 4\\n.long 0x1badb002, 0, -0x1badb002\\n"
	".globl _start\\n_start: movl $stack + 4096, %esp\\n call kmain\\n cli\\n1: hlt\\n jmp 1b\\n"
	".bss\\n.align 16\\nstack: .skip 4096\\n.text\\n");
`;

interface BuildOptions {
  readonly suffix?: '.S' | '.c';
  readonly flags?: readonly string[];
  readonly compiler?: 'gcc' | 'clang';
}

/** Builds an image that is linked at 2 MiB. @returns its path; the source lies beside it */
export function buildImage(
  bundle: Bundle,
  name: string,
  source: string,
  { suffix = '.S', flags = [], compiler = 'gcc' }: BuildOptions = {},
): string {
  const file = bundle.file(name + suffix);
  const image = bundle.file(`${name}.elf`);
  writeFileSync(file, source);
  const linker = '-Wl,-m,elf_i386,-Ttext=0x200000,--build-id=none';
  execFileSync(compiler, [...FLAGS, ...flags, linker, file, '-o', image], { stdio: 'pipe' });
  return image;
}
