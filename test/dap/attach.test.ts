/** `colinux daemon --dap`: debuggers that come to a running machine, and leave it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect as netConnect } from 'node:net';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundleAdapter, guest } from './support/bundle.ts';
import { type Daemon, startDaemon } from './support/daemon.ts';
import { inSample, lineOf, openSession, type Session } from './support/session.ts';

type Console = { readonly terminal?: { readonly id: string } } | undefined;

const GUEST = 'guest 0 (hello-guest.elf)';
const TIMER = inSample('kernel/timer.c');

let bundle: Bundle;
let daemon: Daemon;
const open: Session[] = [];

beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterAll(() => {
  bundle.dispose();
});
afterEach(() => {
  for (const session of open.splice(0)) session.client.stop().catch(() => undefined);
  daemon.process.kill('SIGKILL');
});

async function start(...options: string[]): Promise<void> {
  daemon = await startDaemon(bundle, ...options);
}

async function connect(): Promise<Session> {
  const session = await openSession(bundle.adapter, daemon.port);
  open.push(session);
  return session;
}

async function attach(...lines: number[]): Promise<Session> {
  const session = await connect();
  const { body } = await session.client.initializeRequest({ adapterID: 'colinux', pathFormat: 'path' });
  expect(body).toMatchObject({ supportTerminateDebuggee: true, supportSuspendDebuggee: true });
  await session.client.attachRequest({} as never);
  await session.event('initialized');
  if (lines.length > 0) await session.setBreakpoints(TIMER, ...lines);
  await session.client.configurationDoneRequest();
  return session;
}

describe('a daemon with --dap', () => {
  it('keeps its place free while a connection says nothing', async () => {
    await start();
    const silent = netConnect(daemon.port, '127.0.0.1');
    await once(silent, 'connect');
    try {
      const session = await attach();
      expect(await session.event('colinux/status')).toBeDefined();
    } finally {
      silent.destroy();
    }
  });

  it('lets one debugger after another attach, and goes on without them', async () => {
    await start();
    const first = await attach(lineOf(TIMER, 'ticks++'));
    await first.stop();
    const consoles = first.messages.map((message) => (message as DebugProtocol.Event).body as Console);
    expect(consoles.map((body) => body?.terminal?.id)).toEqual(expect.arrayContaining(['com1', 'cocon0']));
    expect((await first.names())[0]).toContain('timer');
    const second = await connect();
    await expect(second.client.initializeRequest()).rejects.toThrow(/Another debugger is attached/);
    await second.client.disconnectRequest();
    await first.client.disconnectRequest();

    const third = await attach();
    const { body } = await third.event('colinux/status');
    expect(body).toMatchObject({ running: true });
    // Threads are told of a machine that runs, too: those of its tasks wait for a stop.
    const threads = async () => (await third.client.threadsRequest()).body.threads.map(({ name }) => name);
    await expect.poll(threads).toEqual(expect.arrayContaining(['host kernel', GUEST]));
    await third.client.customRequest('colinux/consoleInput', { terminal: 'cocon0', data: '\x04' });
    expect(await third.event('exited')).toMatchObject({ body: { exitCode: 0 } });
    expect(await daemon.status).toBe(0);
    expect(daemon.out()).toContain('guest0: Hello from a cooperative guest kernel!\n');
    expect(daemon.out()).toContain('guest0: goodbye');
  });

  it('refuses a debugger that begins twice, and goes on with it', async () => {
    await start();
    const early = await connect();
    await early.client.initializeRequest();
    await expect(early.client.launchRequest({} as never)).rejects.toThrow(/use the request attach/);
    await early.client.disconnectRequest();
    const session = await attach(lineOf(TIMER, 'ticks++'));
    const already = /attached to its machine already/;
    await expect(session.client.attachRequest({} as never)).rejects.toThrow(already);
    await expect(session.client.launchRequest({} as never)).rejects.toThrow(already);
    await session.stop();
    expect((await session.names())[0]).toContain('timer');
    await session.client.disconnectRequest();
    const next = await attach(lineOf(TIMER, 'ticks++'));
    await next.stop();
  });

  it('goes on when a debugger is cut off at a stop; its breakpoints are gone', async () => {
    await start();
    const first = await attach(lineOf(TIMER, 'ticks++'));
    await first.stop();
    await first.client.stop();
    let second: Session | undefined;
    for (let tries = 0; tries < 50 && !second; tries++)
      second = await attach().catch(() => new Promise<undefined>((resolve) => setTimeout(resolve, 100)));
    expect(await second!.event('colinux/status')).toMatchObject({ body: { running: true } });
    await second!.client.pauseRequest({ threadId: 1 });
    expect((await second!.stop()).reason).toBe('pause');
  });

  it('stands still for the next debugger when one says so', async () => {
    await start();
    const first = await attach();
    await first.event('colinux/status');
    await first.client.send('disconnect', { suspendDebuggee: true });
    const second = await attach();
    expect(await second.stop()).toMatchObject({ allThreadsStopped: true });
    const before = await second.evaluate('$eip');
    // Over it: it may have been stopped at a REP, which one step does not end.
    await second.go('next', 'instruction');
    expect(await second.evaluate('$eip')).not.toBe(before);
  });

  it('restarts at the request of a debugger, with its breakpoints', async () => {
    await start();
    const session = await attach(lineOf(TIMER, 'ticks++'));
    await session.stop();
    await session.client.customRequest('restart', { arguments: { request: 'attach', port: daemon.port } });
    await session.stop();
    expect(await session.evaluate('ticks')).toBe('0');
  });

  it('ends with its guests at SIGTERM, and by a debugger that says so', async () => {
    await start();
    while (!daemon.out().includes('Hello')) await new Promise((resolve) => setTimeout(resolve, 20));
    daemon.process.kill('SIGTERM');
    expect(await daemon.status).toBe(0);
    await start();
    const session = await attach();
    await session.client.send('disconnect', { terminateDebuggee: true });
    expect(await daemon.status).toBe(0);
  });
});

it('is refused with one sentence by what serves no machine', async () => {
  daemon = { process: spawn('true'), port: 0, out: () => '', status: Promise.resolve(0) };
  const session = await openSession(bundle.adapter);
  await session.client.initializeRequest();
  await expect(session.client.attachRequest({} as never)).rejects.toThrow(
    /no running machine here to attach to/,
  );
  await session.close();
});

it.each([
  [['-t', 'cocon'], /-t cocon and --dap do not go together/],
  [['--capture', 'eth0=x'], /--capture and --dap do not go together/],
])('does not go with %s', (options, sentence) => {
  const args = [bundle.adapter, 'daemon', `kernel=${guest}`, '--dap', '0', ...options];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toMatch(sentence);
});
