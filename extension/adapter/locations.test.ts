import { expect, it } from 'vitest';
import { isAbsolutePath, isUri, locateDevice, splitModule } from './locations.ts';

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

it.each([
  ['disks', 'a b.img', '<a b.img>'],
  ['disks', 'a,b.img,cow', '<a,b.img>,cow'],
  ['disks', ',ro', ',ro'],
  ['shares', 'src=here,ro', 'src=<here>,ro'],
  ['shares', 'src=/a=b', 'src=</a=b>'],
  ['shares', 'src', 'src'],
  [
    'networks',
    'slirp,tcp:2222:22,capture=c.pcapng,restrict',
    'slirp,tcp:2222:22,capture=<c.pcapng>,restrict',
  ],
  ['networks', 'slirp', 'slirp'],
] as const)('finds the path of a device: %s %s', (kind, text, located) => {
  expect(locateDevice(kind, text, (path) => `<${path}>`)).toBe(located);
});
