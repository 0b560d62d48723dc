/** A Linux bzImage in a debug session: it boots with its initrd, and the ELF file beside it has its symbols. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from './support/bundle.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const build = join(root, 'test/kernels/build/linux');
const kernel = join(build, 'bzImage');
const symbols = join(build, 'vmlinux.elf');
const source = join(root, 'test/kernels/linux/main.c');

const tested = testedAdapter();
let session: Session;
let initrd: string;

beforeAll(async () => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs'), 'test/kernels'], { stdio: 'inherit' });
  initrd = tested.bundle.file('initrd');
  writeFileSync(initrd, 'an initial RAM disk');
});

describe('a Linux bzImage', () => {
  it('boots by the 32-bit protocol, and is debugged with the symbols of its vmlinux', async () => {
    session = await tested.open();
    const breakpoints = [[source, lineOf(source, 'put_number("initrd ends at "')]] as const;
    await session.launch({ kernel, symbols, initrd, cmdline: 'root=/dev/ram0 quiet', breakpoints });
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint' });
    expect((await session.stack()).map(({ name }) => name).slice(0, 2)).toEqual(['kernel_main', 'start']);
    expect(await session.evaluate('(char *)params->command_line')).toContain('root=/dev/ram0 quiet');
    expect(await session.evaluate('params->ramdisk_size')).toBe('19');
    expect(await session.evaluate('(char)initrd[3]')).toContain("'i'");
    await session.client.continueRequest({ threadId: 1 });
    await session.event('terminated');
    const lines = session.serial().split('\n');
    expect(lines).toContain('words root=/dev/ram0 quiet');
    expect(lines).toContain('ram to 08000000');
  });

  it('has names by a list of symbols, as System.map is', async () => {
    const list = tested.bundle.file('System.map');
    writeFileSync(list, execFileSync('nm', ['-n', symbols]));
    session = await tested.open();
    await session.launch({ kernel, symbols: list, initrd, stopOnEntry: true });
    await session.stop();
    await session.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'kernel_main' }] });
    await session.go('continue');
    expect((await session.stack()).map(({ name }) => name).slice(0, 2)).toEqual(['kernel_main', 'start']);
    // Who names a list has nothing to compile.
    const told = session.messages
      .map((one) => (one as { body?: { output?: string } }).body?.output ?? '')
      .join('');
    expect(told).toContain('System.map is a list of symbols: functions have names');
    expect(told).not.toContain('compile');
  });

  it('stops at its entry, where no code has run', async () => {
    session = await tested.open();
    await session.launch({ kernel, symbols, stopOnEntry: true });
    expect(await session.stop()).toMatchObject({ reason: 'entry' });
    expect((await session.names())[0]).toBe('start');
    expect(await session.evaluate('$esi')).toMatch(/0x0*10000\b/);
  });

  it.each([
    ['symbols', { symbols: kernel }, /^bzImage, which is to have the symbols of the kernel: /],
    ['modules', { symbols, modules: ['/dev/null'] }, /is a Linux bzImage, which takes no boot modules/],
    ['initrd', { kernel: symbols, initrd: kernel }, /has neither a coLinux note nor a multiboot header/],
  ])('is refused with what does not fit it: %s', async (_option, options, message) => {
    session = await tested.open();
    await expect(session.launch({ kernel, ...options })).rejects.toThrow(message);
  });
});
