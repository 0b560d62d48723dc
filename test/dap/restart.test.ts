/** The request restart: the same session boots again, and everything that was set stays. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { guest } from './support/bundle.ts';
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;

const main = inSample('kernel/main.c');
/** Milliseconds, on a computer that does nothing else. */

async function toGreeting(options: object = {}): Promise<void> {
  session = await tested.open();
  await session.launch({ breakpoints: [[main, lineOf(main, 'memory: %u MiB')]], ...options });
  await session.stop();
}

const restart = (args: object = {}) => session.client.send('restart', args);

/** The console's text while it is drawn: what came since the last restart. */
const drawn = () =>
  session.messages
    .map((message) => message as { event?: string; body?: { terminal?: { id: string }; data?: string } })
    .filter(({ event, body }) => event === 'colinux/console' && body?.terminal?.id === 'cocon0')
    .map(({ body }) => body?.data ?? '')
    .join('');

describe('a restart', () => {
  it('boots again, with all breakpoints, empty consoles and threads that begin anew', async () => {
    await toGreeting();
    expect(await session.screen()).toContain('Hello from');
    const ROUNDS = 3;
    for (let n = 0; n < ROUNDS; n++) {
      await restart();
      expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 2 });
    }
    expect((await session.screen()).match(/Hello from/g)).toHaveLength(1);
    const threads = session.messages
      .map((message) => message as DebugProtocol.ThreadEvent)
      .filter(({ event }) => event === 'thread')
      .map(({ body }) => `${body.reason} ${body.threadId}`);
    const life = ['started 1', 'started 2', 'exited 1', 'exited 2'];
    expect(threads).toEqual([...Array.from({ length: ROUNDS }, () => life).flat(), 'started 1', 'started 2']);
  });

  it('while the machine runs starts it over', async () => {
    await toGreeting({ cmdline: 'spin' });
    await session.client.continueRequest({ threadId: 2 });
    await restart();
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 2 });
  });

  it('takes a kernel that was built meanwhile, and binds breakpoints in it', async () => {
    const kernel = tested.bundle.file('rebuilt.elf');
    copyFileSync(guest, kernel);
    await toGreeting({ kernel });
    expect(await session.screen()).toContain('Hello from a cooperative guest kernel');
    const bytes = readFileSync(guest);
    bytes.write('a kernel that was rebuilt ', bytes.indexOf('a cooperative guest kernel'));
    writeFileSync(kernel, bytes);
    await restart();
    await session.stop();
    expect(await session.where()).toMatch(/^kmain /);
    expect(await session.screen()).toContain('Hello from a kernel that was rebuilt');
  });

  it('keeps data breakpoints: they are placed when the guest is there', async () => {
    await toGreeting();
    const asked = await session.client.customRequest('dataBreakpointInfo', {
      name: 'boot_params.memory_size',
    });
    const { dataId } = asked.body as { dataId: string };
    await session.client.customRequest('setDataBreakpoints', { breakpoints: [{ dataId }] });
    await restart();
    expect(await session.stop()).toMatchObject({ reason: 'data breakpoint' });
    const changes = session.messages
      .map((message) => message as DebugProtocol.BreakpointEvent)
      .filter(({ event, body }) => event === 'breakpoint' && body.breakpoint.line === undefined)
      .map(({ body }) => body.breakpoint.verified);
    expect(changes).toEqual([false, true]);
  });

  it('follows variables that a new build has elsewhere, in data breakpoints and their conditions', async () => {
    const build = (before: string, name = 'counter') =>
      buildImage(
        tested.bundle,
        'moving',
        `${C_ENTRY}${before} int limit = 2; struct { int unused, value; } ${name} = { 1, 0 };
        void kmain(void) { for (int n = 1; n < 10; n++) ${name}.value = n; }`,
        { suffix: '.c', flags: ['-O0'] },
      );
    const ask = async (command: string, args: object) =>
      (await session.client.customRequest(command, args)).body as Record<string, unknown>;
    session = await tested.open();
    await session.launch({ kernel: build(''), stopOnEntry: true });
    await session.stop();
    const { dataId, canPersist } = await ask('dataBreakpointInfo', { name: 'counter.value' });
    expect({ dataId, canPersist }).toEqual({
      dataId: expect.stringMatching(/^0x[0-9a-f]{8}\+4@counter\+4$/) as string,
      canPersist: true,
    });
    await ask('setDataBreakpoints', { breakpoints: [{ dataId, condition: '$value > limit' }] });
    const place = await session.evaluate('&counter.value');
    build('int more[64] = { 1 };');
    await restart();
    expect(await session.stop()).toMatchObject({ reason: 'entry' });
    expect(await session.go('continue')).toMatchObject({ reason: 'data breakpoint' });
    expect(await session.evaluate('&counter.value')).not.toBe(place);
    expect(await session.evaluate('counter.value')).toBe('3');
    build('', 'other');
    await restart();
    const { body } = await session.event('breakpoint');
    expect(body).toMatchObject({
      breakpoint: {
        verified: false,
        message: expect.stringContaining('no variable counter any more') as string,
      },
    });
  });

  it('honours a new launch configuration', async () => {
    await toGreeting();
    await restart({ arguments: { kernel: guest, stopOnEntry: true, cmdline: 'panic' } });
    expect((await session.stop()).reason).toBe('entry');
    expect((await session.go('continue')).reason).toBe('breakpoint');
    expect(await session.evaluate('boot->command_line')).toContain('panic');
  });

  it('with a configuration that cannot work changes nothing', async () => {
    await toGreeting();
    await expect(restart({ arguments: { kernel: '/no/such.elf' } })).rejects.toThrow('there is no such file');
    await expect(restart({ arguments: { kernel: guest, memory: 'much' } })).rejects.toThrow(
      'whole number of MiB',
    );
    expect(await session.where()).toMatch(/^kmain /);
    await restart();
    expect((await session.stop()).reason).toBe('breakpoint');
  });

  it('before a launch, and twice at once, fails with a sentence', async () => {
    session = await tested.open();
    await session.client.initializeRequest();
    await expect(restart()).rejects.toThrow('There is no machine to restart');
    await session.close();
    await toGreeting();
    const both = await Promise.allSettled([restart(), restart()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(drawn()).toContain('Hello');
  });
});
