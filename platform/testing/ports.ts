/*
 * Owns the ports of this computer that tests use: one that nobody uses, and one that refuses calls. Other tests run
 * at the same time, so a port that the system has chosen and that was given back may be another's a moment later.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** Below the ports that systems choose by themselves (Linux: 32768, RFC 6335, 6: 49152). */
const FIRST = 20_000;
const COUNT = 12_000;

/** Processes begin at different places; the factor is prime to `COUNT`, and neighbours lie far apart. */
let next = (process.pid * 7919) % COUNT;

/** A port of TCP and of UDP that nobody uses now, and that no other test is given. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries++) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if ((await isTcpFree(port)) && (await isUdpFree(port))) {
      return port;
    }
  }
  throw new Error(`No port from ${FIRST} to ${FIRST + COUNT - 1} is free.`);
}

async function isTcpFree(port: number): Promise<boolean> {
  const server = createServer();
  const bound = await new Promise<boolean>((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve(true);
    });
  });
  if (bound) {
    server.close();
    await once(server, 'close');
  }
  return bound;
}

async function isUdpFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  const bound = await new Promise<boolean>((resolve) => {
    socket.once('error', () => {
      resolve(false);
    });
    socket.bind(port, '127.0.0.1', () => {
      resolve(true);
    });
  });
  await new Promise<void>((resolve) => socket.close(resolve));
  return bound;
}

export interface RefusingPort {
  readonly port: number;
  release(): void;
}

/**
 * A port of TCP at 127.0.0.1 that refuses calls until it is released: the near end of a connection has it, so that
 * nobody can listen there.
 */
export async function refusingPort(): Promise<RefusingPort> {
  const server = createServer((far) => far.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(near, 'connect');
  return {
    port: near.localPort!,
    release: () => {
      near.destroy();
      server.close();
    },
  };
}
