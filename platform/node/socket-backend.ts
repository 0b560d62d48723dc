/*
 * Owns the `socket` network backend: an Ethernet cable over TCP or a local socket, in QEMU's framing, to another
 * machine or to a QEMU (`-netdev stream` or `-netdev socket`). One end listens, the other connects; either may come
 * first, and go and come again.
 */

import { connect, createServer, type Server, type Socket } from 'node:net';
import { FramePipe } from './frame-pipe.ts';
import { reasonOf } from './reason.ts';
import { type Said, say } from '../../core/sentences/say.ts';

const CLOSED = say`the other end has closed the connection`;
const NO_FRAMES = say`what came is not a stream of frames with their lengths (QEMU’s stream netdev)`;

/** Where an end listens or connects to. */
export type CableAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export interface CableEvents {
  frame(frame: Uint8Array): void;
  /** The other end is there. */
  connected?(): void;
  /** The other end is gone, or could not be reached: a few words. Connecting is tried again. */
  disconnected?(reason: Said): void;
  /** This end cannot listen: a few words; the last event. */
  failed?(reason: Said): void;
}

/** One end of a cable. */
export interface Cable {
  /** A frame for the other end; lost when there is none. */
  send(frame: Uint8Array): void;
  /** Unplugs it. */
  close(): void;
}

/** Milliseconds between tries to connect. */
const RETRY = 1000;

/** The socket of the moment and its pipe. */
class Plug {
  readonly #events: CableEvents;
  #socket: Socket | undefined;
  #pipe: FramePipe | undefined;

  constructor(events: CableEvents) {
    this.#events = events;
  }

  get inUse(): boolean {
    return this.#socket !== undefined;
  }

  /** Takes a socket that is connected. @param gone called once, when it is not any more. */
  take(socket: Socket, gone: () => void): void {
    let reason: Said = CLOSED;
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#pipe = new FramePipe(
      socket,
      socket,
      (frame) => {
        if (this.#socket === socket) {
          this.#events.frame(frame);
        }
      },
      () => {
        reason = NO_FRAMES;
        socket.destroy();
      },
    );
    socket.on('error', (error) => {
      reason = reasonOf(error);
    });
    socket.on('close', () => {
      if (this.#socket === socket) {
        this.#socket = undefined;
        this.#pipe = undefined;
        this.#events.disconnected?.(reason);
        gone();
      }
    });
    this.#events.connected?.();
  }

  send(frame: Uint8Array): void {
    this.#pipe?.send(frame);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#pipe = undefined;
    socket?.destroy();
  }
}

/** The end that listens. It has one peer at a time; others are turned away. */
export function listenForCable(on: CableAddress, events: CableEvents): Cable & { readonly server: Server } {
  const plug = new Plug(events);
  const server = createServer((socket) => {
    if (plug.inUse) {
      socket.destroy();
    } else {
      plug.take(socket, () => undefined);
    }
  });
  server.on('error', (error) => {
    events.failed?.(reasonOf(error));
  });
  server.listen(on);
  return {
    server,
    send: (frame) => {
      plug.send(frame);
    },
    close: () => {
      server.close();
      plug.close();
    },
  };
}

/** The end that connects, again and again until it is closed. */
export function connectCable(to: CableAddress, events: CableEvents): Cable {
  const plug = new Plug(events);
  let closed = false;
  let attempt: Socket | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    if (!closed) {
      retry = setTimeout(dial, RETRY);
      retry.unref();
    }
  };
  const dial = (): void => {
    const socket = connect(to);
    attempt = socket;
    const refused = (error: Error): void => {
      events.disconnected?.(reasonOf(error));
      later();
    };
    socket.once('error', refused);
    socket.once('connect', () => {
      attempt = undefined;
      socket.removeListener('error', refused);
      plug.take(socket, later);
    });
  };
  dial();
  return {
    send: (frame) => {
      plug.send(frame);
    },
    close: () => {
      closed = true;
      clearTimeout(retry);
      attempt?.removeAllListeners('error').on('error', () => undefined);
      attempt?.destroy();
      plug.close();
    },
  };
}
