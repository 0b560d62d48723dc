/**
 * The debug adapter as a stand-alone server for any DAP client: on standard input and output, or on a TCP port.
 *
 * Messages are read here and not by the library, which gives a session up at the first byte that is wrong. Here a
 * message that cannot be read is reported and left out.
 */
import { createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AdapterHost } from './adapter-host.ts';
import { createFramer, SEPARATOR } from './framing.ts';
import type { Peer } from './served-machine.ts';
import { ColinuxDebugSession } from './session.ts';

/** Connects a session to a pair of streams; `onEnd` is called once, when the client has gone or said good-bye. */
function connect(session: Peer, input: Readable, output: Writable, onEnd: () => void): void {
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    session.dispose();
    onEnd();
  };
  session.onDidSendMessage((message) => {
    const text = JSON.stringify(message);
    // What is said in one turn goes out at its end, in one piece: the machine is set going first.
    output.cork();
    process.nextTick(() => {
      output.uncork();
    });
    output.write(`Content-Length: ${Buffer.byteLength(text)}${SEPARATOR}${text}`);
    const sent = message as DebugProtocol.ProtocolMessage & { command?: string };
    if (sent.type === 'response' && sent.command === 'disconnect') output.end(end);
  });
  const garbage = (what: string) => {
    session.reportGarbage(
      `A message was left out, for ${what}: see the Debug Adapter Protocol, "Base protocol".`,
    );
  };
  const receive = createFramer((text) => {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      garbage('it is not JSON');
      return;
    }
    const { type, command } = (message ?? {}) as { type?: unknown; command?: unknown };
    if (type === 'request' && typeof command === 'string')
      session.handleMessage(message as DebugProtocol.Request);
    else if (type !== 'response' && type !== 'event') garbage('it is not a request');
  }, garbage);
  input.on('data', receive);
  for (const event of ['end', 'close', 'error']) input.on(event, end);
  output.on('error', end);
}

/** Serves one client on standard input and output; the process ends with the client. */
export function serveStdio(host: AdapterHost): void {
  const exit = () => {
    process.exit(0);
  };
  process.on('SIGTERM', exit);
  connect(new ColinuxDebugSession(host), process.stdin, process.stdout, exit);
}

/**
 * Serves connections to a TCP port of the loopback interface.
 * @param accept gives each of them its session
 * @returns the port, once listening. Rejects with the system's error, for example EADDRINUSE.
 */
export function serveTcp(accept: () => Peer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      connect(accept(), socket, socket, () => {
        socket.destroy();
      });
    });
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
