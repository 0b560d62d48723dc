/** Serves gdb on a TCP port of this computer: one client at a time. On Node only. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { GdbListener } from '../adapter-host.ts';
import type { GdbServer } from './server.ts';

/** Bytes that a client may leave unread before it is let go. */
const MAX_UNREAD = 8 << 20;
/** How long a second client waits for the first to go. */
const GRACE_MS = 300;

/** @param patient the last client may be about to go: a gdb that connects again is faster than the end of its old connection */
function serve(
  server: Pick<GdbServer, 'connect'>,
  socket: Socket,
  report: (text: string) => void,
  patient: boolean,
): void {
  if (socket.destroyed) return;
  const connection = server.connect({
    send(bytes) {
      if (socket.writableLength > MAX_UNREAD) socket.destroy();
      else socket.write(bytes);
    },
    close: () => socket.end(),
  });
  if (!connection && patient) {
    setTimeout(serve, GRACE_MS, server, socket, report, false);
    return;
  }
  if (!connection) {
    report('A second gdb was turned away: one at a time can be attached.');
    socket.destroy();
    return;
  }
  socket.on('data', (bytes) => {
    connection.receive(bytes);
  });
  socket.on('close', () => {
    connection.closed();
  });
}

/**
 * @param port 0 for any that is free. @param report hears of clients that are turned away
 * @throws Error of the system when nothing can listen there
 */
export async function listenForGdb(
  port: number,
  server: Pick<GdbServer, 'connect'>,
  report: (text: string) => void,
): Promise<GdbListener> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    serve(server, socket, report, true);
  });
  listener.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close() {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
