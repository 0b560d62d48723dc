/** How the debug console writes values that are no 32-bit numbers: as gdb does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, openSession, type Session } from './support/session.ts';
import { type Bundle, bundleAdapter } from './support/bundle.ts';

let bundle: Bundle;
let session: Session;
const SOURCE =
  C_ENTRY +
  String.raw`
float single = 0.1f;
double twofold = -2.5;
long double extended = 1.1L;
double _Complex pair = 1.0 + 2.0i;
typedef float metres;
metres height = 1.5f;
unsigned bits = 0x3f800000;
float row[2] = {1.5f, 2.5f};
char text[8] = "ab\\\"c", letter = '\\';
char *path = "a\\b";
static int table[4] = {1, 2, 3, 4};
void kmain(void) { __asm__("" :: "g"(table)); single = single; /* here */ }`;

beforeAll(async () => {
  bundle = await bundleAdapter();
  const kernel = buildImage(bundle, 'formats', SOURCE, { suffix: '.c', flags: ['-O0'] });
  const source = bundle.file('formats.c');
  session = await openSession(bundle.adapter);
  await session.launch({ kernel, breakpoints: [[source, lineOf(source, '/* here */')]] });
  await session.stop();
});
afterAll(async () => {
  await session.close();
  bundle.dispose();
});
const run = (text: string) => session.evaluate(text, { context: 'repl' });

describe('p', () => {
  it.each([
    // The bits, as gdb 13 has them.
    ['p/x single', '0x3dcccccd'],
    ['p/x height', '0x3fc00000'],
    ['p/x twofold', '0xc004000000000000'],
    ['p/x extended', '0x3fff8ccccccccccccccd'],
    ['p/x pair', '0x40000000000000003ff0000000000000'],
    ['p/f bits', '1'],
    ['p/f single', '0.1'],
    ['p/f row', '[2] {1.5, 2.5}'],
    ['p/s path', '"a\\\\b"'],
    ['p/s text', '"ab\\\\\\"c"'],
    ['p/c letter', "92 '\\\\'"],
    ["p/c '\\''", "39 '\\''"],
    ['p/d (int)twofold', '-2'],
  ])('%s is %s', async (command, said) => {
    expect(await run(command)).toBe(said);
  });
});

describe('memory', () => {
  it('has names where data is, and text that can be read back', async () => {
    expect(await run('x/2dw &table[1]')).toMatch(/^0x[0-9a-f]{8} <table\+0x4>: +2 +3$/);
    expect(await run('x/s path')).toMatch(/: "a\\\\b"$/);
    expect(await run('sym &table[1]')).toMatch(/^0x[0-9a-f]{8} +table\+0x4$/);
    expect(await run('p/a &table[2]')).toMatch(/^0x[0-9a-f]{8} <table\+0x8>$/);
  });
});

describe('an assignment that cannot be', () => {
  it.each([
    ['path = "other"', /^The kernel has no memory with this string: only an array of characters can be set/],
    [
      'pair = 1',
      /^A complex number cannot be set: write its parts to its memory, for example \*\(double \*\)&z = 1\./,
    ],
  ])('%s says what can be done', async (command, sentence) => {
    await expect(run(command)).rejects.toThrow(sentence);
  });

  it('has that way', async () => {
    expect(await run('*(double *)&pair = 4')).toBe('4');
    expect(await run('pair')).toBe('4 + 2i');
    expect(await run('path = text')).toMatch(/"ab/);
  });
});
