/** How sessions begin, are interrupted and end: entry, pause, panic, overflow, triple fault, disconnect, terminate. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { inRoot, inSample, type LaunchOptions, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;

async function launch(options: LaunchOptions): Promise<void> {
  session = await tested.open();
  await session.launch(options);
}

async function untilEnd(): Promise<number> {
  const { body } = await session.event('exited');
  await session.event('terminated');
  return (body as { exitCode: number }).exitCode;
}

const main = inSample('kernel/main.c');

describe('stopOnEntry', () => {
  it("stops at the guest's first instruction, with breakpoints that are set before it is reached", async () => {
    session = await tested.open();
    const line = lineOf(main, 'greet("a coop');
    await session.launch({ stopOnEntry: true });
    await session.setBreakpoints(main, line);
    expect(await session.stop()).toMatchObject({ reason: 'entry', threadId: 2 });
    expect((await session.names())[0]).toBe('guest_entry');
    expect(await session.go('continue')).toMatchObject({ reason: 'breakpoint', hitBreakpointIds: [1] });
  });

  it('stops at the first instruction of a kernel that is no guest', async () => {
    await launch({ kernel: inRoot('kernels/build/lockstep.elf'), stopOnEntry: true });
    expect(await session.stop()).toMatchObject({ reason: 'entry', threadId: 1 });
    const { body } = await session.client.threadsRequest();
    expect(body.threads).toEqual([{ id: 1, name: 'kernel' }]);
  });
});

describe('without debugging', () => {
  it('runs to the end past breakpoints and entry', async () => {
    await launch({ noDebug: true, stopOnEntry: true, breakpoints: [[main, lineOf(main, 'greet("a coop')]] });
    expect(await untilEnd()).toBe(0);
    expect(await session.screen()).toContain('goodbye');
  });
});

describe('a pause', () => {
  it('is answered while a kernel spins with interrupts off', async () => {
    // A guest of ours would be ended by the host's watchdog after a second of the machine's time, which is soon over in the fast tier.
    const source = `${C_ENTRY}
      volatile unsigned rounds;
      void kmain(void) {
        __asm__ volatile("cli");
        for (;;)
          rounds++;
      }`;
    await launch({ kernel: buildImage(tested.bundle, 'spin', source, { suffix: '.c' }) });
    const times: number[] = [];
    for (let n = 0; n < 9; n++) {
      if (n > 0) {
        await session.client.continueRequest({ threadId: 1 });
        await new Promise((resolve) => setTimeout(resolve, 7 * n));
      }
      const begin = performance.now();
      await session.client.pauseRequest({ threadId: 1 });
      expect(await session.stop()).toMatchObject({ reason: 'pause', threadId: 1 });
      times.push(performance.now() - begin);
    }
    const median = times.sort((a, b) => a - b)[times.length >> 1]!;
    console.log(`figure: a pause is answered in ${median.toFixed(1)} ms`);
    expect((await session.names())[0]).toBe('kmain');
    expect(await session.evaluate('rounds > 1000')).toBe('1');
    expect(await session.evaluate('($eflags >> 9) & 1')).toBe('0');
  });

  it('ends a step that does not come back by itself', async () => {
    await launch({ cmdline: 'spin', breakpoints: [[main, lineOf(main, 'for (interrupts_off();;)')]] });
    await session.stop();
    await session.client.nextRequest({ threadId: 2 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await session.client.pauseRequest({ threadId: 2 });
    expect((await session.stop()).reason).toMatch(/^(pause|step)$/);
    expect((await session.names())[0]).toBe('kmain');
  });

  it('reaches a guest that waits for input, and the input wakes it', async () => {
    await launch({ cmdline: 'interactive' });
    while (!(await session.screen()).includes('type something')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await session.client.pauseRequest({ threadId: 1 });
    expect((await session.stop()).reason).toBe('pause');
    await session.client.continueRequest({ threadId: 1 });
    await session.client.customRequest('colinux/consoleInput', { terminal: 'cocon0', data: 'hey\u0004' });
    expect(await untilEnd()).toBe(0);
    expect(await session.screen()).toContain('hey\nend of input');
  });
});

describe('a guest that dies', () => {
  it.each([
    ['panic', /guest0 terminated: PANIC .*: asked to on the command line/],
    ['overflow', /guest0 terminated: STACK_OVERFLOW/],
    ['fault', /guest0 terminated: DOUBLE_FAULT/],
    ['bug', /guest0 terminated: BUG .*: kernel\/main.c/],
  ])('by %s ends the machine with a status, and the log says why', async (word, log) => {
    await launch({ cmdline: word });
    expect(await untilEnd()).toBeGreaterThan(1);
    expect(session.serial()).toMatch(log);
  });

  it('can be looked at when it panics', async () => {
    const printk = inSample('kernel/printk.c');
    await launch({ cmdline: 'panic', breakpoints: [[printk, lineOf(printk, 'void panic(')]] });
    expect((await session.stop()).reason).toBe('breakpoint');
    expect((await session.names()).slice(0, 2)).toEqual(['panic', 'kmain']);
  });
});

describe('a plain multiboot kernel', () => {
  /** Loads an IDT without gates and divides by zero. */
  const source = `
	.text
	.long 0x1badb002, 0, -0x1badb002
	.globl _start
	.type _start, @function
_start:
	movl $0x9000, %esp
	lidt empty
	xorl %edx, %edx
	xorl %ecx, %ecx
	movl $7, %eax
	divl %ecx
	hlt
	.size _start, . - _start
empty:	.word 0
	.long 0
`;

  it('stops before a triple fault takes everything away, and names the chain of causes', async () => {
    const kernel = buildImage(tested.bundle, 'triple', source);
    const file = tested.bundle.file('triple.S');
    await launch({ kernel });
    const stop = await session.stop();
    expect(stop).toMatchObject({ reason: 'exception', description: 'Triple fault' });
    expect(stop.text).toMatch(
      /^#DE divide error, then #GP general protection, error code 0003 \(gate 00h of the IDT, on the way to a handler\), then #DF/,
    );
    expect((await session.stack())[0]).toMatchObject({ name: '_start', line: lineOf(file, 'divl %ecx') });
    expect(await session.evaluate('$eax')).toBe('0x00000007');
    // Going on meets it again.
    expect(await session.go('continue')).toMatchObject({ reason: 'exception', description: 'Triple fault' });
  });

  it('boots in host-only mode and runs to its end', async () => {
    await launch({ kernel: inRoot('kernels/build/lockstep.elf'), memory: 16 });
    await untilEnd();
    expect(session.serial().length).toBeGreaterThan(0);
  });
});

describe('the end of a session', () => {
  it('comes by terminate, also while the machine runs', async () => {
    await launch({ cmdline: 'spin' });
    await session.client.terminateRequest();
    await session.event('terminated');
    await expect(session.client.stackTraceRequest({ threadId: 1 })).rejects.toThrow('There is no machine');
  });

  it('comes by disconnect while the machine runs, and takes the process with it', async () => {
    await launch({ cmdline: 'spin' });
    const process = session.process()!;
    const gone = new Promise((resolve) => process.once('exit', resolve));
    await session.client.disconnectRequest();
    expect(await gone).toBe(0);
  });

  it('comes when the client goes away without a word', async () => {
    await launch({ cmdline: 'spin' });
    const process = session.process()!;
    const gone = new Promise((resolve) => process.once('exit', resolve));
    process.stdin?.end();
    expect(await gone).toBe(0);
  });

  it('withdraws the thread of a guest that is gone while the host stays', async () => {
    const host = inRoot('kernels/host/main.c');
    await launch({ cmdline: 'panic', breakpoints: [[host, lineOf(host, 'machine_exit((uint8_t)worst')]] });
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 1 });
    const { body } = await session.client.threadsRequest();
    expect(body.threads.filter(({ id }) => id < 1000)).toEqual([{ id: 1, name: 'host kernel' }]);
  });
});

describe('a kernel that resets the machine at once, as behind an endless loop of resets', () => {
  it.each([
    ['the keyboard controller', 'outb %%al, $0x64', 0xfe],
    ['the reset control register', 'outb %%al, %%dx', 0x06],
  ])('ends the session, which says where: %s', async (_what, instruction, value) => {
    const source = `${C_ENTRY}
      void kmain(void) { __asm__ volatile("${instruction}; 1: jmp 1b" :: "a"(${value}), "d"(0xcf9)); }`;
    await launch({ kernel: buildImage(tested.bundle, 'resets', source, { suffix: '.c' }) });
    expect(await untilEnd()).toBe(6);
    const words = session.messages
      .filter((one) => one.type === 'event' && (one as DebugProtocol.Event).event === 'output')
      .map((one) => (one as DebugProtocol.OutputEvent).body);
    const told = words.find(({ output }) => output.startsWith('The machine has ended'));
    expect(told?.output).toMatch(
      /^The machine has ended: the guest reset the machine\. It would have gone on at 0x[0-9a-f]+ \(kmain\+0x[0-9a-f]+\)\.\n$/,
    );
    expect(told).toMatchObject({ source: { name: 'resets.c' } });
  });

  it('dies at each attempt to go on behind a triple fault, and can be ended', async () => {
    const source = `${C_ENTRY}
      static const struct { unsigned short limit; unsigned base; } __attribute__((packed)) none;
      void kmain(void) { __asm__ volatile("lidt %0; ud2" :: "m"(none)); }`;
    await launch({ kernel: buildImage(tested.bundle, 'dies', source, { suffix: '.c' }) });
    const dead = { reason: 'exception', description: 'Triple fault' };
    expect(await session.stop()).toMatchObject(dead);
    for (let n = 0; n < 3; n++) expect(await session.go('continue')).toMatchObject(dead);
    await session.client.terminateRequest();
    await session.event('terminated');
  });
});
