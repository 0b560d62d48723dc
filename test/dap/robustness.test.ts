/** Whatever a client sends, in whatever order: answers with sentences, never a crash, never silence. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFramer } from '../../debug-adapter/framing.ts';
import { type Bundle, bundleAdapter, guest } from './support/bundle.ts';
import { inSample, lineOf, openSession } from './support/session.ts';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterAll(() => {
  bundle.dispose();
});

interface Message {
  readonly type: string;
  readonly command?: string;
  readonly event?: string;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: { readonly output?: string; readonly error?: { readonly showUser?: boolean } };
}

const frame = (text: string) => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
const request = (seq: number, command: string, args?: unknown) =>
  frame(JSON.stringify({ seq, type: 'request', command, arguments: args }));

/** Sends bytes as they are, then a disconnect, and returns everything that came until the process ended. */
async function talk(
  ...parts: (string | Uint8Array)[]
): Promise<{ messages: Message[]; status: number | null }> {
  const child = spawn(process.execPath, [bundle.adapter], { stdio: ['pipe', 'pipe', 'inherit'] });
  const messages: Message[] = [];
  child.stdout.on(
    'data',
    createFramer(
      (text) => messages.push(JSON.parse(text) as Message),
      (what) => {
        throw new Error(what);
      },
    ),
  );
  for (const part of parts) child.stdin.write(part);
  // A launch takes a while, and a disconnect would cut it short.
  const isLaunch = parts.some((part) => typeof part === 'string' && part.includes('"launch"'));
  while (isLaunch && !messages.some(({ command }) => command === 'launch')) {
    await new Promise((resolve) => child.stdout.once('data', resolve));
  }
  child.stdin.write(request(1000, 'disconnect', {}));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { messages, status };
}

describe('what is no message', () => {
  it.each([
    ['text that is not JSON', frame('{"seq":1,')],
    ['JSON that is no object', frame('[1,2]') + frame('"x"') + frame('null') + frame('17')],
    ['an object that is no request', frame('{"type":"question"}') + frame('{"type":"request","command":5}')],
    ['a header without a length', 'Content-Type: text\r\n\r\n'],
    ['a length that is too large', 'Content-Length: 99999999999\r\n\r\n'],
    ['a header that never ends', 'x'.repeat(5000)],
  ])('is reported and left out: %s', async (_what, bytes) => {
    const { messages, status } = await talk(bytes, request(2, 'initialize', { adapterID: 'colinux' }));
    expect(status).toBe(0);
    expect(messages[0]).toMatchObject({ type: 'event', event: 'output' });
    expect(messages[0]!.body!.output).toMatch(/^A message was left out, for /);
    expect(messages.filter(({ command }) => command === 'initialize')).toMatchObject([{ success: true }]);
  });

  it('may come in pieces of any size', async () => {
    const bytes = Buffer.from(request(1, 'initialize', { adapterID: 'colinux', clientName: 'Ärger' }));
    const { messages } = await talk(...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    expect(messages[0]).toMatchObject({ command: 'initialize', success: true });
  });
});

describe('requests out of order', () => {
  it('before a launch fail with a sentence', async () => {
    const early: [string, unknown][] = [
      ['stackTrace', { threadId: 1 }],
      ['scopes', { frameId: 1 }],
      ['variables', { variablesReference: 1 }],
      ['evaluate', { expression: '1' }],
      ['continue', { threadId: 1 }],
      ['next', { threadId: 1 }],
      ['stepIn', undefined],
      ['stepOut', { threadId: 'x' }],
      ['pause', { threadId: 1 }],
      ['readMemory', { memoryReference: '0x0', count: 4 }],
      ['writeMemory', {}],
      ['disassemble', {}],
      ['configurationDone', undefined],
      ['colinux/stateHash', undefined],
      ['colinux/consoleAttach', {}],
      ['attach', {}],
      ['setVariable', {}],
      ['restartFrame', undefined],
      ['nonsense', null],
    ];
    const { messages } = await talk(...early.map(([command, args], n) => request(n + 1, command, args)));
    for (const [command] of early) {
      const answers = messages.filter(
        (message) => message.type === 'response' && message.command === command,
      );
      expect(answers, command).toHaveLength(1);
      expect(answers[0]!.success, command).toBe(false);
      expect(answers[0]!.message, command).toMatch(/^[A-Z][^\n]*\.$/);
      expect(answers[0]!.message, command).not.toMatch(/TypeError|undefined|\bat \w+ \(/);
    }
  });

  it('threads and empty breakpoint lists are answered at any time', async () => {
    const { messages } = await talk(
      request(1, 'initialize'),
      request(2, 'threads'),
      request(3, 'setExceptionBreakpoints', { filters: [] }),
      request(4, 'setFunctionBreakpoints', { breakpoints: [] }),
    );
    expect(messages.filter(({ type }) => type === 'response').every(({ success }) => success)).toBe(true);
  });

  it('while the machine runs fail, and with wrong numbers fail', async () => {
    const session = await openSession(bundle.adapter);
    const main = inSample('kernel/main.c');
    await session.launch({ cmdline: 'spin', breakpoints: [[main, lineOf(main, 'greet("a coop')]] });
    await session.stop();
    const { client } = session;
    await expect(client.variablesRequest({ variablesReference: 4711 })).rejects.toThrow('earlier stop');
    await expect(client.variablesRequest({ variablesReference: -1 })).rejects.toThrow('earlier stop');
    await expect(client.send('variables', { variablesReference: 'x' })).rejects.toThrow(
      'needs "variablesReference" as a whole number, but it is "x"',
    );
    await expect(client.scopesRequest({ frameId: 99 })).rejects.toThrow('earlier stop');
    for (const threadId of [0, 7, -1]) {
      await expect(client.send('stackTrace', { threadId })).rejects.toThrow('There is no thread');
      await expect(client.send('next', { threadId })).rejects.toThrow('There is no thread');
    }
    await expect(client.send('evaluate', { expression: 5 })).rejects.toThrow('"expression" as a string');
    await expect(client.send('setBreakpoints', { source: {}, breakpoints: [{ line: 1 }] })).rejects.toThrow(
      'needs a source with a path',
    );
    await expect(client.send('disassemble', { memoryReference: '0x0' })).rejects.toThrow(
      '"instructionCount"',
    );
    await expect(client.launchRequest({})).rejects.toThrow('has launched a machine already');
    await expect(client.configurationDoneRequest()).rejects.toThrow('done already');
    await expect(client.customRequest('colinux/consoleInput', { terminal: 3 })).rejects.toThrow(
      'as a string',
    );
    await client.continueRequest({ threadId: 2 });
    const running = 'The machine is running: pause it';
    await expect(client.nextRequest({ threadId: 2 })).rejects.toThrow(running);
    await expect(client.continueRequest({ threadId: 2 })).rejects.toThrow(running);
    await expect(client.stackTraceRequest({ threadId: 2 })).rejects.toThrow(running);
    await expect(client.evaluateRequest({ expression: '1' })).rejects.toThrow(running);
    await expect(client.send('disassemble', { memoryReference: '0x0', instructionCount: 1 })).rejects.toThrow(
      running,
    );
    await client.pauseRequest({ threadId: 2 });
    expect((await session.stop()).reason).toBe('pause');
    await session.close();
  });

  it('survive noise in every field', async () => {
    const session = await openSession(bundle.adapter);
    await session.launch({ stopOnEntry: true });
    await session.stop();
    const noise = [null, -1, 1e30, '', 'x', [], {}, true, '0x', NaN];
    const shapes: Record<string, string[]> = {
      stackTrace: ['threadId', 'startFrame', 'levels'],
      scopes: ['frameId'],
      variables: ['variablesReference', 'start', 'count', 'format'],
      evaluate: ['expression', 'frameId', 'format'],
      readMemory: ['memoryReference', 'offset', 'count'],
      writeMemory: ['memoryReference', 'offset', 'data'],
      disassemble: ['memoryReference', 'offset', 'instructionOffset', 'instructionCount'],
      setBreakpoints: ['source', 'breakpoints'],
      'colinux/consoleInput': ['terminal', 'data'],
      'colinux/consoleResize': ['terminal', 'columns', 'rows'],
      'colinux/power': ['terminal', 'action'],
    };
    const good = {
      threadId: 2,
      memoryReference: '0xc0100000',
      count: 4,
      instructionCount: 2,
      expression: '1',
      data: '',
      terminal: 'cocon0',
      action: 'none',
      columns: 80,
      rows: 25,
    };
    for (const [command, fields] of Object.entries(shapes)) {
      for (const field of fields) {
        for (const value of noise) {
          const answer = await session.client.send(command, { ...good, [field]: value }).then(
            () => 'Fine.',
            (error: unknown) => (error as Error).message,
          );
          expect(answer, `${command} ${field}=${String(value)}`).toMatch(/^[A-Z"][^\n]*\.$/);
          expect(answer, `${command} ${field}=${String(value)}`).not.toContain('The debug adapter failed');
        }
      }
    }
    expect((await session.names())[0]).toBe('guest_entry');
    await session.close();
  });
});

describe('a launch that cannot work', () => {
  const elf = readFileSync(guest);
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(elf);
    change(bytes);
    return bytes;
  };
  /** Files by name; what the launch says. */
  const cases: [
    what: string,
    options: Record<string, unknown>,
    sentence: RegExp,
    file?: Uint8Array | string,
  ][] = [
    ['no kernel', {}, /^A launch needs a kernel, but none is named: set "kernel" to the ELF file/],
    ['an empty name', { kernel: '' }, /^A launch needs a kernel/],
    [
      'a kernel that is not there',
      { kernel: '/nowhere/k.elf' },
      /^The file \/nowhere\/k\.elf cannot be read, for there is no such file: check the path/,
    ],
    ['a folder', { kernel: '/' }, /^The file \/ cannot be read, for it is a folder:/],
    ['an empty kernel', { kernel: 'FILE' }, /^k\.elf: .*empty/i, ''],
    ['a truncated kernel', { kernel: 'FILE' }, /^k\.elf: .*(truncated|end|bytes)/i, elf.subarray(0, 40)],
    ['half a kernel', { kernel: 'FILE' }, /^.*(truncated|ends|bytes|file)/i, elf.subarray(0, 5000)],
    ['a 64-bit kernel', { kernel: 'FILE' }, /^k\.elf: .*64-bit/i, changed((bytes) => (bytes[4] = 2))],
    [
      'a kernel of another processor',
      { kernel: 'FILE' },
      /^k\.elf: .*/i,
      changed((bytes) => (bytes[18] = 40)),
    ],
    ['text', { kernel: 'FILE' }, /multiboot/i, 'this is no kernel\n'.repeat(1000)],
    [
      'a kernel of the wrong type',
      { kernel: 7 },
      /^The launch option "kernel" must be a string, but it is a number: correct it in launch\.json\.$/,
    ],
    [
      'a command line of the wrong type',
      { kernel: 'k', cmdline: ['a'] },
      /^The launch option "cmdline" must be a string, but it is an array/,
    ],
    [
      'a memory size that is text',
      { kernel: 'k', memory: '64' },
      /^The launch option "memory" must be a whole number of MiB from 16 to 1024, but it is a string/,
    ],
    ['a memory size out of range', { kernel: 'k', memory: 4 }, /from 16 to 1024, but it is 4: /],
    [
      'stopOnEntry of the wrong type',
      { kernel: 'k', stopOnEntry: 'yes' },
      /^The launch option "stopOnEntry" must be true or false, but it is a string/,
    ],
    [
      'a host of the wrong type',
      { kernel: guest, host: null },
      /^The launch option "host" must be a string, but it is null/,
    ],
    [
      'modules of the wrong type',
      { kernel: 'k', modules: 'm' },
      /^The launch option "modules" must be an array of strings.*, but it is a string/,
    ],
    [
      'a module of the wrong type',
      { kernel: 'k', modules: [1] },
      /^The launch option "modules".*, but one of its items is not/,
    ],
    [
      'a module that is not there',
      { kernel: guest, modules: ['/nowhere/m x'] },
      /^The file \/nowhere\/m cannot be read/,
    ],
    [
      'a host that is not there',
      { kernel: guest, host: '/nowhere/h' },
      /^The file \/nowhere\/h cannot be read/,
    ],
    ['a host that is no kernel', { kernel: guest, host: 'FILE' }, /multiboot/i, 'x'.repeat(10_000)],
    [
      'a configuration of the wrong type',
      { config: 1 },
      /^The launch option "config" must be a string, but it is a number/,
    ],
    ['a configuration that is not there', { config: '/nowhere/c' }, /^The file \/nowhere\/c cannot be read/],
    ['a configuration without a kernel', { config: 'FILE' }, /^A launch needs a kernel/, 'mem=16\n'],
    [
      'a configuration with bad memory',
      { config: 'FILE' },
      /^The configuration file must be corrected: .*:2:1: mem= expects a whole number of MiB from 2 to 512, but found "lots"\.$/,
      'kernel=k\nmem=lots\n',
    ],
    [
      'a configuration whose kernel is not there',
      { config: 'FILE' },
      /^The file .*\/other\.elf cannot be read/,
      'kernel=other.elf\n',
    ],
  ];

  it.each(cases)('is refused with one sentence: %s', async (what, options, sentence, content) => {
    const folder = bundle.file(what.replaceAll(' ', '-'));
    mkdirSync(folder, { recursive: true });
    const file = `${folder}/k.elf`;
    if (content !== undefined) writeFileSync(file, content);
    const args = Object.fromEntries(
      Object.entries(options).map(([key, value]) => [key, value === 'FILE' ? file : value]),
    );
    const { messages, status } = await talk(request(1, 'initialize', {}), request(2, 'launch', args));
    expect(status).toBe(0);
    const answers = messages.filter(({ command }) => command === 'launch');
    expect(answers).toHaveLength(1);
    expect(answers[0]!.success).toBe(false);
    expect(answers[0]!.message).toMatch(sentence);
    // One line, a full stop at its end, no stack trace.
    expect(answers[0]!.message).toMatch(/^[^\n]*\.$/);
    expect(answers[0]!.message).not.toMatch(/\bat \w+.*:\d+:\d+|Error:/);
    expect(messages.some(({ event }) => event === 'initialized')).toBe(false);
  });

  it('says that a kernel has no debug information, and runs it', async () => {
    const bare = bundle.file('bare.elf');
    execFileSync('objcopy', ['--strip-debug', guest, bare]);
    const session = await openSession(bundle.adapter);
    await session.launch({ kernel: bare, stopOnEntry: true });
    await session.stop();
    const told = session.messages.map((message) => (message as Message).body?.output ?? '');
    expect(told.join('')).toMatch(
      /^bare\.elf has no debug information \(DWARF\), .*: compile it with -g, or name/m,
    );
    expect((await session.names())[0]).toBe('guest_entry');
    expect(
      (
        await session.client.disassembleRequest({
          memoryReference: await session.evaluate('$eip'),
          instructionCount: 1,
        })
      ).body!.instructions[0]!.instruction,
    ).toMatch(/^mov/);
    await session.close();
  });

  it('says what is missing when the adapter is not complete', async () => {
    const lonely = bundle.file('lonely');
    mkdirSync(lonely);
    writeFileSync(`${lonely}/adapter.cjs`, readFileSync(bundle.adapter));
    const session = await openSession(`${lonely}/adapter.cjs`);
    await expect(session.launch()).rejects.toThrow(
      /^The embedded host kernel cannot be read, for there is no such file: run "npm run build"/,
    );
    await session.close();
    mkdirSync(`${lonely}/kernels`);
    writeFileSync(
      `${lonely}/kernels/colinux-host.elf`,
      readFileSync(bundle.file('kernels/colinux-host.elf')),
    );
    const second = await openSession(`${lonely}/adapter.cjs`);
    await expect(second.launch()).rejects.toThrow(
      /^The machine's worker cannot be started: .* is missing: run "npm run build"\.$/,
    );
    await second.close();
  });
});
