/** Lists of symbols as nm writes them, read as the ELF files that they are made into. */
import { describe, expect, it } from 'vitest';
import { SymbolImage } from './image.ts';
import { elfOfSymbolList } from './symbol-list.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const opened = (text: string) => SymbolImage.open(elfOfSymbolList(bytes(text))!, 'System.map');

const MAP = `c1000000 T startup_32
c1000000 T _text
c1000100 t local_one
c1000180 W weak_one
c1001000 R __start_rodata
c1800000 T start_kernel
c1900000 D jiffies
c1900004 b counter
         U elsewhere
`;

describe('a list of symbols', () => {
  const image = opened(MAP);

  it('has functions, up to the next one or to the data behind them', () => {
    expect(image.functionAt(0xc100_0110)).toMatchObject({ name: 'local_one', lowPc: 0xc100_0100 });
    expect(image.functionAt(0xc100_0ff0)?.name).toBe('weak_one');
    expect(image.functionAt(0xc100_1004)).toBeUndefined();
    expect(image.functionAt(0xc180_0010)?.name).toBe('start_kernel');
    expect([0xc100_0000, 0xc100_1004, 0xc190_0000].map((at) => image.isCode(at))).toEqual([
      true,
      false,
      false,
    ]);
    expect(image.hasDebugInfo).toBe(false);
  });

  it('has data by name and address', () => {
    expect(image.symbolNamed('jiffies')).toMatchObject({
      address: 0xc190_0000,
      type: 'object',
      global: true,
    });
    expect(image.symbolNamed('counter')).toMatchObject({ address: 0xc190_0004, global: false });
    expect(image.symbolNamed('elsewhere')).toBeUndefined();
  });

  it('may come from a kernel that runs, with symbols of modules, which are left out', () => {
    const running = opened('c1000000 T _text\nc1000010 T schedule\nd0800000 t probe\t[e1000]\n');
    expect(running.functionAt(0xc100_0020)?.name).toBe('schedule');
    expect(running.symbolNamed('probe')).toBeUndefined();
  });

  it('is refused when the kernel has hidden the addresses', () => {
    expect(() => elfOfSymbolList(bytes('00000000 T _text\n00000000 T schedule\n'))).toThrow('kptr_restrict');
  });

  it.each([
    ['of a 64-bit kernel', 'ffffffff81000000 T _text\nffffffff81000010 T schedule\n', '16 were found'],
    [
      'of which Debian has only the place',
      'ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n',
      'only says that it is in the package linux-image-<version>-dbg: take it from there, or save',
    ],
  ])('is refused %s', (_what, text, message) => {
    expect(() => elfOfSymbolList(bytes(text))).toThrow(message);
  });

  it.each([
    ['nothing', ''],
    ['text', 'hello\nworld\n'],
    ['bytes', '\x7fELF\x01\x01\x01'],
  ])('is not %s', (_what, text) => {
    expect(elfOfSymbolList(bytes(text))).toBeUndefined();
  });
});
