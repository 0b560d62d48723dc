/** Several guests under one host: side by side, restarted, sharing the processor, typed to; and a clock that never stops. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { coKeyboardMode } from '../../core/abi/abi.ts';
import { encodeKey } from '../../core/abi/console.ts';
import {
  BUSY,
  bySpeaker,
  createHost,
  EARLY,
  guestScreens,
  HELLO,
  linesOf,
  MANY_GUESTS,
  RUDE,
} from './host-machine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
beforeAll(() => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
});

const EIGHT = Array.from({ length: 8 }, (_, n) => n);

describe('eight guests side by side', () => {
  it('run to their ends, each with its own log, console and memory', () => {
    // Two live their whole life; it is long, so the others die early.
    const whole = (n: number) => n % 4 === 0;
    const host = createHost(
      EIGHT.map((n) => (whole(n) ? HELLO : `${HELLO} panic`)),
      'mem=4',
      64,
    );
    expect(host.finish()).toBe(3);
    const screens = guestScreens(host.com2());
    expect(screens).toHaveLength(8);
    const regions = new Set<string | undefined>();
    for (const n of EIGHT) {
      expect(linesOf(host.com1(), `guest${n}`)).toEqual([
        'Hello from a cooperative guest kernel!',
        'memory: 4 MiB, direct map at 0xc0000000',
        ...(whole(n)
          ? [
              'arithmetic: 25 primes below 100',
              'timer: 5 ticks counted',
              'process: ended with code 7',
              'goodbye',
            ]
          : ['Kernel panic: asked to on the command line']),
      ]);
      const [begin, end] = linesOf(host.com1(), `daemon${n}`);
      regions.add(/^guest\d starts with 4 MiB at (0x[0-9a-f]{8})$/.exec(begin ?? '')?.[1]);
      expect(end).toContain(`guest${n} terminated: ${whole(n) ? 'POWEROFF' : 'PANIC'} (reason `);
      expect(screens[n]).toBe(screens[n % 4]);
      expect(screens[n]).toContain(whole(n) ? 'ring 3: the sum is right\n' : 'Kernel panic');
    }
    expect(regions.has(undefined)).toBe(false);
  });
});

describe('guests that compute', () => {
  it('get equal shares of the processor', () => {
    const four = EIGHT.slice(0, 4);
    const host = createHost(
      four.map(() => `${BUSY} c2`),
      'mem=2',
    );
    expect(host.finish()).toBe(0);
    const rounds = four.map((n) =>
      parseInt(/code 0x([0-9a-f]+)/.exec(linesOf(host.com1(), `daemon${n}`)[1] ?? '')?.[1] ?? '', 16),
    );
    const mean = rounds.reduce((sum, count) => sum + count, 0) / four.length;
    for (const count of rounds) expect(Math.abs(count - mean)).toBeLessThan(mean * 0.35);
  });
});

describe('x87 and SSE registers', () => {
  it('belong to each guest alone', () => {
    const host = createHost([`${BUSY} f1aa`, `${BUSY} f1bb`, `${BUSY} f1cc`], 'mem=2');
    expect(host.finish()).toBe(0);
    expect(host.com1().match(/terminated: END/g)).toHaveLength(3);
    expect(host.com1()).not.toContain('0xbad');
  });
});

describe('a process of the host', () => {
  /** Puts other instructions at the beginning of a program that the host's image carries. */
  const begins = (program: string, code: number[]) => (host: Buffer) => {
    const file = readFileSync(join(root, `kernels/build/${program}.elf`));
    const start = file.indexOf(Uint8Array.of(0x31, 0xed, 0x50, 0xe8)); // user_start: XOR EBP, EBP; PUSH EAX; CALL
    expect(start).toBeGreaterThan(0);
    host.set(code, host.indexOf(file.subarray(0, 0x2000)) + start);
  };

  it.each([
    ['an undefined instruction', [0x0f, 0x0b], 'invalid opcode'],
    ['a privileged instruction', [0xfa], 'general protection'],
    ['the memory of the kernel', [0xa1, 0, 0, 0x10, 0xc0], 'page fault'],
    ['the x87 registers', [0xd9, 0xe8], 'no coprocessor'],
  ])('that touches %s dies alone', (_what, code, name) => {
    const host = createHost([`${HELLO} panic`], 'mem=2 stay', 32, begins('clock', code));
    expect(host.run(300)).toBeUndefined();
    const lines = linesOf(host.com1(), 'host');
    expect(lines.find((line) => line.includes('dies'))).toMatch(
      new RegExp(`^process 1 \\(clock\\) dies: ${name} at 0x08148`),
    );
    expect(host.com1()).toContain('guest0 terminated: PANIC');
  });

  it('takes its guest with it, and the machine ends with that', () => {
    const host = createHost([HELLO], '', 32, begins('colinux-daemon', [0x0f, 0x0b]));
    expect(host.finish()).toBe(0x22);
  });

  it('gets an error for an address that is not its own', () => {
    // write(0, 0xc0100000, 16), then exit with the result.
    const code = [
      ...[0xb8, 4, 0, 0, 0, 0x31, 0xdb, 0xb9, 0, 0, 0x10, 0xc0, 0xba, 16, 0, 0, 0, 0xcd, 0x80],
      ...[0x89, 0xc3, 0xf7, 0xdb, 0xb8, 1, 0, 0, 0, 0xcd, 0x80],
    ];
    const host = createHost([HELLO], '', 32, begins('colinux-daemon', code));
    expect(host.finish()).toBe(14);
  });
});

describe('the clock', () => {
  /** The longest time in ms between two changes of the status line, looked at each virtual millisecond. */
  function longestPause(guests: readonly string[], words: string, memoryMib: number, limit: number): number {
    const host = createHost(guests, words, memoryMib);
    let last = '';
    let since = 0;
    let longest = 0;
    for (let now = 0; now < limit && host.run(1) === undefined; now++) {
      const status = host.status();
      if (status === last) continue;
      if (last.includes(' up ')) longest = Math.max(longest, now - since);
      last = status;
      since = now;
    }
    expect(last).toMatch(
      /^ Cooperative Linux {3}up \d+\.\d\d s {3}11:33:2\d UTC {3}guests: \d+, \d+ running$/,
    );
    return longest;
  }

  it('never stutters while eight guests are loaded, compute, talk and die', () => {
    const guests = [...EIGHT.slice(0, 5).map(() => `${BUSY} c1`), HELLO, `${HELLO} panic`, `${BUSY} r1`];
    const longest = longestPause(guests, 'mem=4', 64, 250);
    expect(longest).toBeLessThanOrEqual(20);
    expect(longest).toBeGreaterThanOrEqual(9);
  });

  it('never stutters while the memory of a large guest is prepared', () => {
    expect(longestPause([HELLO], 'mem=512', 768, 1000)).toBeLessThanOrEqual(20);
  });

  it('has the rest of the screen filled with the log', () => {
    const host = createHost([`${HELLO} panic`], 'mem=2 stay');
    host.run(100);
    const screen = EIGHT.map((y) => host.row(y));
    expect(screen).toContain('guest0: Kernel panic: asked to on the command line');
    expect(host.status()).toMatch(/up 0\.09 s .* guests: 0, /);
  });
});

describe('a guest that ends', () => {
  it('leaves the host and the other guests running, however it dies', () => {
    const host = createHost(MANY_GUESTS, 'mem=2');
    expect(host.finish()).toBe(11);
    expect(bySpeaker(host.com1()).replace(/\d+ MiB of memory/, '··· MiB of memory')).toBe(
      readFileSync(join(root, 'test/golden/many-guests.txt'), 'utf8'),
    );
  });

  it('by a double fault says where', () => {
    const host = createHost([`${RUDE} x`], 'mem=2');
    expect(host.finish()).toBe(11);
    const symbols = execFileSync('nm', [join(root, RUDE)], { encoding: 'utf8' });
    const address = /^([0-9a-f]{8}) t bad_instruction$/m.exec(symbols)?.[1] ?? '';
    expect(linesOf(host.com1(), 'daemon0').at(-1)).toBe(
      `guest0 terminated: DOUBLE_FAULT (reason 11, code 0x${address.replace(/^0+/, '')}, line 0)`,
    );
  });

  it('by a fault before it has tables of its own is ended like any other', () => {
    const host = createHost([`${EARLY} u`, `${EARLY} p`, `${HELLO} panic`], 'mem=2');
    expect(host.finish()).toBe(11);
    const symbols = execFileSync('nm', [join(root, EARLY)], { encoding: 'utf8' });
    for (const [n, name] of ['undefined', 'not_there'].entries()) {
      const address = new RegExp(`^([0-9a-f]{8}) t ${name}$`, 'm').exec(symbols)?.[1] ?? '';
      expect(linesOf(host.com1(), `daemon${n}`).at(-1)).toBe(
        `guest${n} terminated: DOUBLE_FAULT (reason 11, code 0x${address.replace(/^0+/, '')}, line 0)`,
      );
    }
    expect(host.com1()).toContain('guest2 terminated: PANIC');
  });

  it('keeps interrupts off for a second and is ended by the watchdog, whatever its stack is', () => {
    const host = createHost([`${HELLO} spin`, ...['n', 'h'].map((how) => `${EARLY} ${how}`), HELLO], 'mem=2');
    expect(host.finish()).toBe(12);
    for (const n of [0, 1, 2])
      expect(linesOf(host.com1(), `daemon${n}`).at(-1)).toMatch(
        /terminated: NMI \(reason 12, code 0xc01[0-9a-f]{5}, line 0\): it has kept interrupts off for more than 1000 ms$/,
      );
    expect(linesOf(host.com1(), 'guest3').at(-1)).toBe('goodbye');
  });

  it('is loaded and started again when it asks for a reboot, in the same memory', () => {
    const host = createHost([`${BUSY} r4`, HELLO]);
    expect(host.finish()).toBe(0);
    const lines = linesOf(host.com1(), 'daemon0');
    const starts = lines.filter((line) => line.includes(' starts '));
    expect(starts.length).toBeGreaterThan(2);
    expect(new Set(starts).size).toBe(1);
    expect(lines.filter((line) => line.includes('REBOOT')).length).toBe(starts.length - 1);
    expect(lines.at(-1)).toContain('terminated: END');
    expect(linesOf(host.com1(), 'guest1').at(-1)).toBe('goodbye');
  });

  it('ends the machine with the worst code when it is the last one', () => {
    expect(createHost([HELLO, `${HELLO} panic`, HELLO], 'mem=2').finish()).toBe(3);
    expect(createHost([`${RUDE} o`, `${HELLO} panic`], 'mem=2').finish()).toBe(7);
  });

  it('leaves the host alive with `stay`', () => {
    const host = createHost([`${HELLO} panic`], 'mem=2 stay');
    expect(host.run(3000)).toBeUndefined();
    expect(host.status()).toMatch(/up 2\.9\d s .* guests: 0, 0 running/);
  });
});

describe('command lines', () => {
  it('give each guest its memory and its own words', () => {
    const host = createHost([`${HELLO} mem=8 panic`, `${HELLO} panic mem=3`, HELLO], 'mem=5 stats');
    expect(host.finish()).toBe(3);
    expect([0, 1, 2].map((n) => linesOf(host.com1(), `guest${n}`)[1])).toEqual(
      [8, 3, 5].map((mib) => `memory: ${mib} MiB, direct map at 0xc0000000`),
    );
    expect(linesOf(host.com1(), 'daemon0').at(-1)).toMatch(
      /^guest0 asked for: TERMINATE 1, MESSAGE_TO_MONITOR \d+, DEVICE 1$/,
    );
  });

  it.each(['mem=513', 'mem=lots'])('with %s are refused, and the other guests run', (word) => {
    const host = createHost([`${HELLO} ${word}`, `${HELLO} mem=2`]);
    expect(host.finish()).toBe(0x20);
    expect(linesOf(host.com1(), 'daemon0')).toEqual([
      'cannot start hello-guest.elf: mem= wants a number of megabytes from 2 to 512',
    ]);
    expect(linesOf(host.com1(), 'guest1').at(-1)).toBe('goodbye');
  });
});

describe('the cocon wire', () => {
  const type = (text: string, monitor: number) =>
    Uint8Array.from([...text].flatMap((c) => [...encodeKey(c.charCodeAt(0), coKeyboardMode.ASCII, monitor)]));

  it('brings keys to the guest they are meant for', () => {
    const host = createHost(
      [0, 1, 2].map(() => `${HELLO} interactive`),
      'mem=2',
    );
    const ready = () => guestScreens(host.com2()).filter((screen) => screen.includes('Ctrl-D ends')).length;
    for (let n = 0; n < 100 && ready() < 3; n++) host.run(10);
    expect(ready()).toBe(3);
    for (const n of [2, 0, 1]) host.machine.receive('com2', type(`I am ${n}\u0004`, n));
    expect(host.finish()).toBe(0);
    for (const [n, screen] of guestScreens(host.com2()).entries()) {
      expect(screen).toContain(`Ctrl-D ends\nI am ${n}\nend of input\n`);
    }
  });

  it('loses nothing that is typed faster than a guest takes it', () => {
    const host = createHost([`${HELLO} interactive`], 'mem=2');
    for (let n = 0; n < 500 && !guestScreens(host.com2())[0]?.includes('Ctrl-D ends'); n++) host.run(10);
    // The guest's own ring holds 64 keys: they come in portions, the host's queue and the line hold the others.
    for (let n = 0; n < 40; n++) {
      host.machine.receive('com2', type('0123456789', 0));
      host.run(20);
    }
    host.machine.receive('com2', type('\u0004', 0));
    expect(host.finish()).toBe(0);
    expect(guestScreens(host.com2())[0]?.replace(/\n/g, '')).toContain('0123456789'.repeat(40));
  });

  it('is not held up for ever by a guest that listens to nobody', () => {
    const host = createHost([`${BUSY} c5`, `${HELLO} interactive`], 'mem=2');
    for (let n = 0; n < 500 && !guestScreens(host.com2())[1]?.includes('Ctrl-D ends'); n++) host.run(10);
    // The queue holds 1024 messages, and each one more waits for a tenth of a second.
    host.machine.receive('com2', type('x'.repeat(1026), 0));
    host.machine.receive('com2', type('heard\u0004', 1));
    expect(host.finish()).toBe(0);
    expect(guestScreens(host.com2())[1]).toContain('heard\nend of input');
    // The deaf guest was still there when the other one heard.
    expect(host.com1()).toMatch(/guest1: goodbye[^]*guest0 terminated: END/);
  }, 180_000);
});
