/*
 * Owns the network of a guest in a browser, where there are no sockets: names resolve to addresses that stand for
 * them, and a connection to port 80 of any address is served by `fetch`. Everything else is refused or lost, as on a
 * network behind a strict firewall.
 */

import type { Sockets, StreamSocket } from '../../core/net/sockets.ts';
import { formatIpv4Address } from '../../core/net/wire/addresses.ts';
import { say } from '../../core/sentences/say.ts';
import { FetchStream } from './fetch-stream.ts';
import { SyntheticNames } from './synthetic-names.ts';

const HTTP_PORT = 80;
const CANNOT_LISTEN = say`a browser cannot listen`;

export interface FetchSettings {
  readonly fetch: typeof fetch;
  /** The page came by https, so it may fetch by https only. */
  readonly secure: boolean;
}

const REFUSED: StreamSocket = {
  write: () => true,
  end: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
  abort: () => undefined,
};

/** The sockets of a page; echo is not among them. */
export function createFetchSockets(settings: FetchSettings): Sockets {
  const names = new SyntheticNames();
  return {
    connect: (to, events) => {
      if (to.port !== HTTP_PORT) {
        queueMicrotask(() => {
          events.closed('refused');
        });
        return REFUSED;
      }
      const name = names.nameOf(to.address) ?? formatIpv4Address(to.address);
      return new FetchStream({ ...settings, name, events });
    },
    listen: (_on, _accept, failed) => {
      queueMicrotask(() => {
        failed(CANNOT_LISTEN);
      });
      return { close: () => undefined };
    },
    datagram: (on, events) => {
      if (on !== undefined) {
        queueMicrotask(() => {
          events.failed(CANNOT_LISTEN);
        });
      }
      return { send: () => undefined, close: () => undefined };
    },
    resolve: (lookup, answer) => {
      queueMicrotask(() => {
        answer(names.resolve(lookup));
      });
    },
  };
}
