/**
 * `npm run demo -- --headless`: one debug session of the sample guest over DAP, told for a person to read. It talks to
 * the stand-alone adapter on stdio as any client would, and prints nothing that depends on the time of day or on the
 * speed of the computer, so that a test can hold it against a golden file.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { createFramer } from '../debug-adapter/framing.ts';
import { Problem } from './problem.ts';

/** Nothing of the session takes as long; what does has failed. */
const PATIENCE_MS = 60_000;
const GUEST = 'build/hello-guest.elf';
const MAIN = 'kernel/main.c';

const print = (text = '') => {
  process.stdout.write(text + '\n');
};

/** A DAP client: requests are promises, events queue up until somebody asks for them. */
function createClient(child: ChildProcess) {
  const waiting = new Map<number, (response: DebugProtocol.Response) => void>();
  const events: DebugProtocol.Event[] = [];
  let wake: (() => void) | undefined;
  let seq = 0;
  child.stdout?.on(
    'data',
    createFramer(
      (text) => {
        const message = JSON.parse(text) as DebugProtocol.ProtocolMessage;
        if (message.type === 'response') {
          const response = message as DebugProtocol.Response;
          waiting.get(response.request_seq)?.(response);
          waiting.delete(response.request_seq);
        } else {
          events.push(message as DebugProtocol.Event);
          wake?.();
        }
      },
      (what) => {
        throw new Problem(`The adapter sent what is no message: ${what}.`);
      },
    ),
  );
  return {
    async request(command: string, args: object = {}): Promise<unknown> {
      const message = JSON.stringify({ seq: ++seq, type: 'request', command, arguments: args });
      child.stdin?.write(`Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`);
      const id = seq;
      const response = await new Promise<DebugProtocol.Response>((resolve) => waiting.set(id, resolve));
      if (!response.success)
        throw new Problem(`The request ${command} failed: ${response.message ?? 'no reason'}`);
      return response.body as unknown;
    },
    /** The next event of one of these names; the others in between go to `other`. */
    async event(
      names: readonly string[],
      other: (event: DebugProtocol.Event) => void,
    ): Promise<DebugProtocol.Event> {
      for (;;) {
        const event = events.shift();
        if (event && names.includes(event.event)) return event;
        if (event) other(event);
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
type Client = ReturnType<typeof createClient>;

/** The guest's screen: what a terminal that opens now is sent, without its escape sequences. */
async function screen(client: Client): Promise<string[]> {
  const { data } = (await client.request('colinux/consoleAttach', { terminal: 'cocon0' })) as {
    data: string;
  };
  const rows = data
    .split(/\x1b\[\d+;1H/)
    .slice(1)
    .map((row) => row.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').trimEnd());
  while (rows.at(-1) === '') rows.pop();
  return rows;
}

async function demo(client: Client, sample: string): Promise<void> {
  const source = readFileSync(join(sample, MAIN), 'utf8').split('\n');
  const lineOf = (text: string): number => {
    const line = source.findIndex((candidate) => candidate.includes(text)) + 1;
    if (line === 0)
      throw new Problem(`Expected "${text}" in ${MAIN} of the sample, but it is not there any more.`);
    return line;
  };
  let serial = '';
  const gather = ({ event, body }: DebugProtocol.Event) => {
    const { category, output } = (body ?? {}) as DebugProtocol.OutputEvent['body'];
    if (event === 'output' && category === 'stdout') serial += output;
  };
  /** A source path as a person knows it. */
  const place = ({ source: file, line }: DebugProtocol.StackFrame): string => {
    const inSample = relative(sample, file?.path ?? '');
    const path = inSample.startsWith('..') ? (file?.path ?? '').replace(/^.*\/(?=kernels\/)/, '') : inSample;
    return `${path}:${line}`;
  };
  const stack = async (threadId: number) =>
    ((await client.request('stackTrace', { threadId })) as DebugProtocol.StackTraceResponse['body'])
      .stackFrames;
  const top = async (threadId: number): Promise<DebugProtocol.StackFrame> => {
    const [frame] = await stack(threadId);
    if (!frame) throw new Problem('The stack of the stopped thread is empty.');
    return frame;
  };
  const showLine = (frame: DebugProtocol.StackFrame) => {
    const text = frame.source?.path
      ? readFileSync(frame.source.path, 'utf8').split('\n')[frame.line - 1]
      : undefined;
    print(`  ${place(frame)}  in ${frame.name}`);
    if (text !== undefined) print(`    => ${text.trim()}`);
  };
  const stopped = async (expected: string): Promise<number> => {
    const event = await client.event(['stopped', 'terminated'], gather);
    const { reason, threadId } = (event.body ?? {}) as DebugProtocol.StoppedEvent['body'];
    if (event.event !== 'stopped' || reason !== expected) {
      throw new Problem(
        `Expected a stop for the reason "${expected}", but found ${event.event === 'stopped' ? `"${reason}"` : 'the end'}.`,
      );
    }
    return threadId ?? 0;
  };
  const stacks = async () => {
    const { threads } = (await client.request('threads')) as DebugProtocol.ThreadsResponse['body'];
    for (const { id, name } of threads) {
      print(`  thread ${id}: ${name}`);
      for (const frame of await stack(id)) {
        print(
          frame.presentationHint === 'label'
            ? `    ${frame.name}`
            : `    ${frame.name.padEnd(18)} ${place(frame)}`,
        );
      }
    }
  };
  const scope = async (threadId: number, name: string): Promise<DebugProtocol.Variable[]> => {
    const { scopes } = (await client.request('scopes', {
      frameId: (await top(threadId)).id,
    })) as DebugProtocol.ScopesResponse['body'];
    const reference = scopes.find((candidate) => candidate.name === name)?.variablesReference;
    if (reference === undefined) throw new Problem(`There is no scope "${name}" here.`);
    return variables(reference);
  };
  const variables = async (variablesReference: number) =>
    ((await client.request('variables', { variablesReference })) as DebugProtocol.VariablesResponse['body'])
      .variables;
  const show = (list: readonly DebugProtocol.Variable[]) => {
    for (const { name, value, type } of list)
      print(`    ${name.padEnd(12)} = ${value}${type ? `   (${type})` : ''}`);
  };
  const step = async (command: 'next' | 'stepIn' | 'stepOut', threadId: number): Promise<void> => {
    print(`\n> ${command}`);
    await client.request(command, { threadId });
    showLine(await top(await stopped('step')));
  };
  const console = async () => {
    for (const row of await screen(client)) print(`    | ${row}`.trimEnd());
  };

  print(`> launch ${GUEST}`);
  await client.request('initialize', { adapterID: 'colinux', pathFormat: 'path' });
  const launched = client.request('launch', { kernel: join(sample, GUEST) });
  const refused = launched.then(() => new Promise<never>(() => undefined));
  await Promise.race([client.event(['initialized'], gather), refused]);
  const line = lineOf('unsigned megabytes = ');
  print(`> setBreakpoints ${MAIN}:${line}`);
  const { breakpoints } = (await client.request('setBreakpoints', {
    source: { path: join(sample, MAIN) },
    breakpoints: [{ line }],
  })) as DebugProtocol.SetBreakpointsResponse['body'];
  for (const { verified, message } of breakpoints)
    print(`  ${verified ? 'verified' : (message ?? 'not verified')}`);
  print('> configurationDone');
  await client.request('configurationDone');
  await launched;

  const guest = await stopped('breakpoint');
  print('\nstopped at a breakpoint');
  showLine(await top(guest));
  print('\nstacks');
  await stacks();
  await step('next', guest);
  await step('next', guest);
  await step('stepIn', guest);
  print('\narguments');
  show(await scope(guest, 'Arguments'));
  await step('stepOut', guest);
  await step('next', guest);
  print('\nlocals of kmain');
  show(await scope(guest, 'Locals'));
  print('\nregisters');
  for (const group of await scope(guest, 'Registers')) {
    print(`  ${group.name}`);
    show(
      (await variables(group.variablesReference)).map(({ name, value }) => ({
        name,
        value,
        variablesReference: 0,
      })),
    );
  }
  print('\nevaluate');
  for (const expression of ['megabytes * 1024', 'boot->memory_size,x', '*boot', '$cr3']) {
    const { id: frameId } = await top(guest);
    // In an optimised kernel a variable may have no value here: that is said, too.
    const result = await client.request('evaluate', { expression, frameId }).then(
      (body) => (body as DebugProtocol.EvaluateResponse['body']).result,
      (error: unknown) => `<${error instanceof Error ? error.message : String(error)}>`,
    );
    print(`    ${expression.padEnd(20)} = ${result}`);
  }
  print("\nthe guest's console");
  await console();

  print('\n> continue');
  await client.request('continue', { threadId: guest });
  const exited = await client.event(['exited', 'stopped'], gather);
  if (exited.event !== 'exited')
    throw new Problem('Expected the guest to run to its end, but it stopped again.');
  await client.event(['terminated'], gather);
  print("\nthe guest's console at the end");
  await console();
  print('\nthe log of the host kernel (COM1)');
  for (const row of serial.trimEnd().split('\n')) print(`    | ${row}`.trimEnd());
  const { exitCode } = exited.body as DebugProtocol.ExitedEvent['body'];
  print(`\nexit code ${exitCode}`);
  if (exitCode !== 0) throw new Problem(`Expected the guest to end with code 0, but found ${exitCode}.`);
  await client.request('disconnect');
}

async function main(): Promise<void> {
  const folder = dirname(realpathSync(process.argv[1]!));
  const { values } = parseArgs({ options: { adapter: { type: 'string' }, sample: { type: 'string' } } });
  const adapter = values.adapter ?? join(folder, 'adapter.cjs');
  const sample = realpathSync(values.sample ?? join(folder, '../samples/hello-guest'));
  for (const [file, what] of [
    [adapter, 'npm run build'],
    [join(sample, GUEST), 'npm run build:kernels'],
  ] as const) {
    if (!existsSync(file))
      throw new Problem(`Expected ${basename(file)}, but it is not there: build it with ${what}.`);
  }
  const child = spawn(process.execPath, [adapter], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise<never>((_resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      reject(new Problem(`The debug adapter ended early (exit code ${code ?? 'none'}).`));
    });
    setTimeout(() => {
      reject(new Problem(`The session did not end within ${PATIENCE_MS / 1000} seconds.`));
    }, PATIENCE_MS).unref();
  });
  child.stdin.on('error', () => undefined);
  try {
    await Promise.race([demo(createClient(child), sample), gone]);
  } finally {
    child.kill();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`colinux demo: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
