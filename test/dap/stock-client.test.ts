/**
 * A session through the Debug Adapter Protocol's own test client as it comes: its sequences of requests and its expectations, not
 * ours.
 */
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bundle, bundleAdapter, guest } from './support/bundle.ts';
import { inSample, lineOf } from './support/session.ts';

let bundle: Bundle;
let client: DebugClient;
beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterAll(() => {
  bundle.dispose();
});
beforeEach(async () => {
  client = new DebugClient(process.execPath, bundle.adapter, 'colinux');
  await client.start();
});
afterEach(async () => {
  await client.stop();
});

const main = inSample('kernel/main.c');
const launch = { kernel: guest } as DebugProtocol.LaunchRequestArguments;

describe('the stock client', () => {
  it('hits a breakpoint, steps and runs to the end', async () => {
    const line = lineOf(main, 'greet("a coop');
    await client.hitBreakpoint(launch, { path: main, line });
    const { body } = await client.threadsRequest();
    expect(body.threads.map(({ name }) => name)).toEqual([
      'host kernel',
      'host: clock (pid 1)',
      'host: daemon0 (pid 2)',
      'guest 0 (hello-guest.elf)',
    ]);
    await Promise.all([
      client.nextRequest({ threadId: 2 }),
      client.assertStoppedLocation('step', { path: main, line: line + 1 }),
    ]);
    await Promise.all([client.continueRequest({ threadId: 2 }), client.waitForEvent('terminated', 50_000)]);
  });

  it('hears of the end of a launch without breakpoints', async () => {
    const ended = client.waitForEvent('exited', 50_000);
    await Promise.all([client.configurationSequence(), client.launch(launch), ended]);
    expect(((await ended) as DebugProtocol.ExitedEvent).body.exitCode).toBe(0);
  });

  it('stops on entry', async () => {
    await Promise.all([
      client.configurationSequence(),
      client.launch({ ...launch, stopOnEntry: true } as DebugProtocol.LaunchRequestArguments),
      client.assertStoppedLocation('entry', { path: /entry\.S$/ }),
    ]);
  });

  it('gets an error for a request that is none, and the session lives on', async () => {
    await client.initializeRequest();
    await expect(client.customRequest('nonsense')).rejects.toThrow('This adapter has no request "nonsense".');
    await Promise.all([
      client.waitForEvent('initialized', 50_000).then(() => client.configurationDoneRequest()),
      client.launchRequest({ ...launch, stopOnEntry: true } as DebugProtocol.LaunchRequestArguments),
      client.waitForEvent('stopped', 50_000),
    ]);
  });
});
