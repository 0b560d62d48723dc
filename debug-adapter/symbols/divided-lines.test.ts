/** Lines with several blocks, which compilers tell apart by discriminators: breakpoints on them are where gdb has them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { SymbolImage } from './image.ts';
import { gdb, openWorkshop, run } from './testing/fixtures.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});

const SOURCE = `volatile unsigned sink;
static inline int twice(int x) { static int calls; int y = x * 2; calls++; sink += y; return y + calls; }
int each(int n) { int s = 0; for (int i = 0; i < n; i++) { int sq = i * i; s += sq ? sq : n; } while (n-- > 3) { int h = n / 3; s -= h; } return s; }
int vary(int n, ...) { __builtin_va_list ap; __builtin_va_start(ap, n); int s = 0; for (int i = 0; i < n; i++) s += __builtin_va_arg(ap, int); return s; }
int both(int a, int b) {
  int left = a, sum = 0; while (left-- > 0) sum += twice(b + left) + each(left);
  if (a > b) { int c = a - b; sink += c; } else { int d = b - a; sink += d; }
  for (int i = 0; i < a; i++) for (int j = 0; j < b; j++) { int p = i * j; sum += p; }
  return sum;
}
int main_of_all(int n) { return both(n, 3) + vary(2, n, n) + each(n); }
void _start(void) { sink = main_of_all(5); for (;;); }
`;
const LINES = SOURCE.split('\n').length;

/** Locations by line, as gdb sets them; of a line without code those of the next that has some. */
function theirs(path: string): number[][] {
  const lines = Array.from({ length: LINES }, (_, n) => n + 1);
  const commands = lines.flatMap((line) => [`break divided.c:${line}`, 'info breakpoints', 'delete']);
  const said = gdb(path, commands);
  return lines.map((_, n) => {
    const places = said[3 * n + 1]!.matchAll(/ y +0x([0-9a-f]+) /g);
    return [...places].map(([, hex]) => Number.parseInt(hex!, 16)).sort((a, b) => a - b);
  });
}

describe.each([
  ['gcc', ['-O0', '-gdwarf-5']],
  ['gcc', ['-O1', '-gdwarf-4']],
  ['gcc', ['-O2', '-gdwarf-5']],
  ['gcc', ['-O3', '-gdwarf-4', '-fomit-frame-pointer']],
  ['clang', ['-O0', '-gdwarf-4']],
] as const)('%s %j', (compiler, flags) => {
  const source = workshop.source('divided.c');
  const path = `${source}-${compiler}${flags.join('')}`;
  writeFileSync(source, SOURCE);
  const target = compiler === 'clang' ? ['--target=i386-linux-gnu'] : [];
  const options = ['-m32', '-march=i686', '-ffreestanding', '-fno-pie', '-fno-stack-protector', '-c'];
  run(compiler, [...target, ...options, ...flags, source, '-o', `${path}.o`]);
  run('ld', ['-m', 'elf_i386', '-e', '_start', `${path}.o`, '-o', path]);
  const image = SymbolImage.open(new Uint8Array(readFileSync(path)), path);

  it('has the locations that gdb has', () => {
    const mine = Array.from({ length: LINES }, (_, n) => [
      ...(image.addressesForLine(source, n + 1)?.addresses ?? []),
    ]);
    const wanted = theirs(path);
    expect(mine).toEqual(wanted);
    expect(wanted.filter((places) => places.length > 0).length).toBeGreaterThan(8);
  });
});
