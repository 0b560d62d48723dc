/** Steps as a person means them: over interrupts and crossings, into system calls and to the other kernel. */
import { describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { inRoot, inSample, lineOf, placeOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;

const main = inSample('kernel/main.c');
const cooperative = inSample('kernel/cooperative.c');
const program = inSample('user/program.c');
const passage = inRoot('kernels/host/driver/passage.c');
const passageCode = inRoot('kernels/host/driver/passage-code.inc.S');

/** Runs to a line and stops there. */
async function at(path: string, text: string, options: object = {}, after?: string): Promise<void> {
  session = await tested.open();
  await session.launch({ breakpoints: [[path, lineOf(path, text, after)]], ...options });
  await session.stop();
}

const place = (name: string, path: string, text: string, after?: string) =>
  `${name} ${path.split('/').slice(-2).join('/')}:${lineOf(path, text, after)}`;

describe('a step over', () => {
  it('goes statement by statement and comes back from calls', async () => {
    await at(main, 'unsigned megabytes = ');
    expect(await session.go('next')).toMatchObject({ reason: 'step', threadId: 2 });
    expect(await session.where()).toBe(place('kmain', main, 'bool interactive = '));
    await session.go('next');
    expect(await session.where()).toBe(place('kmain', main, 'greet("a coop'));
  });

  it('comes back from a line that sleeps while the host runs and timers fire', async () => {
    await at(main, 'timer_wait(TICKS_TO_WAIT);');
    expect(await session.go('next')).toMatchObject({ reason: 'step', threadId: 2 });
    expect(await session.where()).toBe(place('kmain', main, 'printk("timer: '));
    expect(await session.evaluate('ticks >= 5', { context: 'repl' })).toBe('1');
  });

  it('comes back from a line that runs a whole process in ring 3', async () => {
    await at(main, 'code = process_run(interactive);');
    await session.go('next');
    expect(await session.where()).toBe(place('kmain', main, 'printk("process: '));
    expect(await session.evaluate('code')).toBe('7');
  });

  it('comes back from a system call, and from a long computation that timers interrupt', async () => {
    await at(program, 'print("  ring 3: hello');
    await session.go('next');
    expect(await session.where()).toBe(place('user_main', program, 'print(compute('));
    await session.go('next');
    expect(await session.where()).toBe(place('user_main', program, 'system_call(SYS_SLEEP'));
    await session.go('next');
    expect(await session.where()).toBe(place('user_main', program, 'after = (uint32_t)'));
    expect((await session.scope('Registers')).length).toBeGreaterThan(0);
    expect(await session.evaluate('$cs & 3')).toBe('3');
  });

  it('comes back from the switch to the host', async () => {
    await at(cooperative, 'code(passage, &passage->guest, &passage->host);');
    expect(await session.go('next')).toMatchObject({ reason: 'step', threadId: 2 });
    expect((await session.names())[0]).not.toMatch(/^co_passage/);
  });

  it('steps through a loop line by line and leaves the function at its end', async () => {
    await at(main, 'if (number % divisor == 0)');
    await session.setBreakpoints(main);
    const seen: string[] = [];
    for (let n = 0; n < 6; n++) {
      await session.go('next');
      seen.push((await session.names())[0] ?? '');
    }
    expect(new Set(seen).size).toBeLessThanOrEqual(2);
    expect(['is_prime', 'count_primes']).toEqual(expect.arrayContaining([...new Set(seen)]));
  });
});

describe('a step in', () => {
  it('stops behind the prologue, where arguments can be seen', async () => {
    await at(main, 'greet("a coop');
    await session.go('stepIn');
    expect(await session.where()).toBe(place('greet', main, 'console_attribute(0x0b)'));
    expect((await session.scope('Arguments'))[0]).toMatchObject({
      name: 'name',
      value: expect.stringContaining('"a cooperative guest kernel"') as string,
    });
  });

  it('at the passage call goes to the other side, and there to the guest again', async () => {
    await at(cooperative, 'code(passage, &passage->guest, &passage->host);');
    expect(await session.go('stepIn')).toMatchObject({ reason: 'step', threadId: 1 });
    expect(await session.where()).toMatch(/^passage_switch driver\/passage\.c:/);
    await session.setBreakpoints(passage, lineOf(passage, 'code(page, &page->host, &page->guest);'));
    await session.setBreakpoints(cooperative);
    await session.go('continue');
    expect(await session.go('stepIn')).toMatchObject({ reason: 'step', threadId: 2 });
    expect(await session.where()).toMatch(/^switch_to_host kernel\/cooperative\.c:/);
  });

  it('into an int 0x80 by instructions shows the user frames below the label frame', async () => {
    await at(program, 'asm volatile("int $0x80"');
    await session.setBreakpoints(program);
    for (let n = 0; n < 8; n++) {
      await session.go('stepIn', 'instruction');
      if ((await session.evaluate('$cs & 3')) === '0') break;
    }
    const frames = await session.stack();
    const label = frames.findIndex(({ presentationHint }) => presentationHint === 'label');
    expect(frames[label]?.name).toMatch(/^― int 0x80 at 0x[0-9a-f]{8} \(ring 3 → 0\) ―$/);
    expect(label).toBeGreaterThan(0);
    const user = frames.slice(label + 1).map(({ name }) => name);
    expect(user.at(-1)).toBe('user_start');
    expect(user).toContain('user_main');
  });
});

describe('a breakpoint in the kernel during a system call', () => {
  it('shows the way from the kernel down to the program, and steps out into it', async () => {
    const syscalls = inSample('kernel/syscalls.c');
    await at(syscalls, 'console_write(text, length);');
    const names = await session.names();
    const label = names.findIndex((name) => name.startsWith('―'));
    expect(names.slice(0, label)).toEqual(['sys_write', 'system_call', 'trap_handler', 'trap_common']);
    expect(names.slice(label + 1)).toEqual(expect.arrayContaining(['print', 'user_main', 'user_start']));
    await session.setBreakpoints(syscalls);
    for (const expected of ['system_call', 'trap_handler', 'trap_common', 'program']) {
      await session.go('stepOut');
      const [top] = await session.stack();
      expect(expected === 'program' ? placeOf(top!) : top!.name).toContain(expected);
    }
    expect(await session.evaluate('$cs & 3')).toBe('3');
  });
});

describe('in the passage code', () => {
  it('a breakpoint hits on both sides and shows the source of the passage', async () => {
    const line = lineOf(passageCode, 'movl\t%ecx, %ebp');
    await at(main, 'unsigned megabytes = ');
    expect(await session.setBreakpoints(passageCode, line)).toMatchObject([{ verified: true, line }]);
    const stops: string[] = [];
    for (let n = 0; n < 2; n++) {
      const stop = await session.go('continue');
      expect(stop.hitBreakpointIds).toHaveLength(1);
      stops.push(`${stop.threadId} ${await session.where()}`);
    }
    expect(stops.map((text) => text.replace(/^\d /, ''))).toEqual(
      Array.from({ length: 2 }, () => `co_passage_sep driver/passage-code.inc.S:${line}`),
    );
  });

  it('a breakpoint set before the machine starts hits the first crossing', async () => {
    session = await tested.open();
    const line = lineOf(passageCode, 'movl\t%esp, STATE_ESP(%ebp)');
    await session.launch({ breakpoints: [[passageCode, line]] });
    const stop = await session.stop();
    expect(stop).toMatchObject({ reason: 'breakpoint', threadId: 1, hitBreakpointIds: [1] });
    expect(await session.names()).toEqual(
      expect.arrayContaining(['co_passage_sep', 'passage_switch', 'monitor_run']),
    );
  });

  it('steps go line by line and with the crossing', async () => {
    session = await tested.open();
    const line = lineOf(passageCode, 'movl\tSTATE_CR3(%ebp), %eax');
    await session.launch({ breakpoints: [[passageCode, line]] });
    expect(await session.stop()).toMatchObject({ threadId: 1 });
    await session.setBreakpoints(passageCode);
    for (let n = 1; n <= 3; n++) {
      await session.go('next');
      expect(await session.where()).toBe(`co_passage_sep driver/passage-code.inc.S:${line + n}`);
    }
    expect(await session.evaluate('$cr3 != 0')).toBe('1');
  });
});

describe('the thread that is away', () => {
  it('is stepped to its return from the passage', async () => {
    await at(main, 'timer_wait(TICKS_TO_WAIT);');
    await session.client.nextRequest({ threadId: 1 });
    expect(await session.stop()).toMatchObject({ reason: 'step', threadId: 1 });
    expect((await session.names())[0]).toBe('passage_switch');
  });
});

describe('instruction steps', () => {
  it('over a call come back behind it, into a call go to its first instruction', async () => {
    await at(main, 'greet("a coop');
    const next = async () => {
      const { body } = await session.client.disassembleRequest({
        memoryReference: await session.evaluate('$eip'),
        instructionCount: 2,
      });
      return body!.instructions;
    };
    let here = await next();
    while (!here[0]!.instruction.startsWith('call')) {
      await session.go('next', 'instruction');
      here = await next();
    }
    await session.go('next', 'instruction');
    expect(await session.evaluate('$eip')).toBe(here[1]!.address);
    here = await next();
    while (!here[0]!.instruction.startsWith('call')) {
      await session.go('stepIn', 'instruction');
      here = await next();
    }
    await session.go('stepIn', 'instruction');
    expect((await session.names())[0]).toBe('printk');
  });
});

describe('steps in code without line information', () => {
  it('go by the lines of its disassembly, over calls and into them', async () => {
    const bare = `${C_ENTRY}__attribute__((noinline)) int twice(int n) { return n * 2; }
      volatile int sink;
      void kmain(void) { for (;;) sink = twice(sink); }`;
    const kernel = buildImage(tested.bundle, 'bare', bare, { suffix: '.c', flags: ['-Og', '-g0'] });
    session = await tested.open();
    await session.launch({ kernel, stopOnEntry: true });
    await session.stop();
    const listed = async () => {
      const { name, source, line } = (await session.stack())[0]!;
      const { content } = (await session.client.sourceRequest({ sourceReference: source!.sourceReference! }))
        .body;
      return { name, line, text: content.split('\n')[line - 1]! };
    };
    const runTo = async (function_: string) => {
      await session.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: function_ }] });
      await session.go('continue');
    };
    await runTo('kmain');
    for (let here = await listed(); !here.text.includes('call');) {
      expect(await session.go('next')).toMatchObject({ reason: 'step' });
      const next = await listed();
      expect(next).toMatchObject({ name: 'kmain', line: here.line + 1 });
      here = next;
    }
    await session.client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const { line } = await listed();
    await session.go('next');
    expect(await listed()).toMatchObject({ name: 'kmain', line: line + 1 });
    while (!(await listed()).text.includes('call')) await session.go('stepIn');
    await session.go('stepIn');
    expect((await session.names()).slice(0, 2)).toEqual(['twice', 'kmain']);
    expect((await listed()).text).toContain(await session.evaluate('$eip'));
  });
});
