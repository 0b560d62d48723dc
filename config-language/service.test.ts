import { describe, expect, it } from 'vitest';
import { createRandom } from '../core/testing/random.ts';
import { english } from './translate.ts';
import { complete } from './completion.ts';
import { diagnose } from './diagnostics.ts';
import { fixes } from './fixes.ts';
import { format } from './format.ts';
import { hover } from './hover.ts';
import { definition, links } from './links.ts';
import { outline } from './outline.ts';
import { applied, documentOf, filesOf } from './testing/workspace.ts';

const files = filesOf({ 'build/kernel.elf': '', 'build/a b.elf': '', 'root.img': '', 'src/main.c': '' });

describe('completion', () => {
  /** Labels, and the text after one was chosen. */
  async function completed(source: string, label?: string) {
    const { document, cursor, text } = await documentOf(source, files);
    const all = await complete(document, cursor, files, english);
    const chosen = all.find((one) => one.label === label);
    const labels = [...all].sort((a, b) => a.order - b.order).map((one) => one.label);
    return { labels, text: chosen && applied(text, [chosen]) };
  }

  it('gives keys that are not there yet, with the first free unit', async () => {
    const { labels } = await completed('kernel=a cobd0=b |');
    expect(labels).toEqual(expect.arrayContaining(['mem', 'cobd1', 'eth0', '@']));
    expect(labels).not.toContain('kernel');
  });

  it.each([
    ['co|', 'cobd0', 'cobd0='],
    ['mem=16\nke|', 'kernel', 'mem=16\nkernel='],
    ['kernel=|', 'build', 'kernel=build/'],
    ['kernel=build/k|', 'kernel.elf', 'kernel=build/kernel.elf'],
    ['kernel=build/|', 'a b.elf', 'kernel="build/a b.elf"'],
    ['cobd0=root.img|', ',cow', 'cobd0=root.img,cow'],
    ['cobd0=root.img,r|', ',ro', 'cobd0=root.img,ro'],
    ['cobd0=a hda=|', ':cobd0', 'cobd0=a hda=:cobd0'],
    ['eth0=s|', 'slirp[,MAC[,REDIRECTIONS]]', 'eth0=slirp'],
    ['color=yellow,b|', 'blue', 'color=yellow,blue'],
    ['@|', 'root.img', '@root.img'],
    ['cofs0=|', 'src', 'cofs0=src/'],
  ])('%s → %s', async (source, label, expected) => {
    expect((await completed(source, label)).text).toBe(expected);
  });

  it('is silent in comments, and in words of the kernel', async () => {
    expect((await completed('# ke|')).labels).toEqual([]);
    expect((await completed('mem=16 # |')).labels).toEqual([]);
    expect((await completed('root=|')).labels).toEqual([]);
  });
});

describe('hover', () => {
  const hovered = async (source: string) => {
    const { document, cursor } = await documentOf(source, files);
    return hover(document, cursor, english)?.markdown;
  };

  it.each([
    ['m|em=64', 'RAM in MiB'],
    ['m|em=64', '64 MiB for this guest.'],
    ['cobd0=ro|ot.img,cow', '`root.img`: copy on write'],
    [
      'eth0=slirp,|,tcp:2222:22/udp:5:6',
      '- TCP port 2222 of this computer leads to port 22 of the guest\n- UDP port 5',
    ],
    ['cocon|=100x40', '100 columns, 40 rows, 500 rows of scrollback.'],
    ['color=|gray', 'gray on black.'],
    ['hda|=:cobd0', 'Another name of cobd0.'],
    ['@d|isks.conf', 'The words of `disks.conf` stand here'],
    ['quiet ro|ot=/dev/cobd0', 'Its whole command line:\n\n`quiet root=/dev/cobd0`'],
    ['scsi0|=x', 'does not serve'],
  ])('%s', async (source, expected) => {
    expect(await hovered(source)).toContain(expected);
  });

  it('says nothing beside words', async () => {
    expect(await hovered('mem=64   |   quiet')).toBeUndefined();
  });
});

it('links paths of files, and goes to the unit of an alias', async () => {
  const { document } = await documentOf(
    'kernel=build/kernel.elf cobd0="root.img",ro\nhda=:cobd0 cofs0=src @x',
    files,
  );
  expect(links(document).map(({ path }) => path)).toEqual(['build/kernel.elf', 'root.img', 'x']);
  const at = { line: 1, character: 6 };
  expect(definition(document, at)).toMatchObject({ range: { start: { line: 0, character: 24 } } });
  expect(definition(document, { line: 0, character: 8 })).toMatchObject({ path: 'build/kernel.elf' });
  expect(definition(document, { line: 1, character: 12 })).toBeUndefined();
});

it('outlines keys with their values, and the command line as one', async () => {
  const { document } = await documentOf('kernel=k cobd0=root.img,ro quiet\n@x ro', files);
  expect(outline(document, english).map(({ name, detail, kind }) => `${kind} ${name} ${detail}`)).toEqual([
    'file kernel k',
    'disk cobd0 root.img,ro',
    'include @x ',
    'kernel-words kernel command line quiet ro',
  ]);
});

describe('formatting', () => {
  it('aligns words and comments, and keeps what the words are', () => {
    const text =
      '  kernel=k   # the kernel\n\tmem=64# no comment\n\n\n\n#   notes  \ncobd0="a  b"    quiet  #disk\nmem=1';
    expect(applied(text, format(text))).toBe(
      'kernel=k  # the kernel\nmem=64# no comment\n\n#   notes\ncobd0="a  b" quiet  #disk\nmem=1\n',
    );
  });

  it('puts comments of neighbouring lines into one column', () => {
    const text = 'kernel=kernel.elf # a\nmem=64 # b\n';
    expect(applied(text, format(text))).toBe('kernel=kernel.elf  # a\nmem=64             # b\n');
  });

  it('leaves lines outside of a range alone, and a formatted text as it is', () => {
    const text = ' a\n b\n c\n';
    const line = { start: { line: 1, character: 0 }, end: { line: 1, character: 2 } };
    expect(applied(text, format(text, line))).toBe(' a\nb\n c\n');
    expect(format('a  # x\n\nb\n')).toEqual([]);
  });
});

it('any text is served', async () => {
  const random = createRandom(11);
  const pieces = [
    'cobd',
    'mem',
    '0',
    '=',
    ',',
    ':',
    '"',
    '#',
    '@',
    '\n',
    ' ',
    'hda',
    'slirp',
    'root.img',
    '\r',
    'é',
    '/',
  ];
  for (let n = 0; n < 1000; n++) {
    const source = Array.from({ length: random(30) }, () => pieces[random(pieces.length)]).join('');
    const { document, text } = await documentOf(source, files);
    for (const problem of await diagnose(document, files, english)) {
      const { line, character } = problem.range.end;
      expect(character).toBeLessThanOrEqual(text.split('\n')[line]!.length);
      await fixes(document, problem, files, english);
    }
    for (const { range } of document.words) {
      hover(document, range.end, english);
      definition(document, range.end);
      await complete(document, range.end, files, english);
    }
    outline(document, english);
    const once = applied(text, format(text));
    expect(once.split(/\s+/).join(' ').trim()).toBe(text.split(/\s+/).join(' ').trim());
    expect(applied(once, format(once))).toBe(once);
  }
});
