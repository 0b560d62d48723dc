/*
 * Owns one guest connection that is tied to one stream of the platform: bytes, half closes, failures and waiting
 * pass from each to the other. What one side does not take stays with the other, in buffers that are full at some
 * point, so that in the end the sender waits (back-pressure): at most one chunk of the platform is held here.
 */

import type { SocketFailure, StreamEvents, StreamSocket } from '../sockets.ts';
import type { TcpConnection, TcpUser } from '../tcp/connection.ts';
import type { CloseReason } from '../tcp/state.ts';
import { seconds, type NetTimer, type NetTimers } from '../timers.ts';

/** Silence after which a connection is forgotten (RFC 5382, REQ-5): open both ways, and half closed. */
const IDLE_OPEN = seconds(7440);
const IDLE_CLOSING = seconds(240);
/** The most that is read from the guest's connection at once. */
const CHUNK = 65536;

export class Splice implements TcpUser {
  readonly #timers: NetTimers;
  readonly #idle: NetTimer;
  readonly #socket: StreamSocket;
  #connection: TcpConnection | undefined;
  /** From the platform, for the guest. */
  #held: Uint8Array | undefined;
  #socketTakes = true;
  #socketEnded = false;
  #guestEnded = false;
  #guestGone = false;
  #over = false;

  constructor(timers: NetTimers, socket: StreamSocket) {
    this.#timers = timers;
    this.#socket = socket;
    this.#idle = timers.create(() => {
      this.#checkIdle();
    });
  }

  /** The guest's side, which exists from now on. */
  attach(connection: TcpConnection): void {
    this.#connection = connection;
    this.#checkIdle();
  }

  /** The platform's events, but for `connected`: the splice is made when that has come. */
  readonly events: Omit<StreamEvents, 'connected'> = {
    data: (bytes) => {
      this.#held = bytes;
      this.#toGuest();
    },
    ended: () => {
      this.#socketEnded = true;
      this.#toGuest();
    },
    drained: () => {
      this.#socketTakes = true;
      this.#toSocket();
    },
    closed: (failure: SocketFailure | undefined) => {
      if (failure !== undefined && !this.#over) {
        this.#finish();
        this.#connection?.abort();
      }
    },
  };

  established(): void {
    this.#socket.resume();
    this.#toGuest();
  }

  readable(): void {
    this.#toSocket();
  }

  writable(): void {
    this.#toGuest();
  }

  closed(reason: CloseReason): void {
    if (this.#over) {
      return;
    }
    if (reason === 'finished') {
      this.#guestGone = true;
      this.#toSocket(); // what the guest has sent may still wait for the platform
    } else {
      this.#finish();
      this.#socket.abort();
    }
  }

  /** Ends both sides. */
  abort(): void {
    if (!this.#over) {
      this.#finish();
      this.#socket.abort();
      this.#connection?.abort();
    }
  }

  #toGuest(): void {
    const connection = this.#connection;
    if (this.#over || connection === undefined) {
      return;
    }
    if (this.#held !== undefined) {
      const count = connection.send(this.#held);
      if (count < this.#held.length) {
        this.#held = this.#held.subarray(count);
        this.#socket.pause();
        return;
      }
      this.#held = undefined;
      if (!this.#socketEnded) {
        this.#socket.resume();
      }
    }
    if (this.#socketEnded) {
      connection.finish();
    }
  }

  #toSocket(): void {
    const connection = this.#connection;
    if (connection === undefined) {
      return;
    }
    while (!this.#over && this.#socketTakes && connection.available > 0) {
      this.#socketTakes = this.#socket.write(connection.read(CHUNK));
    }
    if (!this.#over && connection.ended && connection.available === 0 && !this.#guestEnded) {
      this.#guestEnded = true;
      this.#socket.end();
    }
    if (this.#guestGone && this.#guestEnded) {
      this.#finish();
    }
  }

  #checkIdle(): void {
    const connection = this.#connection!;
    const limit = this.#guestEnded || this.#socketEnded ? IDLE_CLOSING : IDLE_OPEN;
    const left = connection.lastActivity + limit - this.#timers.now();
    if (left <= 0) {
      this.abort();
    } else {
      this.#idle.startAfter(Math.min(left, IDLE_CLOSING));
    }
  }

  #finish(): void {
    this.#over = true;
    this.#held = undefined;
    this.#idle.cancel();
  }
}
