/*
 * Owns TCP of Node as core/net/sockets.ts wants it: half-open, paused at first, with few kinds of failure.
 */

import { connect as connectSocket, createServer, type Socket } from 'node:net';
import type {
  Listener,
  SocketAddress,
  SocketFailure,
  StreamEvents,
  StreamSocket,
} from '../../core/net/sockets.ts';
import { formatIpv4Address, parseIpv4Address } from '../../core/net/wire/addresses.ts';
import type { Said } from '../../core/sentences/say.ts';
import { reasonOf } from './reason.ts';

const FAILURES: Readonly<Record<string, SocketFailure>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
};

/** Calls an address. */
export function connect(to: SocketAddress, events: StreamEvents): StreamSocket {
  const socket = connectSocket({
    host: formatIpv4Address(to.address),
    port: to.port,
    family: 4,
    autoSelectFamily: false,
    allowHalfOpen: true,
  });
  const { stream, bind } = wrap(socket);
  socket.once('connect', () => {
    events.connected();
  });
  bind(events);
  return stream;
}

/** Waits for calls. */
export function listen(
  on: SocketAddress,
  accept: (socket: StreamSocket, from: SocketAddress) => StreamEvents | undefined,
  failed: (reason: Said) => void,
): Listener {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    const { stream, bind } = wrap(socket);
    const from = { address: parseIpv4Address(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 };
    const events =
      from.address === undefined ? undefined : accept(stream, { address: from.address, port: from.port });
    if (events === undefined) {
      socket.on('error', () => undefined);
      stream.abort();
    } else {
      bind(events);
    }
  });
  server.on('error', (error) => {
    failed(reasonOf(error));
  });
  server.listen({ host: formatIpv4Address(on.address), port: on.port });
  return {
    close: () => {
      server.close();
    },
  };
}

/** A stream over a socket, and the function that gives it its listener. */
function wrap(socket: Socket): { stream: StreamSocket; bind: (events: StreamEvents) => void } {
  let over = false;
  let failure: SocketFailure | undefined;
  socket.setNoDelay(true);
  socket.pause();
  const bind = (events: StreamEvents): void => {
    const unlessOver =
      <Args extends unknown[]>(action: (...args: Args) => void) =>
      (...args: Args): void => {
        if (!over) {
          action(...args);
        }
      };
    socket.on(
      'data',
      unlessOver((bytes: Buffer) => {
        events.data(bytes);
      }),
    );
    socket.pause();
    socket.on(
      'end',
      unlessOver(() => {
        events.ended();
      }),
    );
    socket.on(
      'drain',
      unlessOver(() => {
        events.drained();
      }),
    );
    socket.on('error', (error: NodeJS.ErrnoException) => {
      failure = FAILURES[error.code ?? ''] ?? 'failed';
    });
    socket.on(
      'close',
      unlessOver(() => {
        over = true;
        events.closed(failure);
      }),
    );
  };
  const stream: StreamSocket = {
    write: (bytes) => over || socket.destroyed || socket.write(bytes),
    end: () => {
      socket.end();
    },
    pause: () => {
      socket.pause();
    },
    resume: () => {
      socket.resume();
    },
    abort: () => {
      over = true;
      socket.on('error', () => undefined);
      if (socket.connecting) {
        socket.destroy();
      } else {
        socket.resetAndDestroy();
      }
    },
  };
  return { stream, bind };
}
