/** Runs of tasks: the adapter inside of this process, without a debugger. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeHost } from '../../debug-adapter/node-host.ts';
import { ColinuxDebugSession } from '../../debug-adapter/session.ts';
import { HeadlessRun } from '../../extension/tasks/headless-run.ts';
import { openEndsOnNode } from '../../platform/node/ends.ts';
import { type Bundle, bundleAdapter, guest } from './support/bundle.ts';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterAll(() => {
  bundle.dispose();
});

/** All output and the status of a run. */
function run(launch: Record<string, unknown>): Promise<{ text: string; status: number }> {
  const session = new ColinuxDebugSession(createNodeHost(bundle.folder, openEndsOnNode(bundle.folder)));
  return new Promise((resolve) => {
    let text = '';
    const headless = new HeadlessRun(session, {
      output: (more) => (text += more),
      end: (status) => resolve({ text, status }),
    });
    headless.start(launch);
  });
}

it('shows the serial port, and ends with the status of the machine', async () => {
  const { text, status } = await run({ kernel: guest });
  expect(text).toContain('guest0: Hello from a cooperative guest kernel!\r\n');
  expect(text).toContain('goodbye');
  expect(status).toBe(0);
});

it('fails for a guest that has met a BUG, with a line that a problem matcher knows', async () => {
  const { text, status } = await run({ kernel: guest, cmdline: 'bug' });
  expect(text).toMatch(/guest0 terminated: BUG \(reason \d+, code 0x0, line \d+\): kernel\/main\.c/);
  expect(status).not.toBe(0);
});

it('says in one sentence why it cannot begin', async () => {
  const { text, status } = await run({ kernel: '/no/such.elf' });
  expect(text).toMatch(/^The file \/no\/such\.elf cannot be read.*\.\r\n$/);
  expect(status).toBe(1);
});
