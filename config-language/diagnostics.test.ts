import { describe, expect, it } from 'vitest';
import { english } from './translate.ts';
import { diagnose } from './diagnostics.ts';
import { fixes } from './fixes.ts';
import { applied, documentOf, filesOf } from './testing/workspace.ts';

const files = filesOf({
  'build/kernel.elf': '',
  'root.img': '',
  'swap space.img': '',
  'src/': '',
  'bad.conf': 'mem=1',
  'outer.conf': '@bad.conf',
});

/** Each as the text that is marked, and the message. */
async function problemsOf(source: string): Promise<string[]> {
  const { document, text } = await documentOf(source, files);
  const lines = text.split('\n');
  return (await diagnose(document, files, english)).map(
    ({ range, severity, message }) =>
      `${lines[range.start.line]!.slice(range.start.character, range.end.character)}: ${severity}: ${message}`,
  );
}

/** The text that each fix of the only diagnostic makes, by title. */
async function fixed(source: string): Promise<Record<string, string>> {
  const { document, text } = await documentOf(source, files);
  const found = await diagnose(document, files, english);
  expect(found).toHaveLength(1);
  const offered = await fixes(document, found[0]!, files, english);
  return Object.fromEntries(
    offered.map(({ title, edits, create }) => [
      title,
      create ? `${create.kind} ${create.path}` : applied(text, edits),
    ]),
  );
}

describe('diagnostics', () => {
  it('are none for a right file', async () => {
    expect(
      await problemsOf(
        'kernel=build/kernel.elf cobd0=root.img\ncobd1="swap space.img",cow cofs0=src hda=:cobd0 quiet',
      ),
    ).toEqual([]);
  });

  it.each([
    ['mem=1', '1: error: mem= expects a whole number'],
    ['cofs0=. mem=16 mem=32', 'mem: error: mem is defined already (guest.colinux:1)'],
    ['kernle=x', 'kernle: warning: kernle= is no key'],
    ['kernel="build/a b.elf"', '"build/a b.elf": error: There is no file build/a b.elf'],
    ['cobd1="swap space.image",cow', '"swap space.image": error: There is no file'],
    ['cofs0=root.img', 'root.img: error: root.img is a file, but a folder is expected here'],
    ['hda=gone.img,ro', 'gone.img: error: There is no file gone.img'],
    ['cobd0=src', 'src: error: src is a folder, but a file is expected here'],
    ['eth0=socket,nonsense', 'socket,nonsense: error: eth0= expects'],
    ['@gone.conf', '@gone.conf: error: The file "gone.conf" cannot be read'],
    ['@bad.conf', '@bad.conf: error: bad.conf:1: mem= expects'],
    ['quiet @outer.conf', '@outer.conf: error: bad.conf:1: mem= expects'],
  ])('%s', async (text, expected) => {
    const [first, ...rest] = await problemsOf(text);
    expect(first).toContain(expected);
    expect(rest).toEqual([]);
  });
});

describe('quick fixes', () => {
  it.each([
    ['kernle=x', { 'Change to kernel=': 'kernel=x' }],
    ['cbod=x', { 'Change to cobd0=': 'cobd0=x' }],
    ['mem=16\nmem=32 # twice\n', { 'Remove mem=32': 'mem=16\n# twice\n' }],
    ['mem=16\nmem=32\nquiet', { 'Remove mem=32': 'mem=16\nquiet' }],
    ['cofs0=src cofs0=src', { 'Change to cofs1=': 'cofs0=src cofs1=src', 'Remove cofs0=src': 'cofs0=src ' }],
    ['cofs32=src', { 'Change to cofs0=': 'cofs0=src' }],
    ['mem=1024', { 'Change to 512': 'mem=512' }],
    ['cursor=120', { 'Change to 100': 'cursor=100' }],
    ['setcobd=asnyc', { 'Change to async': 'setcobd=async' }],
    ['eth0=slrip,,tcp:1:2', { 'Change to slirp,,tcp:1:2': 'eth0=slirp,,tcp:1:2' }],
    ['color=yelow,blue', { 'Change to yellow,blue': 'color=yellow,blue' }],
    ['cocon=', { 'Write cocon=100x40': 'cocon=100x40', 'Remove cocon=': '' }],
    ['kernel="build/kernel.elf', { 'Close the quote': 'kernel="build/kernel.elf"' }],
    ['cobd0=root.img hda=:cobd1', { 'Change to :cobd0': 'cobd0=root.img hda=:cobd0' }],
    ['kernel=build/kernl.elf', { 'Change to build/kernel.elf': 'kernel=build/kernel.elf' }],
    ['cobd0=rot.img,cow', { 'Change to root.img': 'cobd0=root.img,cow' }],
    ['cofs0=new', { 'Make the folder new': 'folder new' }],
    ['@disks.conf', { 'Make the file disks.conf': 'file disks.conf' }],
    ['scsi0=disk', { 'Remove scsi0=disk': '' }],
    [
      'cobd0=root.img cobd1="root.img",cow',
      { 'Open both read-only': 'cobd0=root.img,ro cobd1="root.img",ro' },
    ],
  ])('%s', async (text, expected) => {
    expect(await fixed(text)).toEqual(expected);
  });
});
