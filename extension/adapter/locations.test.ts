import { expect, it } from 'vitest';
import { isAbsolutePath, isUri, splitModule } from './locations.ts';

it.each([
  ['vscode-remote://host:1/a', true],
  ['file:///a', true],
  ['C:\\a', false],
  ['/a/b', false],
  ['build/k.elf', false],
])('%s is a URI: %s', (text, expected) => {
  expect(isUri(text)).toBe(expected);
});

it.each([
  ['/a', true],
  ['c:/a', true],
  ['\\\\server\\a', true],
  ['a/b', false],
  ['./a', false],
])('%s is absolute: %s', (text, expected) => {
  expect(isAbsolutePath(text)).toBe(expected);
});

it('splits a module into its file and its arguments', () => {
  expect(splitModule(' initrd.img quiet a=b ')).toEqual({ file: 'initrd.img', rest: ' quiet a=b' });
  expect(splitModule('initrd.img')).toEqual({ file: 'initrd.img', rest: '' });
});
