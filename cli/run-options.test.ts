import { describe, expect, it } from 'vitest';
import { parseDapOptions } from './dap-options.ts';
import { Problem } from './problem.ts';
import { parseRunOptions } from './run-options.ts';

describe('the options of colinux run', () => {
  it('have defaults', () => {
    expect(parseRunOptions(['k.elf'])).toEqual({
      image: 'k.elf',
      memoryMiB: 128,
      modules: [],
      append: '',
      serial: undefined,
      debugcon: undefined,
      maxInstructions: Infinity,
      stats: undefined,
      host: undefined,
      rtc: undefined,
      bios: undefined,
      post: false,
      pace: undefined,
      cpu: undefined,
      ends: { disks: [], networks: [], shares: [], lines: [] },
      rng: undefined,
    });
  });

  it('are read in any order', () => {
    const options = parseRunOptions(
      '--memory 64 --module a k.elf --max-instructions=5 --serial out --rtc 7 --pace real'
        .split(' ')
        .concat('--module', ' b  x  y ', '--append', 'root=/dev/x'),
    );
    expect(options).toMatchObject({
      image: 'k.elf',
      memoryMiB: 64,
      maxInstructions: 5,
      serial: 'out',
      rtc: 7,
    });
    expect(options.modules).toEqual([
      { file: 'a', args: '' },
      { file: 'b', args: 'x  y' },
    ]);
    expect(options).toMatchObject({ append: 'root=/dev/x', pace: 'real' });
  });

  it('take disks, a cable and a seed', () => {
    const options = parseRunOptions(
      'k.elf --disk a.img --disk b,c.img,rw --disk d.iso,ro --disk e,cow --net loopback --rng 4294967295'.split(
        ' ',
      ),
    );
    expect(options.ends.disks).toEqual([
      { path: 'a.img', access: 'read-write' },
      { path: 'b,c.img', access: 'read-write' },
      { path: 'd.iso', access: 'read-only' },
      { path: 'e', access: 'copy-on-write' },
    ]);
    expect(options.ends.networks).toEqual([{ kind: 'loopback' }]);
    expect(options.rng).toBe(0xffff_ffff);
  });

  it('take a network', () => {
    const net = (text: string) => parseRunOptions(['k.elf', '--net', text]).ends.networks[0];
    const nothing = {
      hostLoopback: false,
      restrict: false,
      redirections: [],
      mac: undefined,
      capture: undefined,
    };
    expect(net('slirp')).toEqual({ kind: 'slirp', ...nothing });
    expect(
      net('slirp,tcp:2222:22/udp:53:53,host-loopback,restrict,mac=52-54-00-AA-00-01,capture=a=b.pcapng'),
    ).toEqual({
      kind: 'slirp',
      redirections: [
        { protocol: 'tcp', hostPort: 2222, guestPort: 22 },
        { protocol: 'udp', hostPort: 53, guestPort: 53 },
      ],
      hostLoopback: true,
      restrict: true,
      mac: Uint8Array.of(0x52, 0x54, 0, 0xaa, 0, 1),
      capture: 'a=b.pcapng',
    });
    expect(net('socket,connect=there:4711')).toEqual({
      ...{ kind: 'socket', role: 'connect', host: 'there', port: 4711 },
      mac: undefined,
      capture: undefined,
    });
    expect(net('socket,listen=[::1]:1,capture=c')).toEqual({
      ...{ kind: 'socket', role: 'listen', host: '::1', port: 1 },
      mac: undefined,
      capture: 'c',
    });
  });

  it('take an interface of this computer', () => {
    const net = (text: string) => parseRunOptions(['k.elf', '--net', text]).ends.networks[0];
    const nothing = { mac: undefined, capture: undefined };
    expect(net('tap,colinux0')).toEqual({ kind: 'tap', name: 'colinux0', ...nothing });
    expect(net('pcap-bridge')).toEqual({ kind: 'pcap-bridge', name: '', promiscuous: true, ...nothing });
    expect(net('ndis-bridge,Local Area,nopromisc,capture=c')).toEqual({
      ...{ kind: 'ndis-bridge', name: 'Local Area', promiscuous: false },
      ...{ mac: undefined, capture: 'c' },
    });
  });

  it('take several networks and folders', () => {
    const { ends } = parseRunOptions('k --net slirp --net loopback --share a=x --share b=y,ro'.split(' '));
    expect(ends.networks.map(({ kind }) => kind)).toEqual(['slirp', 'loopback']);
    expect(ends.shares.map(({ tag }) => tag)).toEqual(['a', 'b']);
  });

  it('take an initrd and its words', () => {
    const args = ['bzImage', '--initrd', 'my initrd', '--append', 'console=ttyS0 quiet'];
    expect(parseRunOptions(args)).toMatchObject({ initrd: 'my initrd', append: 'console=ttyS0 quiet' });
  });

  it('take a shared folder', () => {
    const share = (text: string) => parseRunOptions(['k.elf', '--share', text]).ends.shares[0];
    expect(share('src=/a=b')).toEqual({ tag: 'src', folder: '/a=b', readOnly: false });
    expect(share('src=a,b,ro')).toEqual({ tag: 'src', folder: 'a,b', readOnly: true });
    expect(share('src=odd,ro,rw')).toEqual({ tag: 'src', folder: 'odd,ro', readOnly: false });
  });

  const wrong: [string[], RegExp][] = [
    [[], /expects a kernel image, but found none/],
    [['a', 'b'], /expects one kernel image, but found "b" too/],
    [['a', '--initrd', ''], /--initrd expects the name of a file, but found nothing/],
    [['--bios', 'rom', '--initrd', 'i'], /no --append, --module, --initrd or --host with it/],
    [['a', '--memory', 'big'], /--memory expects a whole number of MiB from 1 to 1024, but found "big"/],
    [['a', '--memory', '0'], /but found "0"/],
    [['a', '--memory', '1025'], /but found "1025"/],
    [['a', '--memory', '1.5'], /but found "1.5"/],
    [['a', '--memory'], /--memory expects a value, but found none/],
    [['a', '--append', '--stats'], /--append expects a value, but found none/],
    [['a', '--max-instructions', '-1'], /--max-instructions expects a value.*--max-instructions=VALUE/],
    [['a', '--max-instructions=-1'], /a whole number of instructions of at least 1, but found "-1"/],
    [['a', '--cpu', 'z80'], /--cpu expects one of i386, i486, i586, i686, max, but found "z80"/],
    [['a', '--pace', 'slow'], /--pace expects one of real, fast, but found "slow"/],
    [['a', '--serial', ''], /--serial expects the name of a file, but found nothing/],
    [['a', '--module', ' '], /--module expects "FILE ARGUMENTS", but found " "/],
    [
      ['a', '--disk', 'd.img,readonly'],
      /--disk expects FILE, FILE,ro or FILE,cow .* but found "d.img,readonly"/,
    ],
    [['a', '--disk', ',ro'], /but found ",ro"/],
    [['a', '--disk', ''], /but found ""/],
    [['a', ...Array<string>(31).fill('--disk=d')], /may be given 30 times together, but were found 31 times/],
    [['a', '--net', 'user'], /--net expects loopback, slirp.* but found "user"/],
    [['a', '--net', 'loopback,restrict'], /but found "loopback,restrict"/],
    [
      ['a', '--net', 'slirp,tcp:0:22'],
      /--net expects redirections as tcp:2222:22 .* where "tcp:0:22" stands/,
    ],
    [['a', '--net', 'slirp,tcp:1:2/tcp:1:3'], /each host port once, where tcp:1 stands twice/],
    [['a', '--net', 'slirp,restrict,tcp:1:2'], /behind slirp redirections, host-loopback/],
    [['a', '--net', 'slirp,capture='], /behind slirp redirections, host-loopback/],
    [['a', '--net', 'socket,connect=there'], /socket,connect=HOST:PORT or socket,listen=HOST:PORT/],
    [['a', '--net', 'socket,listen=:1'], /but found "socket,listen=:1"/],
    [['a', '--net', 'socket,listen=h:65536'], /but found "socket,listen=h:65536"/],
    [['a', '--net', 'slirp,mac=01:00:5e:00:00:01'], /the MAC address of one station/],
    [['a', '--net', 'socket,listen=h:1,restrict'], /behind socket,listen=h:1 mac=ADDRESS or capture=FILE/],
    [['a', '--net', 'tap'], /tap,NAME with the name of an interface/],
    [
      ['a', '--net', 'pcap-bridge,eth0,quick'],
      /behind pcap-bridge the name of an interface, nopromisc, mac=/,
    ],
    [['a', '--net', 'slirp', '--pace', 'fast'], /--pace fast skips the time .* found --net slirp/],
    [['a', '--share', 'folder'], /--share expects TAG=FOLDER or TAG=FOLDER,ro .* found "folder"/],
    [['a', '--share', `${'x'.repeat(32)}=f`], /a tag of 1 to 31 printable ASCII characters/],
    [['a', '--share', 'tag=,ro'], /but found "tag=,ro"/],
    [['a', '--rng', 'x'], /--rng expects a whole number from 0 to 4294967295, but found "x"/],
    [['a', '--colour'], /"--colour" is not an option/],
    [['a', '-x'], /"-x" is not an option/],
  ];
  it.each(wrong)('%j: one sentence', (args, expected) => {
    expect(() => parseRunOptions(args)).toThrow(Problem);
    expect(() => parseRunOptions(args)).toThrow(expected);
  });
});

describe('the options of colinux dap', () => {
  it('are a port or nothing', () => {
    expect(parseDapOptions([])).toEqual({ port: undefined });
    expect(parseDapOptions(['--port', '4711'])).toEqual({ port: 4711 });
  });
  it.each(['65536', 'x', '-1', '1e3'])('refuse port %s', (port) => {
    expect(() => parseDapOptions([`--port=${port}`])).toThrow(/--port expects a TCP port from 1 to 65535/);
  });
});
