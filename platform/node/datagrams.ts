/* Owns UDP of Node as core/net/sockets.ts wants it. */

import { createSocket } from 'node:dgram';
import type { DatagramEvents, DatagramSocket, SocketAddress } from '../../core/net/sockets.ts';
import { formatIpv4Address, parseIpv4Address } from '../../core/net/wire/addresses.ts';
import { reasonOf } from './reason.ts';

/** Opens a port. */
export function datagram(on: SocketAddress | undefined, events: DatagramEvents): DatagramSocket {
  const socket = createSocket('udp4');
  let over = false;
  socket.on('message', (bytes, { address: text, port }) => {
    const address = parseIpv4Address(text);
    if (!over && address !== undefined) {
      events.data(bytes, { address, port });
    }
  });
  socket.on('error', (error) => {
    if (!over) {
      over = true;
      socket.close();
      events.failed(reasonOf(error));
    }
  });
  socket.bind({ port: on?.port ?? 0, address: formatIpv4Address(on?.address ?? 0) });
  return {
    send: (bytes, to) => {
      if (!over) {
        // With a callback an error of the network is not one of the socket.
        socket.send(bytes, to.port, formatIpv4Address(to.address), () => undefined);
      }
    },
    close: () => {
      if (!over) {
        over = true;
        socket.close();
      }
    },
  };
}
