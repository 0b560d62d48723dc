/** The tasks of kernels as threads: their names, their stacks across rings and address spaces, and lists that are damaged. */
import { describe, expect, it } from 'vitest';
import type { CustomRequests } from '../../debug-adapter/custom-protocol.ts';
import { seededRandom } from '../../debug-adapter/symbols/testing/random.ts';
import { inRoot, lineOf, placeOf, type Frame, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const kernel = inRoot('samples/unix-guest/build/unix-guest.elf');
const source = (path: string) => inRoot(`samples/unix-guest/${path}`);

const tested = testedAdapter();
let session: Session;

/** Stops `ps` while `sleep 9` sleeps. */
async function besideSleeper(): Promise<void> {
  session = await tested.open();
  const file = source('user/system.c');
  const line = lineOf(file, 'return show_file("/dev/processes")');
  await session.launch({ kernel, cmdline: 'run=sleep+9&ps', breakpoints: [[file, line]] });
  expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 2 });
}

const threads = async () => (await session.client.threadsRequest()).body.threads;
async function threadNamed(name: RegExp): Promise<number> {
  const found = (await threads()).find((thread) => name.test(thread.name));
  if (!found) throw new Error(`no thread ${name.source}`);
  return found.id;
}
const evaluateIn = async (frame: Frame | undefined, expression: string) =>
  (await session.client.evaluateRequest({ expression, frameId: frame?.id ?? 0, context: 'watch' })).body
    .result;

/** `function file:line` of the frames with code. */
const placesOf = (frames: readonly Frame[]) =>
  frames.filter(({ presentationHint }) => presentationHint !== 'label').map(placeOf);

describe('a kernel that is known', () => {
  it('tells the use of its memory, and its log', async () => {
    await besideSleeper();
    const ask = async <C extends 'colinux/tasks' | 'colinux/kernelLog'>(command: C, args?: object) =>
      (await session.client.customRequest(command, args)).body as CustomRequests[C]['body'];
    const { kernels } = await ask('colinux/tasks');
    expect(kernels.map(({ hasLog }) => hasLog)).toEqual([true, true]);
    // The machine has 128 MiB, of which the first is left alone, and the guest has 16 of them.
    const [host, guest] = kernels.map(({ memory }) => memory!);
    expect(host!.total).toBe(127 << 20);
    expect(host!.total - host!.free).toBeGreaterThan(16 << 20);
    expect(guest!.total).toBe(16 << 20);
    expect(guest!.free).toBe(4096 * Number(await session.evaluate('(ram_end - fresh) / 4096 + freed_count')));
    const { text } = await ask('colinux/kernelLog', { threadId: 1 });
    expect(text).toBe(session.serial().replaceAll('\r', ''));
    expect((await ask('colinux/kernelLog', { threadId: 2 })).text).toMatch(/^unix-guest/);
  });
});

describe('the tasks of a stop', () => {
  it('are threads behind their kernel, those of the kernel in brackets, with ids of their own', async () => {
    await besideSleeper();
    const all = await threads();
    expect(all.map(({ name }) => name)).toEqual([
      'host kernel',
      'host: clock (pid 1)',
      'host: daemon0 (pid 2)',
      'guest 0 (unix-guest.elf)',
      'guest 0: [start] (pid 0)',
      'guest 0: init (pid 1)',
      'guest 0: [write-back] (pid 2)',
      'guest 0: init (pid 3)',
      'guest 0: sh (pid 4)',
      'guest 0: sh (pid 5)',
      'guest 0: ps (pid 6)',
      'guest 0: sh (pid 7)',
    ]);
    expect(all[1]?.id).toBe(1001);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(session.messages).toContainEqual(
      expect.objectContaining({ event: 'thread', body: { reason: 'started', threadId: all[1]?.id } }),
    );
    // `ps` ends, and the shell's child goes on under the same number as `sleep`.
    const ps = await threadNamed(/: ps /);
    const child = await threadNamed(/\(pid 7\)/);
    const file = source('kernel/process.c');
    await session.setBreakpoints(file, lineOf(file, 'current->state = PROCESS_ZOMBIE;') + 1);
    await session.setBreakpoints(source('user/system.c'));
    await session.go('continue');
    expect(await session.evaluate('current->name')).toContain('"ps"');
    await session.go('continue');
    expect(await threadNamed(/: sleep \(pid 7\)/)).toBe(child);
    expect((await threads()).map(({ id }) => id)).not.toContain(ps);
    expect(session.messages).toContainEqual(
      expect.objectContaining({ event: 'thread', body: { reason: 'exited', threadId: ps } }),
    );
  });

  it('have stacks from the switch through the system call into their own programs', async () => {
    await besideSleeper();
    const shell = await threadNamed(/: sh \(pid 4\)/);
    const other = await threadNamed(/: sh \(pid 5\)/);
    const frames = await session.stack(shell);
    expect(frames[0]?.name).toBe('― not running: PROCESS_SLEEPING, waits for child ―');
    const sh = source('user/sh.c');
    const waits = lineOf(sh, 'waitpid(');
    expect(placesOf(frames).slice(0, 12)).toEqual([
      expect.stringMatching(/^schedule kernel\/scheduler.c:\d+$/),
      expect.stringMatching(/^sleep kernel/),
      expect.stringMatching(/^sleep_on kernel/),
      expect.stringMatching(/^process_wait kernel/),
      expect.stringMatching(/^sys_waitpid kernel/),
      expect.stringMatching(/^call_system kernel/),
      expect.stringMatching(/^trap_handler kernel/),
      expect.stringMatching(/^trap_common kernel/),
      expect.stringMatching(/^system_call user/),
      expect.stringMatching(/^waitpid user/),
      `wait_for user/sh.c:${waits}`,
      expect.stringMatching(/^run_pipeline user\/sh.c/),
    ]);
    expect(frames.at(-1)?.name).toBe('user_start');
    // Two shells at the same addresses of two address spaces: each waits for its own child.
    const within = (all: readonly Frame[]) => all.find(({ name }) => name === 'wait_for');
    expect(await evaluateIn(within(frames), 'pid')).toBe('6');
    expect(await evaluateIn(within(await session.stack(other)), 'pid')).toBe('7');
  });

  it('have variables that can be set, each in its own address space', async () => {
    await besideSleeper();
    const within = async (name: RegExp) =>
      (await session.stack(await threadNamed(name))).find((frame) => frame.name === 'wait_for');
    const frame = await within(/: sh \(pid 4\)/);
    const args = { expression: 'raw', value: '77', frameId: frame?.id ?? 0 };
    await session.client.customRequest('setExpression', args);
    const raw = (await session.scope('Locals', frame)).find(({ name }) => name === 'raw');
    expect(raw).toMatchObject({ value: '77' });
    const memoryReference = raw?.memoryReference ?? '';
    expect(memoryReference).toMatch(/^guest0@[0-9a-f]+:0x/);
    const read = await session.client.customRequest('readMemory', { memoryReference, count: 4 });
    expect(read.body).toMatchObject({ data: Buffer.from([77, 0, 0, 0]).toString('base64') });
    expect(await evaluateIn(await within(/: sh \(pid 5\)/), 'raw')).toBe('0');
  });

  it('have the stack of a child that has not run yet, and the daemon of a guest that of its run', async () => {
    await besideSleeper();
    const child = placesOf(await session.stack(await threadNamed(/\(pid 7\)/)));
    expect(child.map((place) => place.split(' ')[0])).toEqual([
      ...['return_to_user', 'system_call', 'fork', 'run_pipeline', 'run_chain', 'run_behind', 'run_line'],
      ...['sh_main', 'run_program', 'user_start'],
    ]);
    const daemon = placesOf(await session.stack(await threadNamed(/daemon0/)));
    expect(daemon.at(-2)).toMatch(/^main user\/colinux-daemon.c:\d+$/);
    const clock = placesOf(await session.stack(await threadNamed(/: clock/)));
    expect(clock[0]).toMatch(/^schedule process\/scheduler.c/);
    expect(clock.at(-2)).toMatch(/^main user\/clock.c/);
  });

  it('cannot be changed while they do not run', async () => {
    await besideSleeper();
    const shell = await threadNamed(/: sh \(pid 4\)/);
    const inner = (await session.stack(shell))[1];
    await expect(
      session.client.evaluateRequest({ expression: '$eax = 1', frameId: inner?.id ?? 0, context: 'repl' }),
    ).rejects.toThrow(/not running cannot be set/);
    await session.client.stepInRequest({ threadId: await threadNamed(/: ps /) });
    expect(await session.stop()).toMatchObject({ reason: 'step', threadId: 2 });
    expect(await session.where()).toMatch(/^show_file/);
  });

  it('that do not run step by getting the processor back, where they have lost it or in the caller', async () => {
    await besideSleeper();
    const shell = await threadNamed(/: sh \(pid 4\)/);
    const [inner, caller] = (await session.stack(shell)).filter(({ source }) => source);
    await session.client.nextRequest({ threadId: shell });
    expect(await session.stop()).toMatchObject({ reason: 'step', threadId: 2 });
    expect((await session.stack())[0]).toMatchObject({ name: inner?.name });
    expect(await session.names()).toEqual(expect.arrayContaining(['sleep_on', 'wait_for', 'sh_main']));
    await session.close();
    await besideSleeper();
    await session.client.stepOutRequest({ threadId: await threadNamed(/: sh \(pid 4\)/) });
    expect(await session.stop()).toMatchObject({ reason: 'step', threadId: 2 });
    expect((await session.stack())[0]).toMatchObject({ name: caller?.name });
  });
});

describe('a step whose task ends', () => {
  it('is given up when its kernel has no such task any more, and says so', async () => {
    await besideSleeper();
    const process = source('kernel/process.c');
    await session.setBreakpoints(source('user/system.c'));
    await session.setBreakpoints(process, lineOf(process, 'schedule();', 'wake_up(current->parent);'));
    await session.go('continue');
    expect(await session.where()).toMatch(/^process_exit /);
    // It has given its memory back. Somebody asks for the tasks.
    await threadNamed(/: \[ps\] \(pid \d+\)/);
    await session.setBreakpoints(process);
    expect(await session.go('next')).toMatchObject({
      reason: 'pause',
      description: 'Task ended',
      text: expect.stringMatching(
        /^The task guest 0: \[ps\] \(pid \d+\) has ended in the step that began at process_exit/,
      ) as string,
    });
  });
});

it('a kernel that has not begun has no tasks, and nothing is wrong with them', async () => {
  session = await tested.open();
  const main = inRoot('kernels/host/main.c');
  const monitor = inRoot('kernels/host/driver/monitor.c');
  const built = lineOf(monitor, 'if (problem)', 'guest_space_build(');
  await session.launch({
    kernel,
    stopOnEntry: true,
    breakpoints: [
      [main, lineOf(main, 'log_init();'), lineOf(main, 'virtio_init();')],
      [monitor, built],
    ],
  });
  const reasons = [(await session.stop()).reason];
  const seen: string[][] = [];
  for (;;) {
    seen.push((await threads()).map(({ name }) => name));
    if (reasons.at(-1) === 'entry') break;
    reasons.push((await session.go('continue')).reason);
  }
  expect(reasons).toEqual(['breakpoint', 'breakpoint', 'breakpoint', 'entry']);
  expect(seen.slice(0, 2)).toEqual([['host kernel'], ['host kernel']]);
  expect(seen[3]).toContain('host: daemon0 (pid 2)');
  expect(seen[3]?.filter((name) => name.startsWith('guest 0'))).toEqual(['guest 0 (unix-guest.elf)']);
  expect(JSON.stringify(session.messages)).not.toMatch(/list of tasks|It looks like/);
});

it('a table that is overwritten gives what can still be read of it, and a reason', async () => {
  await besideSleeper();
  const random = seededRandom(0x7a5c);
  const table = Number(/0x[0-9a-f]+/.exec(await session.evaluate('&processes[0]'))?.[0]);
  const size = Number(await session.evaluate('sizeof processes'));
  for (let round = 0; round < 12; round++) {
    for (let n = 0; n < 20; n++) {
      const address = table + random(size / 4) * 4;
      // A small number is a state, an id or a null pointer; a large one leads anywhere.
      const value = random(2) === 0 ? random(5) : random(2 ** 32);
      await session.client.customRequest('writeMemory', {
        memoryReference: `guest0:0x${address.toString(16)}`,
        data: Buffer.from(Uint32Array.of(value).buffer).toString('base64'),
      });
    }
    const all = await threads();
    expect(all.length).toBeLessThanOrEqual(4 + 32);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { id } of all) expect((await session.stack(id)).length).toBeLessThanOrEqual(1010);
  }
  const said = session.messages.flatMap((message) => {
    const { event, body } = message as { event?: string; body?: { output?: string } };
    return event === 'output' ? [body?.output ?? ''] : [];
  });
  expect(said.join('')).toMatch(/guest 0 \(unix-guest.elf\): The task at 0x[0-9a-f]+ is left out: Its id/);
});
