/** A stock gdb beside the client of a session, on the same machine: each hears of what the other one does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildImage, C_ENTRY } from '../dap/support/build-image.ts';
import { type Bundle, bundleAdapter } from '../dap/support/bundle.ts';
import { lineOf, openSession, type Session } from '../dap/support/session.ts';

const SOURCE = `${C_ENTRY}
volatile unsigned total, rounds;
__attribute__((noinline)) void add(unsigned n)
{
	total += n; /* added */
}
__attribute__((noinline)) void count(void)
{
	rounds++; /* counted */
}
void kmain(void)
{
	for (unsigned n = 1;; n++) {
		add(n);
		count();
	}
}
`;

let bundle: Bundle;
let session: Session;
let kernel: string;
beforeAll(async () => {
  bundle = await bundleAdapter();
  kernel = buildImage(bundle, 'beside', SOURCE, { suffix: '.c', flags: ['-Og', '-fcf-protection=none'] });
});
afterEach(async () => {
  await session.close();
});
afterAll(() => {
  bundle.dispose();
});

/** Launches and stops at the first addition. @returns gdb's port */
async function launch(): Promise<number> {
  session = await openSession(bundle.adapter);
  const source = bundle.file('beside.c');
  await session.launch({ kernel, gdbPort: 0, breakpoints: [[source, lineOf(source, '/* added */')]] });
  expect(await session.stop()).toMatchObject({ reason: 'breakpoint' });
  const said = session.messages.map((message) => JSON.stringify(message)).join('\n');
  return Number(/gdb can attach: target extended-remote 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
}

/** What gdb says to each of some commands. */
async function gdb(port: number, commands: readonly string[]): Promise<string[]> {
  const setup = ['set pagination off', 'set confirm off', `target remote 127.0.0.1:${port}`];
  const marked = commands.flatMap((command) => ['echo \\n=====\\n', command]);
  const words = [...setup, ...marked].flatMap((command) => ['-ex', command]);
  const child = spawn('gdb', ['-nx', '-batch', ...words, kernel], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  await once(child, 'close');
  return output.split('\n=====\n').slice(1);
}

describe('stock gdb beside a session', { timeout: 60_000 }, () => {
  it('sees the stop of the client, and both hear of every further one', async () => {
    const port = await launch();
    const [where, , counted, , added, stepped, , detached] = await gdb(port, [
      'backtrace 1',
      'break count',
      'continue',
      'set var total = 1000',
      // To the client's breakpoint, which is none of gdb's.
      'continue',
      'next',
      'delete',
      'detach',
    ]);
    expect(where).toMatch(/#0 +add \(n=1\)/);
    expect(counted).toMatch(/Breakpoint 1, count \(\)/);
    expect(added).toMatch(/SIGTRAP[\s\S]*add \(n=2\)/);
    expect(stepped).toMatch(/kmain|count|add/);
    expect(detached).toMatch(/detached/i);
    const events = session.messages
      .map((message) => message as { event?: string; body?: { reason?: string } })
      .filter(({ event }) => event === 'stopped' || event === 'continued')
      .map(({ event, body }) => (event === 'stopped' ? body?.reason : event));
    // gdb leaves its own breakpoint by a step of one instruction.
    expect(events.slice(0, 7)).toEqual([
      ...['breakpoint', 'continued', 'breakpoint', 'continued', 'step', 'continued', 'breakpoint'],
    ]);
    // gdb has let it go: it runs into the client's breakpoint, with what gdb has written.
    await vi.waitFor(async () => {
      expect(await session.evaluate('n')).toBe('3');
    });
    expect(await session.evaluate('total')).toBe('1002');
  });

  it('is let go with the machine, and a restart has another one', async () => {
    const port = await launch();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await session.client.customRequest('restart', {});
    await closed;
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint' });
  });
});

it('a port that is none is refused', async () => {
  session = await openSession(bundle.adapter);
  await session.client.initializeRequest({ adapterID: 'colinux', pathFormat: 'path' });
  await expect(session.client.launchRequest({ kernel, gdbPort: 70_000 } as object)).rejects.toThrow(
    /"gdbPort" must be a TCP port from 1 to 65535/,
  );
});
