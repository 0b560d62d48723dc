/** The sample guest `unix-guest` in the debugger: its kernel, its programs, the table of processes. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundleAdapter } from '../dap/support/bundle.ts';
import { inRoot, lineOf, openSession, type Session } from '../dap/support/session.ts';

const kernel = inRoot('samples/unix-guest/build/unix-guest.elf');
const source = (path: string) => inRoot(`samples/unix-guest/${path}`);

let bundle: Bundle;
let session: Session;
beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterEach(async () => {
  await session.close();
});
afterAll(() => {
  bundle.dispose();
});

async function stopAt(path: string, text: string, cmdline = ''): Promise<void> {
  session = await openSession(bundle.adapter);
  const line = lineOf(source(path), text);
  const [bound] = await session.launch({ kernel, cmdline, breakpoints: [[source(path), line]] });
  expect(bound).toMatchObject({ verified: true, line });
  expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 2 });
  expect((await session.stack())[0]).toMatchObject({ line, source: { path: source(path) } });
}

describe('a breakpoint', () => {
  it('in kmain() stops before the first process', async () => {
    await stopAt('kernel/main.c', 'devices_init();');
    expect(await session.names()).toEqual(['kmain', 'kernel_start', 'guest_entry']);
  });

  it('in a program stops in ring 3, with the program above its first instruction', async () => {
    await stopAt('user/text.c', 'printf("%s%s", argv[i]', 'run=echo+hello');
    expect(await session.names()).toEqual(['echo_main', 'run_program', 'user_start']);
    expect(await session.evaluate('argv[1]')).toContain('"hello"');
  });

  it('in a system call shows the way from the program down into the kernel', async () => {
    await stopAt('fs/pipe.c', 'struct pipe *pipe = kmalloc', 'run=echo+a|cat');
    const names = await session.names();
    expect(names.slice(0, 4)).toEqual(['pipe_create', 'sys_pipe', 'call_system', 'trap_handler']);
    expect(names).toContain('system_call');
    expect(names.slice(-3)).toEqual(['sh_main', 'run_program', 'user_start']);
  });
});

it('the table of processes says who waits for what', async () => {
  await stopAt('user/system.c', 'return show_file("/dev/processes")', 'run=sleep+9&ps');
  expect(await session.evaluate('current->name')).toContain('"ps"');
  expect(await session.evaluate('processes[1].name')).toContain('"init"');
  expect(await session.evaluate('processes[1].waits_for')).toContain('"power"');
  expect(await session.evaluate('processes[2].waits_for')).toContain('"next write-back"');
});
