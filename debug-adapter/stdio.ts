/** The debug adapter as a stand-alone server for any DAP client: on standard input and output, or on a TCP port. */
import { createServer } from 'node:net';
import { createNodeHost } from './node-host.ts';
import { ColinuxDebugSession } from './session.ts';

/** Serves one client on standard input and output; resolves never, the process ends with the client. */
export function serveStdio(dist: string): void {
  const session = new ColinuxDebugSession(createNodeHost(dist));
  process.on('SIGTERM', () => {
    session.shutdown();
  });
  session.start(process.stdin, process.stdout);
}

/**
 * Serves each connection to a TCP port of the loopback interface as a session of its own.
 * @returns the port, once listening. Rejects with the system's error, for example EADDRINUSE.
 */
export function serveTcp(dist: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      const session = new ColinuxDebugSession(createNodeHost(dist));
      session.setRunAsServer(true);
      socket.on('error', () => {
        session.dispose();
      });
      session.start(socket, socket);
    });
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
