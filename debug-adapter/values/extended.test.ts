import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Extended, extendedText } from './extended.ts';

const value = (signExponent: number, significand: bigint): Extended => ({ signExponent, significand });

describe('an 80-bit value as text', () => {
  it.each([
    [value(0, 0n), '0'],
    [value(0x8000, 0n), '-0'],
    [value(0x3fff, 1n << 63n), '1'],
    [value(0xc000, 3n << 62n), '-3'],
    [value(0x3ffd, 1n << 63n), '0.25'],
    [value(0x4000, 0xc90fdaa22168c235n), '3.14159265358979323851'],
    [value(0x7fff, 1n << 63n), 'inf'],
    [value(0xffff, 3n << 62n), '-nan(0xc000000000000000)'],
    [value(0x7fff, 5n << 61n), 'snan(0xa000000000000000)'],
    [value(0x7fff, 1n), 'pseudo-nan(0x0000000000000001)'],
    [value(0x4000, 1n << 62n), '1 (unnormal)'],
  ])('%o is %s', (extended, text) => {
    expect(extendedText(extended)).toBe(text);
  });

  it('is what the C library prints', () => {
    // A linear congruential generator: the same numbers in every run.
    let seed = 12345n;
    const random = () => (seed = (seed * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n));
    const values = Array.from({ length: 400 }, (_, n) =>
      value(
        (Number(random() >> 48n) & (n < 200 ? 0xffff : 0x803f)) | (n < 200 ? 0 : 0x3fe0),
        random() | (1n << 63n),
      ),
    ).filter(({ signExponent }) => (signExponent & 0x7fff) < 0x7fff && (signExponent & 0x7fff) > 0);
    const folder = mkdtempSync(join(tmpdir(), 'extended-'));
    try {
      const program = `
        #include <stdio.h>
        #include <string.h>
        int main(void) {
          static const struct { unsigned long long low; unsigned short high; } values[] = {
            ${values.map((v) => `{ ${String(v.significand)}ull, ${String(v.signExponent)} }`).join(',\n')} };
          for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
            long double d = 0;
            memcpy(&d, &values[i].low, 8);
            memcpy((char *)&d + 8, &values[i].high, 2);
            printf("%.21Lg\\n", d);
          }
          return 0;
        }`;
      writeFileSync(join(folder, 'print.c'), program);
      execFileSync('gcc', ['-w', '-o', join(folder, 'print'), join(folder, 'print.c')]);
      const printed = execFileSync(join(folder, 'print'), { encoding: 'utf8' }).trim().split('\n');
      expect(values.map(extendedText)).toEqual(printed);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
