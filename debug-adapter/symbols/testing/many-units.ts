/** A program of many units, each of which uses one header. Test support only. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Workshop } from './fixtures.ts';

/**
 * Unit `n` has the function `f<n>`, whose line 5 calls the inlined function of `common.h` (line 3), and the variable `count<n>`.
 * @returns the path of the program
 */
export function buildMany(workshop: Workshop, units: number): string {
  const file = (name: string) => join(workshop.directory, name);
  writeFileSync(file('common.h'), 'static inline int common(int n)\n{\n  return n * 3;\n}\n');
  const names = Array.from({ length: units }, (_, n) => `unit${n}`);
  for (const [n, name] of names.entries())
    writeFileSync(
      file(`${name}.c`),
      `#include "common.h"\nint count${n};\nint f${n}(int n)\n{\n  return common(n) + count${n};\n}\n`,
    );
  const sources = names.map((name) => file(`${name}.c`));
  const flags = ['-m32', '-g', '-O0', '-ffreestanding', '-fno-pie', '-no-pie', '-nostdlib', '-Wl,-e,f0'];
  run('gcc', [...flags, ...sources, '-o', file('many')]);
  return file('many');
}
