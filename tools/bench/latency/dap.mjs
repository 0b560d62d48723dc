// A client of debug adapters: ours and lldb's, in a session that is stopped in the loop of the kernel.
import { spawn } from 'node:child_process';
import { lineOf, SOURCE } from './source.mjs';
import { createWaiters } from './waiters.mjs';

/**
 * @param connect gets who is told of messages, gives who takes and who ends them
 * @param begin says how a session begins: a request and its arguments
 */
export async function debugByDap(connect, begin) {
  const waiters = createWaiters('debug adapter');
  const { send, end } = connect(waiters.give);
  let seq = 0;
  let threadId = 1;
  async function request(command, args) {
    const mine = ++seq;
    const answer = waiters.wait(
      (message) => message.type === 'response' && message.request_seq === mine,
      () => `the answer to ${command}`,
    );
    send({ seq: mine, type: 'request', command, arguments: args });
    const { success, message, body } = await answer;
    if (!success) throw new Error(`${command}: ${message}`);
    return body;
  }
  async function run(command, args = {}) {
    let answered = false;
    const stop = waiters.wait(
      (message) => message.event === 'stopped',
      () => `the stop after ${command}, which ${answered ? 'was' : 'was not'} answered,`,
    );
    await request(command, { threadId, ...args });
    answered = true;
    ({ threadId } = (await stop).body);
  }
  const breakpoints = (...lines) =>
    request('setBreakpoints', { source: { path: SOURCE }, breakpoints: lines.map((line) => ({ line })) });
  const to = async (text) => {
    await breakpoints(lineOf(text));
    await run('continue');
  };
  await request('initialize', { adapterID: 'bench' });
  const ready = waiters.wait(
    (message) => message.event === 'initialized',
    () => 'the event initialized',
  );
  await begin(request);
  await ready;
  await breakpoints(lineOf('/* plain */'));
  await run('configurationDone');
  return {
    request,
    breakpoints,
    to,
    clear: () => breakpoints(),
    next: () => run('next'),
    instruction: () => run('stepIn', { granularity: 'instruction' }),
    go: () => run('continue'),
    restart: () => run('restart'),
    /** What a client asks of a stop: the threads, the stack, and the variables of its innermost frame. */
    async show() {
      await request('threads', {});
      const { stackFrames } = await request('stackTrace', { threadId, levels: 20 });
      const { scopes } = await request('scopes', { frameId: stackFrames[0].id });
      const { variables } = await request('variables', scopes[0]);
      if (!variables.some(({ name }) => name === 'turns'))
        throw new Error(`no locals but ${variables.map(({ name }) => name)}`);
    },
    async expand() {
      const { stackFrames } = await request('stackTrace', { threadId, levels: 1 });
      const frameId = stackFrames[0].id;
      const { variablesReference } = await request('evaluate', {
        expression: 'large',
        frameId,
        context: 'watch',
      });
      const { variables } = await request('variables', { variablesReference });
      if (variables.length !== 200) throw new Error(`${variables.length} fields instead of 200`);
    },
    end,
  };
}

/** An adapter that is a process of its own, over pipes. */
export const overPipes =
  (program, ...args) =>
  (give) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    let buffer = Buffer.alloc(0);
    child.stdout.on('data', (data) => {
      buffer = Buffer.concat([buffer, data]);
      for (;;) {
        const header = buffer.indexOf('\r\n\r\n');
        if (header < 0) return;
        const length = Number(/Content-Length: (\d+)/.exec(buffer.toString('latin1', 0, header))[1]);
        if (buffer.length < header + 4 + length) return;
        const message = JSON.parse(buffer.toString('utf8', header + 4, header + 4 + length));
        buffer = buffer.subarray(header + 4 + length);
        give(message);
      }
    });
    return {
      send(message) {
        const text = JSON.stringify(message);
        child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      },
      end: () => child.kill(),
    };
  };
