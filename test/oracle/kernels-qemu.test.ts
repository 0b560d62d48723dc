/*
 * Rung 3 of the ladder: the host kernel and the sample guest boot on QEMU, and what they print is what the golden files
 * say. To renew these after an intended change: UPDATE_GOLDEN=1 npx vitest run test/oracle/kernels-qemu.test.ts
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coKeyboardMode, coModule } from '../../core/abi/abi.ts';
import { decodeConsole, encodeKey } from '../../core/abi/console.ts';
import { applyConsole, createScreen, screenText } from '../../core/abi/console-screen.ts';
import { decodeRecords } from '../../core/abi/decode.ts';
import { BUSY, bySpeaker, EARLY, guestScreens, HELLO, MANY_GUESTS } from '../host/host-machine.ts';
import { runQemu } from './kernels-run-qemu.ts';
import type { QemuResult, QemuRun } from './kernels-run-qemu.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kernel = join(root, 'kernels/build/colinux-host.elf');
const guest = join(root, 'samples/hello-guest/build/hello-guest.elf');
const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;

function boot(words = '', more: Partial<QemuRun> = {}): Promise<QemuResult> {
  return runQemu({ kernel, initrd: `${guest} ${words}`.trim(), ...more });
}

/** The screen after all the console messages of the wire. */
function screenOf(com2: Uint8Array): string {
  const screen = createScreen();
  for (const { header, data } of decodeRecords(com2).records) {
    expect(header).toMatchObject({ from: coModule.LINUX, to: coModule.CONSOLE });
    applyConsole(screen, decodeConsole(data)!);
  }
  return screenText(screen);
}

function expectGolden(text: string, name: string): void {
  const file = join(root, 'test/golden', name);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

describe.skipIf(!hasQemu)('the kernels on QEMU', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'));

  beforeAll(() => {
    execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs the sample guest to its end', async () => {
    const { status, com1, com2 } = await boot();
    expect(status).toBe(1);
    expectGolden(com1, 'hello-guest.com1.txt');
    expectGolden(screenOf(com2), 'hello-guest.screen.txt');
    expect(decodeRecords(com2).rest).toHaveLength(0);
  });

  it('prints the same on a processor without SYSENTER', async () => {
    const { status, com1 } = await boot('', { extra: ['-cpu', 'qemu32,-sep'] });
    expect(status).toBe(1);
    expectGolden(com1, 'hello-guest.com1.txt');
  });

  it('reports a panic of the guest and survives it', async () => {
    const { status, com1, com2 } = await boot('panic');
    expect(status).toBe(2 * 3 + 1);
    expectGolden(com1, 'hello-guest-panic.com1.txt');
    expectGolden(screenOf(com2), 'hello-guest-panic.screen.txt');
  });

  it('ends a guest that runs out of stack', async () => {
    const { status, com1 } = await boot('overflow');
    expect(status).toBe(2 * 8 + 1);
    expect(com1).toContain('guest0 terminated: STACK_OVERFLOW');
  });

  it('ends a guest that dies of a double fault', async () => {
    const { status, com1 } = await boot('fault');
    expect(status).toBe(2 * 11 + 1);
    expect(com1).toContain('guest0 terminated: DOUBLE_FAULT');
  });

  it('names file and line of a BUG()', async () => {
    const { status, com1 } = await boot('bug');
    expect(status).toBe(2 * 9 + 1);
    const line = readFileSync(join(root, 'samples/hello-guest/kernel/main.c'), 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('BUG();'));
    expect(com1).toContain(`guest0 terminated: BUG (reason 9, code 0x0, line ${line + 1}): kernel/main.c\n`);
  });

  const modules = (guests: readonly string[]) => guests.map((words) => join(root, words)).join(',');

  it('runs nine guests side by side, however they end', async () => {
    const { status, com1 } = await runQemu({ kernel, append: 'mem=2', initrd: modules(MANY_GUESTS) });
    expect(status).toBe(2 * 11 + 1);
    expectGolden(bySpeaker(com1).replace(/\d+ MiB of memory/, '··· MiB of memory'), 'many-guests.txt');
  });

  it('loads and starts a guest again that asks for a reboot', async () => {
    const { status, com1 } = await runQemu({
      kernel,
      append: 'mem=2',
      initrd: modules([`${BUSY} r3`, HELLO]),
    });
    expect(status).toBe(1);
    expect(com1.match(/guest0 starts with 2 MiB/g)?.length).toBeGreaterThan(1);
    expect(com1).toContain('guest0 terminated: END');
    expect(com1).toContain('guest1: goodbye');
  });

  it('ends a guest that spins with interrupts off by an NMI, and the other goes on', async () => {
    const { status, com1 } = await runQemu({
      kernel,
      append: 'mem=2',
      initrd: modules([`${HELLO} spin`, HELLO]),
      nmi: (com2) => guestScreens(com2)[0]?.includes('direct map') ?? false,
    });
    expect(status).toBe(2 * 12 + 1);
    expect(com1).toMatch(/guest0 terminated: NMI \(reason 12, code 0xc01/);
    expect(com1).toContain('guest1: goodbye');
  });

  it('has its watchdog end guests that keep interrupts off, with the first tables too', async () => {
    const { status, com1 } = await runQemu({
      kernel,
      append: 'mem=2',
      initrd: modules([`${HELLO} spin`, `${EARLY} n`, `${EARLY} u`, HELLO]),
      extra: ['-device', 'i6300esb', '-action', 'watchdog=inject-nmi'],
    });
    expect(status).toBe(2 * 12 + 1);
    expect(com1.match(/terminated: NMI .*: it has kept interrupts off for more than 1000 ms/g)).toHaveLength(
      2,
    );
    expect(com1).toContain('guest2 terminated: DOUBLE_FAULT');
    expect(com1).toContain('guest3: goodbye');
  });

  it('keeps the x87 and SSE registers of guests apart', async () => {
    const { com1 } = await runQemu({
      kernel,
      append: 'mem=2',
      initrd: modules([`${BUSY} f3aa`, `${BUSY} f3bb`]),
      extra: ['-cpu', 'pentium3'],
    });
    expect(com1.match(/terminated: END/g)).toHaveLength(2);
    expect(com1).not.toContain('0xbad');
  });

  it('brings typed keys to the program, as text and as scan codes', async () => {
    const keys = Buffer.concat([
      Buffer.from([0xff, 0xff, 0xff]),
      encodeKey(0x68, coKeyboardMode.ASCII),
      encodeKey(0x17, coKeyboardMode.RAW),
      encodeKey(0x97, coKeyboardMode.RAW),
      encodeKey(4, coKeyboardMode.ASCII),
    ]);
    const { status, com2 } = await boot('interactive', {
      type: (sent) => (screenOf(sent).includes('Ctrl-D ends') ? keys : undefined),
    });
    expect(status).toBe(1);
    expect(screenOf(com2)).toMatch(/Ctrl-D ends\nhi\nend of input\n/);
  });

  const image = (name: string, change: (bytes: Buffer) => Buffer): (() => string) => {
    return () => {
      const file = join(folder, name);
      writeFileSync(file, change(readFileSync(guest)));
      return file;
    };
  };
  const patched = (at: (bytes: Buffer) => number, value: number) => (bytes: Buffer) => {
    bytes[at(bytes)] = value;
    return bytes;
  };
  const note = (bytes: Buffer): number => bytes.indexOf('coLinux\0');
  const bad: [string, () => string, string][] = [
    ['text', image('text', () => Buffer.from('kernel /vmlinux\n')), 'it is not an ELF file'],
    [
      'a 64-bit image',
      image(
        'elf64',
        patched(() => 4, 2),
      ),
      'it is a 64-bit ELF file',
    ],
    ['an image without note', image('plain', patched(note, 0x43)), 'it has no coLinux note'],
    [
      'another ABI version',
      image(
        'old',
        patched((b) => note(b) + 8, 13),
      ),
      'it is built for version 13 of the cooperative ABI, this host speaks 14',
    ],
    ['a cut image', image('cut', (bytes) => bytes.subarray(0, 0x1800)), 'a segment lies outside of the file'],
  ];
  it.each(bad)('refuses %s', async (_name, make, problem) => {
    const { status, com1 } = await runQemu({ kernel, initrd: make() });
    expect(status).toBe(2 * 0x20 + 1);
    expect(com1).toMatch(/^daemon0: cannot start \S+: /m);
    expect(com1).toContain(`: ${problem}`);
  });

  it('says what is missing when there is no module or too little memory', async () => {
    expect((await runQemu({ kernel })).com1).toContain('cannot start a guest: there is no boot module');
    expect((await boot('', { append: 'mem=500' })).com1).toContain('not as much memory as mem= asks for');
    expect((await boot('', { append: 'mem=1' })).com1).toContain('mem= wants a number of megabytes');
  });

  const rude = join(root, 'kernels/build/rude-guest.elf');
  const misdeeds: [string, string, RegExp][] = [
    ['an unknown operation', 'o', /INVALID_OPERATION \(reason 7, code 0x63, .*: unknown operation/],
    ['a message that is too long', 'm', /INVALID_OPERATION .*: message of 4294967280 bytes to module 0/],
    ['a message to nowhere', 't', /INVALID_OPERATION .*: message of 0 bytes to module 12345/],
    ['a vector that is no line', 'v', /INVALID_OPERATION \(reason 7, code 0x80, .*: no such interrupt/],
    [
      'an interrupt that nobody serves',
      'i',
      /INVALID_OPERATION \(reason 7, code 0x21, .*: no such interrupt/,
    ],
    ['an unknown reason', 'r', /INVALID_OPERATION \(reason 7, code 0x4d, .*: unknown reason to terminate/],
    ['an endless text', 'l', /BUG .*: ABCD\?+\n$/],
    [
      'bytes in the log',
      'p',
      /guest0: B\?A\nguest0: C\ndaemon0: guest0 terminated: END \(reason 0, code 0x600d/,
    ],
    ['an unknown device', 'd', /END \(reason 0, code 0xffffffff/],
    ['a damaged passage page', 'c', /INVALID_OPERATION .*: the passage page is damaged/],
    ['a double fault without an IDT', 'x', /DOUBLE_FAULT \(reason 11, code 0xc01/],
    ['asking for pages', 'a', /END \(reason 0, code 0xffffffff/],
  ];
  it.each(misdeeds)('survives %s', async (_name, letter, expected) => {
    expect((await runQemu({ kernel, initrd: `${rude} ${letter}` })).com1).toMatch(expected);
  });

  it('has no I/O instruction in the guest', () => {
    const code = execFileSync('objdump', ['-d', '--no-show-raw-insn', guest], { encoding: 'utf8' });
    expect(
      code.split('\n').filter((line) => /\t(in|out|(rep[a-z]* )?(ins|outs)[bwl]?)\s/.test(line)),
    ).toEqual([]);
  });

  it('runs every kind of instruction of the lock-step image', async () => {
    const { status, com1 } = await runQemu({ kernel: join(root, 'kernels/build/lockstep.elf') });
    expect(status).toBe(1);
    expectGolden(com1, 'lockstep.com1.txt');
  });
});
