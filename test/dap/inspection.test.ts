/** What a client can look at and change at a stop: breakpoints, variables, expressions, memory, disassembly. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundleAdapter } from './support/bundle.ts';
import { inRoot, inSample, lineOf, openSession, type Session } from './support/session.ts';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterAll(() => {
  bundle.dispose();
});

const main = inSample('kernel/main.c');

async function atMain(text = 'greet("a coop'): Promise<Session> {
  const session = await openSession(bundle.adapter);
  await session.launch({ breakpoints: [[main, lineOf(main, text)]] });
  await session.stop();
  return session;
}

describe('breakpoints', () => {
  it.each([
    ['the first assembly of the guest', inSample('kernel/entry.S'), 'pushl\t%ecx', 'guest_entry', 2],
    ['the trap entry of the guest', inSample('kernel/traps.S'), 'call\ttrap_handler', 'trap_common', 2],
    ['the program in ring 3', inSample('user/program.c'), 'value = value * 1664525', 'compute', 2],
    ['the host kernel', inRoot('kernels/host/main.c'), 'if (!start_processes())', 'host_main', 1],
    [
      'assembly of the host kernel',
      inRoot('kernels/host/entry.S'),
      'call\tinterrupt_handler',
      'interrupt_common',
      1,
    ],
  ])('hit in %s', async (_what, path, text, name, threadId) => {
    const session = await openSession(bundle.adapter);
    try {
      const line = lineOf(path, text);
      const [bound] = await session.launch({ breakpoints: [[path, line]] });
      expect(bound).toMatchObject({ verified: true, line });
      expect(await session.stop()).toMatchObject({
        reason: 'breakpoint',
        threadId,
        hitBreakpointIds: [bound!.id],
      });
      const [top] = await session.stack();
      expect(top).toMatchObject({ name, line, source: { path } });
    } finally {
      await session.close();
    }
  });

  it('can be set and taken away while the machine runs', async () => {
    const session = await openSession(bundle.adapter);
    const keyboard = inSample('kernel/keyboard.c');
    await session.launch({ cmdline: 'interactive' });
    while (!(await session.screen()).includes('type something')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const [bound] = await session.setBreakpoints(keyboard, lineOf(keyboard, "if (c == '\\r')"));
    expect(bound).toMatchObject({ verified: true });
    await session.client.customRequest('colinux/consoleInput', { terminal: 'cocon0', data: 'x' });
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint', hitBreakpointIds: [bound!.id] });
    expect(await session.evaluate("c == 'x'")).toBe('1');
    await session.client.continueRequest({ threadId: 2 });
    await session.setBreakpoints(keyboard);
    await session.client.customRequest('colinux/consoleInput', { terminal: 'cocon0', data: '\u0004' });
    await session.event('terminated');
    await session.close();
  });

  it('move to the next line with code, and say so when there is none', async () => {
    const session = await openSession(bundle.adapter);
    await session.launch({ stopOnEntry: true });
    await session.stop();
    const comment = lineOf(main, 'static struct co_boot_params');
    expect(await session.setBreakpoints(main, comment)).toMatchObject([
      { verified: true, line: expect.any(Number) as number },
    ]);
    const beyond = await session.setBreakpoints(main, 100_000);
    const elsewhere = await session.setBreakpoints('/nowhere/else.c', 3);
    for (const [breakpoint] of [beyond, elsewhere]) {
      expect(breakpoint).toMatchObject({
        verified: false,
        reason: 'failed',
        message:
          'No code of the loaded kernels comes from this line: is the file part of the kernel, and built with -g?',
      });
    }
    await session.close();
  });

  it('keep their ids as long as their lines stay', async () => {
    const session = await atMain();
    const [first] = await session.setBreakpoints(main, lineOf(main, 'greet("a coop'));
    const again = await session.setBreakpoints(
      main,
      lineOf(main, 'primes = count'),
      lineOf(main, 'greet("a coop'),
    );
    expect(again[1]!.id).toBe(first!.id);
    expect(again[0]!.id).not.toBe(first!.id);
    await session.close();
  });
});

describe('at a stop', () => {
  let session: Session;
  beforeAll(async () => {
    session = await atMain();
  });
  afterAll(async () => {
    await session.close();
  });

  it('lists both coroutines and the processes of the host as threads', async () => {
    expect((await session.client.threadsRequest()).body.threads).toEqual([
      { id: 1, name: 'host kernel' },
      { id: 1001, name: 'host: clock (pid 1)' },
      { id: 1002, name: 'host: daemon0 (pid 2)' },
      { id: 2, name: 'guest 0 (hello-guest.elf)' },
    ]);
  });

  it('gives the stack in the pieces that a client asks for', async () => {
    const all = await session.stack(1);
    const { body } = await session.client.stackTraceRequest({ threadId: 1, startFrame: 2, levels: 2 });
    expect(body.totalFrames).toBe(all.length);
    expect(body.stackFrames.map(({ name }) => name)).toEqual(all.slice(2, 4).map(({ name }) => name));
  });

  it.each([
    ['megabytes', '16'],
    ['megabytes,x', '0x00000010'],
    ['boot->memory_size / 1024 / 1024 == megabytes', '1'],
    ['boot_params.memory_base', '16777216'],
    ['&boot_params == boot', '1'],
    ['sizeof(struct co_boot_params) == sizeof(*boot)', '1'],
    ['(char)0x141', "65 'A'"],
    ['*(unsigned int *)$esp == *$esp', '1'],
    ['boot && boot->kernel_end > 0xc0000000', '1'],
    ['0 && *(int *)0', '0'],
    ['kmain', expect.stringMatching(/^0x[0-9a-f]{8} kmain <main\.c:\d+>$/) as string],
    ['$cs', expect.stringMatching(/^0x0010 base=0x00000000 /) as string],
    ['$cs + 0', '16'],
    ['interactive', 'false'],
    ['$eip,u', expect.stringMatching(/^\d+$/) as string],
  ])('evaluates %s', async (expression, expected) => {
    expect(await session.evaluate(expression)).toEqual(expected);
  });

  it.each([
    ['', 'The expression ends where a value is needed.'],
    ['nothing_like_it', 'There is no variable "nothing_like_it" here'],
    ['megabytes = 1', 'This expression assigns to something'],
    ['kmain(0)', 'Calling functions of the guest is not possible'],
    ['1 / 0', 'Division by zero.'],
    ['*(int *)0x10', 'This value cannot be read'],
    ['boot->nothing', 'There is no member "nothing"'],
    ['$xyz', 'There is no register "$xyz"'],
    ['(1', 'The expression needs ")" here'],
    ['"text', 'The string that begins at column 1 does not end'],
    ['1.5.5', '"1.5.5" is no number of C'],
  ])('says what is wrong with %s', async (expression, sentence) => {
    const result = session.evaluate(expression);
    // A value that cannot be read is shown as such rather than refused.
    if (expression.startsWith('*(int')) expect(await result).toMatch(/cannot be read/);
    else await expect(result).rejects.toThrow(sentence);
  });

  it('shows numbers in hexadecimal when the client asks for it', async () => {
    expect(await session.evaluate('megabytes', { format: { hex: true } })).toBe('0x00000010');
    const frameId = (await session.stack())[0]!.id;
    const { scopes } = (await session.client.scopesRequest({ frameId })).body;
    const { variablesReference } = scopes.find(({ name }) => name === 'Locals')!;
    const { body } = await session.client.variablesRequest({ variablesReference, format: { hex: true } });
    expect(body.variables.find(({ name }) => name === 'megabytes')?.value).toBe('0x00000010');
  });

  it('unfolds pointers, structures and arrays, and each child can be evaluated by its name', async () => {
    const [boot] = await session.scope('Arguments');
    expect(boot).toMatchObject({ name: 'boot', type: 'const struct co_boot_params *' });
    const children = (await session.client.variablesRequest({ variablesReference: boot!.variablesReference }))
      .body.variables;
    expect(children.map(({ name }) => name)).toEqual(expect.arrayContaining(['memory_size', 'command_line']));
    for (const { evaluateName, value } of children) expect(await session.evaluate(evaluateName!)).toBe(value);
  });

  it('has the variables of the file, which can be watched', async () => {
    const globals = await session.scope('Globals');
    const params = globals.find(({ name }) => name === 'boot_params');
    expect(params?.type).toBe('struct co_boot_params');
    const children = await session.client.variablesRequest({
      variablesReference: params!.variablesReference,
    });
    const size = children.body.variables.find(({ name }) => name === 'memory_size');
    expect(size?.value).toBe(await session.evaluate('boot->memory_size'));
    const info = await session.client.customRequest('dataBreakpointInfo', {
      name: 'memory_size',
      variablesReference: params!.variablesReference,
    });
    const { description } = (info as DebugProtocol.DataBreakpointInfoResponse).body;
    expect(description).toMatch(/^memory_size \(4 bytes at guest0:0xc0/);
  });

  it('pages through a large array', async () => {
    const { variablesReference, indexedVariables } = (
      await session.client.evaluateRequest({
        expression: 'batch',
        frameId: (await session.stack()).find(({ name }) => name === 'kmain')!.id,
      })
    ).body;
    expect(indexedVariables).toBe(0x10000);
    const { body } = await session.client.variablesRequest({
      variablesReference,
      filter: 'indexed',
      start: 500,
      count: 3,
    });
    expect(body.variables.map(({ name }) => name)).toEqual(['[500]', '[501]', '[502]']);
  });

  it('shows the registers of both coroutines', async () => {
    const groups = await session.scope('Registers');
    expect(groups.map(({ name }) => name)).toEqual([
      ...['General', 'Segments', 'Control', 'x87', 'MMX', 'SSE'],
    ]);
    expect(await session.evaluate('$xmm0')).toMatch(/^0x0{32} float \{0, 0, 0, 0\}/);
    expect(await session.evaluate('$st0')).toBe('<empty>');
    const [, host] = await session.stack(1);
    expect((await session.scope('Registers', host)).map(({ name }) => name)).toEqual([
      'General',
      'Saved by the passage',
    ]);
  });

  const read = async (memoryReference: string, count: number, offset = 0) =>
    (await session.client.send('readMemory', { memoryReference, count, offset }))
      .body as DebugProtocol.ReadMemoryResponse['body'];

  it('reads memory up to a hole and says how much is missing', async () => {
    const top = Number(await session.evaluate('$esp')) - 16;
    const whole = await read('0x' + top.toString(16), 16);
    expect(atob(whole!.data!)).toHaveLength(16);
    const none = await read('0x10', 16);
    expect(none).toEqual({ address: '0x00000010', unreadableBytes: 16 });
    const last = await read('0xc0fffff0', 32);
    expect(last).toMatchObject({ unreadableBytes: 16 });
    expect(atob(last!.data!)).toHaveLength(16);
    await expect(read('elsewhere', 4)).rejects.toThrow('is not an address');
    await expect(read('0x10', -4)).rejects.toThrow('a whole number that is not negative');
  });

  it('reads the memory of the coroutine that a reference names', async () => {
    const [, frame] = await session.stack(1);
    expect(frame!.instructionPointerReference).toMatch(/^host:0x/);
    const inHost = await read(frame!.instructionPointerReference!, 16);
    const inGuest = await read(frame!.instructionPointerReference!.replace('host:', 'guest0:'), 16);
    expect(inHost!.data).not.toBe(inGuest?.data);
    const { body } = await session.client.disassembleRequest({
      memoryReference: frame!.instructionPointerReference!,
      instructionOffset: -1,
      instructionCount: 1,
    });
    expect(body!.instructions[0]!.instruction).toMatch(/^call/);
  });

  it('writes memory, reads it back and shows it in variables', async () => {
    const { memoryReference } = (
      await session.client.evaluateRequest({
        expression: 'megabytes',
        frameId: (await session.stack())[0]!.id,
      })
    ).body;
    const before = await read(memoryReference!, 4);
    const data = btoa('\x2a\0\0\0');
    const { body } = await session.client.send('writeMemory', { memoryReference, data });
    expect(body).toEqual({ bytesWritten: 4 });
    expect((await read(memoryReference!, 4))!.data).toBe(data);
    expect(await session.evaluate('megabytes')).toBe('42');
    await session.client.send('writeMemory', { memoryReference, data: before!.data });
    await expect(session.client.send('writeMemory', { memoryReference: '0x10', data })).rejects.toThrow(
      'Only 0 of 4 bytes at 0x00000010 are mapped',
    );
    await expect(session.client.send('writeMemory', { memoryReference, data: '*' })).rejects.toThrow(
      'base64',
    );
  });

  const disassemble = async (memoryReference: string, instructionOffset: number, instructionCount: number) =>
    (await session.client.disassembleRequest({ memoryReference, instructionOffset, instructionCount })).body!
      .instructions;

  it('disassembles forwards and backwards without a gap', async () => {
    const eip = await session.evaluate('$eip');
    const lines = await disassemble(eip, -40, 80);
    expect(lines).toHaveLength(80);
    expect(lines[40]!.address).toBe(eip);
    for (const [n, line] of lines.slice(0, -1).entries()) {
      const size = line.instructionBytes?.split(' ').length ?? 1;
      expect(Number(lines[n + 1]!.address)).toBe(Number(line.address) + size);
    }
    expect(lines.some(({ symbol }) => symbol === 'kmain')).toBe(true);
    expect(lines.some(({ line }) => line === lineOf(main, 'greet("a coop'))).toBe(true);
  });

  it('fills what is not mapped', async () => {
    const lines = await disassemble('0x100', -2, 4);
    expect(lines.map(({ address, presentationHint }) => [address, presentationHint])).toEqual(
      [0xfe, 0xff, 0x100, 0x101].map((at) => ['0x' + at.toString(16).padStart(8, '0'), 'invalid']),
    );
  });

  it('tells switches and the state hash', async () => {
    const { body } = await session.client.customRequest('colinux/switches');
    const { switches } = body as { switches: { from: number; to: number; operation: number }[] };
    expect(switches[0]).toMatchObject({ from: 0, to: 1, operation: 1 });
    expect(switches.at(-1)).toMatchObject({ from: 0, to: 1 });
    const hash = await session.client.customRequest('colinux/stateHash');
    expect((hash.body as { hash: string }).hash).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('what belongs to an earlier stop', () => {
  it('is refused, never shown as something else', async () => {
    const session = await atMain();
    const frameId = (await session.stack())[0]!.id;
    const { scopes } = (await session.client.scopesRequest({ frameId })).body;
    await session.go('next');
    await session.scope('Locals');
    await expect(session.client.scopesRequest({ frameId })).rejects.toThrow('earlier stop');
    await expect(session.client.evaluateRequest({ expression: '1', frameId })).rejects.toThrow(
      'earlier stop',
    );
    for (const { variablesReference } of scopes) {
      await expect(session.client.variablesRequest({ variablesReference })).rejects.toThrow('earlier stop');
    }
    await session.close();
  });
});
