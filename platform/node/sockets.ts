/*
 * Owns the sockets of Node for a guest's network. Every address that comes here is a number that core/net/slirp has
 * judged: no name is resolved on the way to a connection.
 */

import type { Sockets } from '../../core/net/sockets.ts';
import { datagram } from './datagrams.ts';
import { resolve } from './names.ts';
import { ping } from './ping.ts';
import { connect, listen } from './streams.ts';

/** All of them; a part may be replaced: `{ ...nodeSockets, resolve }`. */
export const nodeSockets: Required<Sockets> = { connect, listen, datagram, resolve, ping };
