/** Several guests in one session: threads, symbols, consoles, and the processes of the host in whose time they run. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { guest } from './support/bundle.ts';
import { inRoot, inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;

const main = inSample('kernel/main.c');
const daemon = inRoot('kernels/host/user/colinux-daemon.c');
const passageCode = inRoot('kernels/host/driver/passage-code.inc.S');
const rude = inRoot('kernels/build/rude-guest.elf');

describe('three guests', () => {
  const modules = [`${guest} interactive mem=4`, `${rude} d mem=2`];

  it('are three threads, with the symbols of their own images', async () => {
    session = await tested.open();
    const line = lineOf(main, 'printk("timer: ');
    await session.launch({ modules: [modules[0]], breakpoints: [[main, line]] });
    const stops = [await session.stop(), await session.go('continue')];
    expect(stops.map(({ reason }) => reason)).toEqual(['breakpoint', 'breakpoint']);
    expect(stops.map(({ threadId }) => threadId).sort()).toEqual([2, 3]);
    const { body } = await session.client.threadsRequest();
    expect(body.threads.map(({ name }) => name)).toEqual([
      'host kernel',
      'host: clock (pid 1)',
      'host: daemon0 (pid 2)',
      'host: daemon1 (pid 3)',
      'guest 0 (hello-guest.elf)',
      'guest 1 (hello-guest.elf)',
    ]);
    for (const thread of [2, 3]) {
      const names = await session.names(thread);
      // One of them is away, interrupted wherever it was: in its kernel or in its process.
      expect(names.at(-1)).toMatch(/^(guest_entry|user_start)$/);
    }
  });

  it('are threads as soon as they start, without any stop', async () => {
    session = await tested.open();
    await session.launch({ modules: [modules[0]], cmdline: 'interactive' });
    const told = [];
    for (let n = 0; n < 3; n++)
      told.push((await session.event('thread')).body as DebugProtocol.ThreadEvent['body']);
    expect(told.map(({ reason }) => reason)).toEqual(['started', 'started', 'started']);
    expect(told.map(({ threadId }) => threadId).sort()).toEqual([1, 2, 3]);
    const { body } = await session.client.threadsRequest();
    expect(body.threads.map(({ name }) => name)).toEqual([
      'host kernel',
      'guest 0 (hello-guest.elf)',
      'guest 1 (hello-guest.elf)',
    ]);
  });

  it('have a console each, and what is typed there reaches the right one', async () => {
    session = await tested.open();
    await session.launch({ modules, cmdline: 'interactive' });
    const screen = async (terminal: string) =>
      ((await session.client.customRequest('colinux/consoleAttach', { terminal })).body as { data: string })
        .data;
    for (const terminal of ['cocon0', 'cocon1']) {
      while (!(await screen(terminal)).includes('type something')) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    await session.client.customRequest('colinux/consoleInput', { terminal: 'cocon1', data: 'second\u0004' });
    while (!(await screen('cocon1')).includes('goodbye')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await screen('cocon1')).toContain('second');
    expect(await screen('cocon0')).not.toContain('second');
    await session.client.customRequest('colinux/consoleInput', { terminal: 'cocon0', data: '\u0004' });
    await session.event('terminated');
    const titles = session.messages.flatMap((message) => {
      const { event, body } = message as { event?: string; body?: { terminal?: { title: string } } };
      return event === 'colinux/console' ? [body?.terminal?.title] : [];
    });
    expect(titles).toContain('cocon 0: hello-guest.elf');
    expect(titles).toContain('cocon 1: hello-guest.elf');
    expect(session.serial()).toContain('guest2 terminated: END');
  });

  it('are drawn for the size of their terminal, and shut down when they are told to', async () => {
    session = await tested.open();
    await session.launch({ modules, cmdline: 'interactive' });
    const request = (command: string, args: object) =>
      session.client.customRequest(`colinux/${command}`, args);
    const screen = async (terminal: string) =>
      ((await request('consoleAttach', { terminal })).body as { data: string }).data;
    while (!(await screen('cocon1')).includes('type something'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await screen('cocon1')).toContain('\x1b[25;1H');
    await request('consoleResize', { terminal: 'cocon1', columns: 40, rows: 10 });
    const small = await screen('cocon1');
    expect(small).toContain('\x1b[1;10r');
    expect(small).not.toContain('\x1b[11;');
    await expect(request('consoleResize', { terminal: 'cocon1', columns: 0, rows: 10 })).rejects.toThrow(
      /"columns" as a whole number from 1 to 1000/,
    );
    await expect(request('power', { terminal: 'cocon0', action: 'sleep' })).rejects.toThrow(
      /one of "ctrl-alt-del", "shutdown", "off"/,
    );
    await expect(request('power', { terminal: 'com1', action: 'off' })).rejects.toThrow(/not the console/);
    for (const terminal of ['cocon0', 'cocon1']) await request('power', { terminal, action: 'shutdown' });
    await session.event('terminated');
    expect(session.serial()).toMatch(
      /guest0 terminated: POWEROFF[^]*guest1 terminated: POWEROFF|guest1[^]*guest0/,
    );
  });

  it('can be stepped when something has come from outside while they stood still', async () => {
    session = await tested.open();
    const line = lineOf(main, 'primes = count_primes');
    await session.launch({ breakpoints: [[main, line]] });
    await session.stop();
    await session.client.customRequest('colinux/consoleResize', { terminal: 'cocon0', columns: 90, rows: 9 });
    await session.go('next');
    expect((await session.stack(2))[0]).toMatchObject({ name: 'kmain', line: line + 1 });
  });

  it('and the one that has the CPU at an NMI is ended by it', async () => {
    session = await tested.open();
    const line = lineOf(main, 'printk("timer: ');
    await session.launch({ breakpoints: [[main, line]] });
    await session.stop();
    await session.client.customRequest('colinux/nmi');
    await session.client.continueRequest({ threadId: 2 });
    await session.event('terminated');
    expect(session.serial()).toMatch(/guest0 terminated: NMI \(reason 12, code 0xc01[0-9a-f]+, line 0\)$/m);
  });

  it('all stop at a breakpoint in the passage code, the later ones too', async () => {
    session = await tested.open();
    const line = lineOf(passageCode, 'movl\t%ecx, %ebp');
    await session.launch({ modules: [`${rude} o`], cmdline: 'panic', breakpoints: [[passageCode, line]] });
    const guests = new Set<string>();
    for (let n = 0; n < 40 && guests.size < 2; n++) {
      const { threadId } = n === 0 ? await session.stop() : await session.go('continue');
      expect((await session.names(threadId))[0]).toBe('co_passage_sep');
      const { body } = await session.client.threadsRequest();
      for (const { id, name } of body.threads) if (id > 1 && id < 1000) guests.add(name);
    }
    expect([...guests].sort()).toEqual(['guest 0 (hello-guest.elf)', 'guest 1 (rude-guest.elf)']);
  });
});

describe('a guest with a double fault', () => {
  it('stops at a breakpoint in the emergency task, above the stack that has led there', async () => {
    session = await tested.open();
    const emergency = inRoot('kernels/host/driver/emergency.S');
    const line = lineOf(emergency, 'movl\t$OPERATION_TERMINATE, PAGE_OPERATION');
    await session.launch({ cmdline: 'fault', breakpoints: [[emergency, line]] });
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 2 });
    expect(await session.where()).toBe(`co_emergency driver/emergency.S:${line}`);
    expect(await session.names()).toEqual([
      ...['co_emergency', '― #DF double fault, error code 0000 ―'],
      ...['double_fault', 'kmain', 'kernel_start', 'guest_entry'],
    ]);
    expect(await session.evaluate('$eax')).toMatch(/^0xc010/);
  });
});

describe('the processes of the host', () => {
  it('stop at breakpoints in ring 3, with their own symbols', async () => {
    session = await tested.open();
    const line = lineOf(daemon, 'mib = memory_mib();');
    await session.launch({ breakpoints: [[daemon, line]] });
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 1 });
    expect(await session.names()).toEqual(['main', 'user_start']);
    expect(await session.evaluate('$cs & 3')).toBe('3');
    expect(await session.evaluate('number')).toBe('0');
    expect(await session.evaluate('host.modules')).toBe('1');
  });

  it('are the outer frames of the host while a guest runs', async () => {
    session = await tested.open();
    await session.launch({ breakpoints: [[main, lineOf(main, 'greet("a coop')]] });
    await session.stop();
    const names = await session.names(1);
    const label = names.findIndex((name) => name.startsWith('― int 0x80'));
    expect(names.slice(0, label)).toEqual(
      expect.arrayContaining(['passage_switch', 'monitor_run', 'driver_ioctl', 'system_call']),
    );
    expect(names.slice(label + 1)).toEqual(['system_call', 'ioctl', 'run', 'main', 'user_start']);
  });
});
