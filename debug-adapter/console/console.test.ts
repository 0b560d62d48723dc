/** What is a command and what is an expression; words, patterns and formats of operands. */
import { describe, expect, it } from 'vitest';
import { commandLine } from './console.ts';
import { lettersOf, unitText } from './formats.ts';
import { patternOf, words } from './operands.ts';
import { styleFor, table } from './style.ts';

const read = (line: string, ...locals: string[]) => {
  const found = commandLine(line, (name) => locals.includes(name));
  return found && `${found.command.name}|${found.letters}|${found.operands}`;
};

describe('a line', () => {
  it.each([
    ['walk', 'walk||'],
    ['  walk   &x  ', 'walk||&x'],
    ['x/8xw $esp', 'x|8xw|$esp'],
    ['last-branches 5', 'last-branches||5'],
    ['p (int)y', 'p||(int)y'],
  ])('is a command: %s', (line, parsed) => {
    expect(read(line)).toBe(parsed);
  });

  it.each([
    ['walker'],
    ['walk.next'],
    ['walk->next'],
    ['walk(1)'],
    ['x=1'],
    ['x+1'],
    ['$eax'],
    [''],
    ['1'],
    ['Walk'],
  ])('is an expression: %s', (line) => {
    expect(read(line)).toBeUndefined();
  });

  it('with the name of a local variable is an expression, unless that is no C', () => {
    expect(read('x', 'x')).toBeUndefined();
    expect(read('x - 1', 'x')).toBeUndefined();
    expect(read('x/2', 'x')).toBeUndefined();
    expect(read('x/2xw $esp', 'x')).toBe('x|2xw|$esp');
    expect(read(':x $esp', 'x')).toBe('x||$esp');
    expect(() => read(':walker')).toThrow('There is no command "walker"');
  });
});

describe('operands', () => {
  it('are split outside of brackets and quotes', () => {
    expect(words('a  (b + c)[d e] "f g" h')).toEqual(['a', '(b + c)[d e]', '"f g"', 'h']);
    expect(words('f(a, (b c)) d')).toEqual(['f(a, (b c))', 'd']);
    expect(words('"open')).toEqual(['"open']);
    expect(words('')).toEqual([]);
  });

  it('are bytes in hexadecimal or text', () => {
    expect(patternOf('de AD beef')).toEqual(Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
    expect(patternOf('"a\\n\\"\\0ä"')).toEqual(Uint8Array.of(97, 10, 34, 0, 0xc3, 0xa4));
    for (const wrong of ['', 'abc', 'xy', '"open', '0x12']) expect(patternOf(wrong), wrong).toBeUndefined();
  });
});

describe('formats', () => {
  it('have the usual sizes where none is given', () => {
    expect(lettersOf('')).toEqual({ count: 1, format: 'x', size: 4 });
    expect(lettersOf('8xb')).toEqual({ count: 8, format: 'x', size: 1 });
    expect(lettersOf('3c')).toEqual({ count: 3, format: 'c', size: 1 });
    expect(lettersOf('wx')).toEqual({ count: 1, format: 'x', size: 4 });
    expect(lettersOf('2gf')).toEqual({ count: 2, format: 'f', size: 8 });
    for (const wrong of ['0x', '5000x', 'z', 'xx', 'x5', 'bf'])
      expect(() => lettersOf(wrong), wrong).toThrow('no format');
  });

  it('write a unit', () => {
    const unit = (format: string, ...bytes: number[]) =>
      unitText(Uint8Array.from(bytes), format, () => 'name');
    expect(unit('x', 0x34, 0x12)).toBe('0x1234');
    expect(unit('d', 0xff)).toBe('-1');
    expect(unit('u', 0xff)).toBe('255');
    expect(unit('o', 8)).toBe('010');
    expect(unit('o', 0)).toBe('0');
    expect(unit('t', 5)).toBe('00000101');
    expect(unit('c', 0x41)).toBe("65 'A'");
    expect(unit('c', 0x80)).toBe("-128 '\\x80'");
    expect(unit('f', 0, 0, 0x80, 0x3f)).toBe('1');
    expect(unit('a', 0, 0, 0x10, 0xc0)).toBe('0xc0100000 <name>');
    expect(unit('x', ...new Array<number>(8).fill(0xff))).toBe('0xffffffffffffffff');
  });
});

describe('text', () => {
  it('is coloured only for clients that show it, and columns do not count the colours', () => {
    const { bad, name } = styleFor(true);
    expect(styleFor(false).bad('x')).toBe('x');
    expect(bad('x')).toBe('\x1b[31mx\x1b[0m');
    expect(
      table([
        ['a', name('bcd'), 'e'],
        ['ff', 'g', 'h'],
      ]),
    ).toBe(`a   ${name('bcd')}  e\nff  g    h`);
  });
});
