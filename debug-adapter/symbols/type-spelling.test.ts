import { describe, expect, it } from 'vitest';
import { asParameter, print, spellingsOf } from './type-spelling.ts';

const printed = (text: string) => spellingsOf(text)?.map((type) => print(asParameter(type)));

describe('a list of types', () => {
  it.each([
    ['', []],
    ['int', ['int']],
    ['unsigned, long unsigned int', ['unsigned int', 'unsigned long']],
    ['int long long unsigned', ['unsigned long long']],
    ['signed, signed char, short signed int', ['int', 'signed char', 'short']],
    ['double long', ['long double']],
    ['a::b const volatile *, volatile a::b const *', Array(2).fill('const volatile a::b*')],
    ['int const, int *const, int *const *', ['int', 'int*', 'int*const*']],
    ['struct task *, enum kernel::State', ['task*', 'kernel::State']],
    ['R<S<int> >, R<S<int>>', Array(2).fill('R<S<int>>')],
    ['R<3u>, R<3>', Array(2).fill('R<3>')],
    ['int (*)(A *, char), ...', ['int(*)(A*,char)', '...']],
    ['void (*)(void)', ['void(*)()']],
    ['{anonymous}::A, (anonymous namespace)::A', Array(2).fill('(anonymous namespace)::A')],
    ['&mut core::slice::Iter<&[u8]>', ['&mut core::slice::Iter<&[u8]>']],
    ["R<'a', ','>", ["R<'a',','>"]],
  ])('%s is read', (text, types) => {
    expect(printed(text)).toEqual(types);
  });

  it.each([
    'R<',
    'R<int',
    'R>',
    '(',
    ')',
    'a::',
    'a < b',
    'R<'.repeat(40) + '>'.repeat(40),
    'x'.repeat(5000),
  ])('%s is none', (text) => {
    expect(printed(text)).toBeUndefined();
  });
});
