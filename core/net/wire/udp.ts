/*
 * Owns UDP datagrams (RFC 768). A checksum of zero says that the sender made none.
 */

import type { DropReason } from '../drops.ts';
import { get16, put16 } from './bytes.ts';
import { finishChecksum, pseudoHeaderSum, sum16 } from './checksum.ts';
import { IPV4_MAX_PAYLOAD, PROTOCOL_UDP, type Ipv4Fields, type Ipv4Packet } from './ipv4.ts';

const UDP_HEADER = 8;
/** The most data in one datagram. */
export const UDP_MAX_DATA = IPV4_MAX_PAYLOAD - UDP_HEADER;

export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly data: Uint8Array;
}

/** The datagram in a whole packet, its data as a view of it. */
export function parseUdp(
  packet: Pick<Ipv4Packet, 'source' | 'destination' | 'payload'>,
): UdpDatagram | DropReason {
  const bytes = packet.payload;
  if (bytes.length < UDP_HEADER) {
    return 'udp-short';
  }
  const length = get16(bytes, 4);
  if (length < UDP_HEADER || length > bytes.length) {
    return 'udp-length';
  }
  if (get16(bytes, 6) !== 0) {
    const pseudo = pseudoHeaderSum(packet.source, packet.destination, PROTOCOL_UDP, length);
    if (finishChecksum(sum16(bytes, 0, length, pseudo)) !== 0) {
      return 'udp-checksum';
    }
  }
  return {
    sourcePort: get16(bytes, 0),
    destinationPort: get16(bytes, 2),
    data: bytes.subarray(UDP_HEADER, length),
  };
}

/** A datagram of at most {@link UDP_MAX_DATA} bytes of data, for the given addresses. */
export function buildUdp(
  addresses: Pick<Ipv4Fields, 'source' | 'destination'>,
  datagram: UdpDatagram,
): Uint8Array {
  const bytes = new Uint8Array(UDP_HEADER + datagram.data.length);
  put16(bytes, 0, datagram.sourcePort);
  put16(bytes, 2, datagram.destinationPort);
  put16(bytes, 4, bytes.length);
  bytes.set(datagram.data, UDP_HEADER);
  const pseudo = pseudoHeaderSum(addresses.source, addresses.destination, PROTOCOL_UDP, bytes.length);
  put16(bytes, 6, finishChecksum(sum16(bytes, 0, bytes.length, pseudo)) || 0xffff);
  return bytes;
}
