/** From configurations to a machine: command lines, devices and ends, several guests, and what does not fit. */
import { describe, expect, it } from 'vitest';
import { deviceSpecs } from '../../outside/specs.ts';
import { parseConfig } from '../config/config.ts';
import { problemText } from '../config/problems.ts';
import { machineMiB, planGuests } from './plan.ts';

const locate = (from: string, path: string) => `[${from}]${path}`;

async function planned(...texts: string[]) {
  const guests = await Promise.all(
    texts.map(async (text, n) => {
      const { config, problems } = await parseConfig({ file: `g${n}`, text }, () =>
        Promise.resolve(undefined),
      );
      expect(problems).toEqual([]);
      return { kernel: `/k/guest ${n}.elf`, config, captures: new Map<number, string>() };
    }),
  );
  return planGuests(guests, { locate, initrdFolders: true });
}
async function good(...texts: string[]) {
  const { plan, problems } = await planned(...texts);
  expect(problems).toEqual([]);
  return plan;
}
const argsOf = async (...texts: string[]) => (await good(...texts)).guests.map(({ args }) => args);
const problemsOf = async (...texts: string[]) => (await planned(...texts)).problems.map(problemText);

const many = (count: number, word: (n: number) => string) => Array.from({ length: count }, (_, n) => word(n));

describe('the command line of a guest', () => {
  it('has its memory, and what is not the host’s', async () => {
    expect(await argsOf('kernel=k root=/dev/cobd0 quiet', 'mem=32')).toEqual([
      'root=/dev/cobd0 quiet',
      'mem=32',
    ]);
  });

  it('names the machine’s devices in their order, over all guests', async () => {
    const first = 'cobd3=a.img,ro cobd1=b.img hda1=:cobd3 eth1=slirp ttys2=COM1 cofs0=shared setcobd=async x';
    const second = 'hdb=c.img,cow eth0=tuntap cofs4=/srv ttys0=stdio cocon=100x30x50 color=yellow,blue';
    expect(await argsOf(first, second)).toEqual([
      'cobd1=blk0 cobd3=blk1,ro hda1=:cobd3 setcobd=async eth1=net0 cofs0=fs0 ttys2=port0 x',
      'cobd0=blk2 hdb=:cobd0 eth0=net1 cofs4=fs1 ttys0=port1 cocon=100x30x50 color=1e',
    ]);
  });

  it('names the module of its initial RAM disk, which comes behind all guests', async () => {
    const { guests, data, ends } = await good(
      'initrd=boot/my disk.gz'.replace(' ', '_'),
      'mem=8',
      'initrd=x cofs31=y',
    );
    expect([...guests, ...data].map(({ name, args }) => `${name} ${args}`)).toEqual([
      'guest_0.elf cofs31=fs0 initrd=3',
      'guest_1.elf mem=8',
      'guest_2.elf cofs31=fs1 initrd=4',
      'my_disk.gz data',
      '[g2]x data',
    ]);
    expect(data[0]?.file).toBe('[g0]boot/my_disk.gz');
    expect(ends.shares).toEqual([
      { tag: 'guest0.cofs31', folder: '[g0]boot/', readOnly: true },
      { tag: 'guest2.cofs31', folder: '[g2]y', readOnly: false },
    ]);
  });
});

describe('the ends of a plan', () => {
  it('are found from the file that names them', async () => {
    const { ends } = await good('cobd0="root fs",cow cofs0=src ttys0=/dev/ttyS1,"115200 cs8" ttys1=COM3');
    expect(ends).toEqual({
      disks: [{ path: '[g0]root fs', access: 'copy-on-write' }],
      networks: [],
      shares: [{ tag: 'cofs0', folder: '[g0]src', readOnly: false }],
      lines: [
        { device: '[g0]/dev/ttyS1', mode: '115200 cs8' },
        { device: 'COM3', mode: '' },
      ],
    });
  });

  it('are networks of every kind', async () => {
    const { ends } = await good(
      'eth0=slirp,,tcp:2222:22 eth1=tuntap eth2=tap,t0,00:ff:01:02:03:04 eth3=pcap-bridge,"my net",,nopromisc ' +
        'eth4=socket,listen=127.0.0.1:9',
    );
    expect(ends.networks).toMatchObject([
      { kind: 'slirp', redirections: [{ hostPort: 2222 }], hostLoopback: false, restrict: false },
      { kind: 'tap', name: 'colinux0' },
      { kind: 'tap', name: 't0', mac: Uint8Array.of(0, 0xff, 1, 2, 3, 4) },
      { kind: 'pcap-bridge', name: 'my net', promiscuous: false },
      { kind: 'socket', role: 'listen', host: '127.0.0.1', port: 9 },
    ]);
  });

  it('have addresses that stay, and differ from unit to unit and from guest to guest', async () => {
    const macs = async () =>
      (await good('eth0=slirp eth1=slirp', 'eth0=slirp')).ends.networks.map((end) =>
        end.kind === 'loopback' ? '' : end.mac!.join(':'),
      );
    const first = await macs();
    expect(await macs()).toEqual(first);
    expect(new Set(first).size).toBe(3);
    for (const mac of first) expect(mac).toMatch(/^0:255:/);
  });

  it('become the machine’s devices', async () => {
    const { ends } = await good('cobd0=a cobd1=b,ro eth0=slirp,02:00:00:00:00:01 cofs0=d ttys0=x');
    expect(deviceSpecs(ends, [8, 16], { watchdog: { action: 'nmi' } })).toEqual({
      disks: [
        { kind: 'outside', serial: 'disk0', readOnly: false, sectors: 8 },
        { kind: 'outside', serial: 'disk1', readOnly: true, sectors: 16 },
      ],
      networks: [{ kind: 'outside', mac: Uint8Array.of(2, 0, 0, 0, 0, 1) }],
      console: { ports: [{ name: 'org.colinux.line0', terminal: false }] },
      shares: [{ tag: 'cofs0' }],
      watchdog: { action: 'nmi' },
    });
  });
});

describe('the memory of the machine', () => {
  it('is enough for the host, all guests and all modules', async () => {
    expect(machineMiB(await good('mem=100', 'kernel=k'), 5 * 2 ** 20 + 1)).toBe(64 + 116 + 6);
  });

  it('has an end', async () => {
    expect(await problemsOf('mem=512', 'kernel=k mem=193')).toEqual([
      'g1:1:10: error: All guests together may have 704 MiB, but with this one they have 705: make mem= smaller. (config-no-room)',
    ]);
  });
});

describe('what does not fit is told where it stands', () => {
  it('devices', async () => {
    const disks = many(29, (n) => `cobd${n}=d${n}`).join(' ');
    expect(await problemsOf(disks)).toEqual([]);
    expect(await problemsOf(disks, 'mem=8\neth0=slirp')).toEqual([
      expect.stringMatching(
        /^g1:2:1: error: eth0= finds no place: .* may be 29 together\. .*\(config-no-room\)$/,
      ),
    ]);
  });

  it('guests', async () => {
    const guests = many(64, () => 'kernel=k mem=2');
    expect(await problemsOf(...guests)).toEqual([]);
    expect(await problemsOf(...guests.slice(1), 'kernel=k mem=2 initrd=i')).toEqual([
      'g63:1:1: error: A machine has room for 64 guests and initial RAM disks together, but they are 65: take some out. (config-no-room)',
    ]);
  });

  it('serial lines', async () => {
    const lines = many(32, (n) => `ttys${n}=f${n}`).join(' ');
    expect(await problemsOf(lines)).toEqual([]);
    expect(await problemsOf(lines, 'ttys0=f')).toEqual([
      expect.stringMatching(/^g1:1:1: error: ttys0= finds no place: .* 32 serial lines/),
    ]);
    expect(await problemsOf('ttys0=stdio ttys1=stdio')).toEqual([
      expect.stringContaining('only one line may be stdio'),
    ]);
  });

  it('words', async () => {
    const words = 'x'.repeat(200);
    const units = many(28, (n) => `cobd${n}=d${n}`).join(' ');
    const aliases = many(26, (n) => `sd${'abcdefghijklmnop'[n % 16]!}${n}=:cobd1`).join(' ');
    expect(await problemsOf(`${units} ${words}`)).toEqual([]);
    expect(
      await problemsOf(`${units} ${aliases} ${words} ${many(16, (n) => `ttys${n}=f`).join(' ')}`),
    ).toEqual([
      expect.stringMatching(
        /^g0:1:1: error: The devices and the kernel's command line take 1\d\d\d characters together, but 1023 fit/,
      ),
    ]);
  });

  it('a socket without an address', async () => {
    expect(await problemsOf('eth0=socket,there')).toEqual([
      expect.stringMatching(/^g0:1:1: error: eth0= expects socket,connect=HOST:PORT/),
    ]);
  });
});
