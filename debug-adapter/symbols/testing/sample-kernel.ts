/** The sample guest as it is built with other compilers, levels and debug information than its own Makefile says. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Compiler, run } from './fixtures.ts';

const SAMPLE = fileURLToPath(new URL('../../../samples/hello-guest', import.meta.url));
/** What its Makefile has besides. */
const FLAGS =
  '-m32 -march=i686 -std=gnu11 -ffreestanding -mgeneral-regs-only -fno-pie -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-common';

export type SampleVariant = readonly [label: string, compiler: Compiler, level: string, version: number];

export const SAMPLE_VARIANTS: readonly SampleVariant[] = (['gcc', 'clang'] as const).flatMap((compiler) =>
  ['-O0', '-Og', '-O2'].flatMap((level) =>
    [4, 5].map((version): SampleVariant => [
      `${compiler} ${level} DWARF ${version}`,
      compiler,
      level,
      version,
    ]),
  ),
);

/** @returns the path of the kernel, below `folder` */
export function buildSample(folder: string, [, compiler, level, version]: SampleVariant): string {
  const to = join(folder, `${compiler}${level}-${version}`);
  const debug = `-gdwarf-${version}`;
  run('make', [
    ...['-s', '-j2', '-C', SAMPLE, `BUILD=${to}`, `CC=${compiler}`],
    ...[`CFLAGS=${FLAGS} ${debug} ${level}`, `ASFLAGS=-m32 ${debug}`],
  ]);
  return join(to, 'hello-guest.elf');
}
