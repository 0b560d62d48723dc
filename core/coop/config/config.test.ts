import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { type ConfigSource, type GuestConfig, parseConfig } from './config.ts';
import { problemText } from './problems.ts';

const files = (contents: Record<string, string>) => (path: string) =>
  Promise.resolve<ConfigSource | undefined>(
    contents[path] === undefined ? undefined : { file: path, text: contents[path] },
  );

async function parse(text: string, included: Record<string, string> = {}) {
  const { config, problems } = await parseConfig({ file: 'guest.conf', text }, files(included));
  return { config, problems: problems.map(problemText) };
}
async function good(text: string, included: Record<string, string> = {}): Promise<GuestConfig> {
  const { config, problems } = await parse(text, included);
  expect(problems).toEqual([]);
  return config;
}
const problemsOf = async (text: string, included: Record<string, string> = {}) =>
  (await parse(text, included)).problems;

describe('a configuration', () => {
  it('is read as colinux-daemon reads the example of its manual', async () => {
    const config = await good(`
      # The default kernel
      kernel=vmlinux
      cobd0="c:\\coLinux\\root fs"    # a file with a blank
      cobd1=swap_device,cow
      cofs0=C:\\
      root=/dev/cobd0 ro
      initrd=initrd.gz
      mem=64
      eth0=slirp,,tcp:2222:22/tcp:4000:80:3
      eth1=tuntap,"my tap",00:FF:01:02:03:04
      ttys0=COM1,"BAUD=115200 PARITY=n"
      exec0=C:\\Xming\\xming.exe,":0 -clipboard"
      cocon=120x40x300
      color=yellow,blue
      cursor=66
    `);
    expect(config.kernel?.value).toBe('vmlinux');
    expect(config.initrd?.value).toBe('initrd.gz');
    expect(config.memoryMiB?.value).toBe(64);
    expect(config.commandLine).toBe('root=/dev/cobd0 ro');
    expect(config.blocks.map(({ unit, value }) => [unit, value])).toEqual([
      [0, { path: 'c:\\coLinux\\root fs', access: 'read-write' }],
      [1, { path: 'swap_device', access: 'copy-on-write' }],
    ]);
    expect(config.cofs[0]?.value).toBe('C:\\');
    expect(config.network.map(({ value }) => value)).toEqual([
      {
        kind: 'slirp',
        name: '',
        mac: undefined,
        promiscuous: false,
        redirections: [
          { protocol: 'tcp', hostPort: 2222, guestPort: 22 },
          { protocol: 'tcp', hostPort: 4000, guestPort: 80 },
          { protocol: 'tcp', hostPort: 4001, guestPort: 81 },
          { protocol: 'tcp', hostPort: 4002, guestPort: 82 },
        ],
      },
      { kind: 'tap', name: 'my tap', mac: '00:ff:01:02:03:04', promiscuous: true, redirections: [] },
    ]);
    expect(config.serial[0]?.value).toEqual({ device: 'COM1', mode: 'BAUD=115200 PARITY=n' });
    expect(config.programs[0]?.value).toEqual({
      program: 'C:\\Xming\\xming.exe',
      arguments: ':0 -clipboard',
    });
    expect(config.console).toEqual({ columns: 120, rows: 40, scrollback: 300 });
    expect(config.colors).toEqual({ foreground: 14, background: 1 });
    expect(config.cursor).toBe(66);
  });

  it('has the defaults of coLinux where it is silent', async () => {
    const config = await good('kernel=k');
    expect(config).toMatchObject({
      initrd: undefined,
      memoryMiB: undefined,
      blocks: [],
      blockMode: undefined,
      console: { columns: 80, rows: 25, scrollback: 500 },
      commandLine: '',
    });
  });

  it('gives aliases to units, and units to aliases with images of their own', async () => {
    const { blocks } = await good('hda1=:cobd3 cobd3=root.img hdb=data.img,ro sda2=more.img cobd0=zero.img');
    expect(blocks.map(({ unit, value, aliases }) => [unit, value.path, value.access, aliases])).toEqual([
      [0, 'zero.img', 'read-write', []],
      [1, 'data.img', 'read-only', ['hdb']],
      [2, 'more.img', 'read-write', ['sda2']],
      [3, 'root.img', 'read-write', ['hda1']],
    ]);
  });

  it('takes included files in place, and says where each value stands', async () => {
    const config = await good('kernel=k @disks.conf quiet', { 'disks.conf': '# disks\ncobd0=a.img single' });
    expect(config.blocks[0]?.at).toEqual({ file: 'disks.conf', line: 1, column: 0, length: 11 });
    expect(config.commandLine).toBe('single quiet');
  });

  it('takes no option of a kernel for a mistyped key, and no image for shared that nobody writes', async () => {
    const words = 'root=/dev/cobd0 init=/sbin/init noexec=on console=tty0 highmem=1 rootflags=a ide0=noprobe';
    expect((await good(words)).commandLine).toBe(words);
    await good('cobd0=a,ro cobd1=a,cow');
  });

  it('keeps the quotes of words that are for the kernel', async () => {
    expect((await good('dyndbg="file a.c +p" x=1')).commandLine).toBe('dyndbg="file a.c +p" x=1');
  });
});

describe('a problem of a configuration', () => {
  it.each([
    [
      'mem=1',
      'guest.conf:1:1: error: mem= expects a whole number of MiB from 2 to 512, but found "1". (config-value)',
    ],
    [
      'mem=16 mem=32',
      'guest.conf:1:8: error: mem is defined already (guest.conf:1): keep one of the two. (config-twice)',
    ],
    ['cobd0=a cobd00=b', 'cobd0 is defined already'],
    ['cobd32=a', 'cobd has units 0 to 31, but found cobd32'],
    ['exec8=a', 'exec has units 0 to 7'],
    ['kernel=', 'kernel= has no value'],
    ['hda=:cobd1', 'hda= expects a unit that is defined, as :cobd0, but found ":cobd1"'],
    ['cobd0=",ro"', 'expects the path of an image'],
    ['eth0=bridge', 'expects one of slirp, tap,'],
    ['eth0=tap,x,01:00:5e:00:00:01', 'the MAC address of one station'],
    ['eth0=slirp,,tcp:0:22', 'where "tcp:0:22" stands'],
    ['eth0=slirp,,tcp:65530:22:10', 'redirections as'],
    ['eth0=slirp,,tcp:1:2/tcp:1:3', 'each host port once, where tcp:1 stands twice'],
    ['eth0=pcap-bridge,,,maybe', 'promisc or nopromisc'],
    ['cocon=15x25', 'from 16x2 to 500x500x500'],
    ['color=pink,blue', 'two names of colours'],
    ['cursor=101', 'a percentage'],
    ['setcobd=later', 'sync or async'],
    ['@gone.conf', 'The file "gone.conf" cannot be read'],
    ['kernel="a b', 'A double quote is opened and not closed'],
    ['scsi0=disk,x.img', 'warning: scsi0= is a device of coLinux that this host does not serve'],
    ['kernle=k', "warning: kernle= is no key, so the guest's kernel gets the word: did you mean kernel=?"],
    ['cobd=a.img', 'did you mean cobd0=?'],
    ['ttyS3=stdio', 'did you mean ttys3=?'],
    ['cobd0=a cobd1=a,ro', 'warning: cobd0 has a too, and one of them writes to it'],
    ['x'.repeat(300), 'has 300 characters, but 255 fit'],
  ])('%s', async (text, message) => {
    const [first, ...rest] = await problemsOf(text);
    expect(first).toContain(message);
    expect(rest).toEqual([]);
  });

  it('is each one of several, in their order', async () => {
    expect(
      (await problemsOf('mem=x\n cursor=y\ncobd99=z')).map((text) => text.split(':', 3).join(':')),
    ).toEqual(['guest.conf:1:1', 'guest.conf:2:2', 'guest.conf:3:1']);
  });

  it('is a circle of includes, and a chain that is too long', async () => {
    expect(await problemsOf('@a', { a: '@b', b: '@a' })).toEqual([
      expect.stringContaining('a includes itself') as string,
    ]);
    const chain = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, `@f${n + 1}`]));
    expect(await problemsOf('@f0', chain)).toEqual([expect.stringContaining('16 deep') as string]);
  });
});

it('any text gives a configuration, with problems inside of the text', async () => {
  const random = createRandom(7);
  const pieces = [
    'cobd',
    'eth',
    '0',
    '31',
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
    'mem',
    'é',
    '\0',
    '\r',
  ];
  for (let n = 0; n < 3000; n++) {
    const text = Array.from({ length: random(40) }, () => pieces[random(pieces.length)]).join('');
    const { problems } = await parseConfig({ file: 'f', text }, () => Promise.resolve(undefined));
    const lines = text.split('\n');
    for (const { at } of problems) expect(at.column + at.length).toBeLessThanOrEqual(lines[at.line]!.length);
  }
});
