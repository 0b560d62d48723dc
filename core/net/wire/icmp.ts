/*
 * Owns ICMP messages (RFC 792): echo and its reply, and the errors that a gateway answers with.
 */

import type { DropReason } from '../drops.ts';
import { put16 } from './bytes.ts';
import { checksum } from './checksum.ts';
import type { Ipv4Packet } from './ipv4.ts';

export const ICMP_ECHO_REPLY = 0;
export const ICMP_UNREACHABLE = 3;
export const ICMP_ECHO = 8;
export const ICMP_TIME_EXCEEDED = 11;

/** Codes of {@link ICMP_UNREACHABLE} (RFC 792; RFC 1122, 3.2.2.1; RFC 1812, 5.2.7.1). */
export const Unreachable = {
  Network: 0,
  Host: 1,
  Protocol: 2,
  Port: 3,
  Prohibited: 13,
} as const;

const ICMP_HEADER = 8;

export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
  /** The second word of the header: identifier and sequence number of an echo. */
  readonly rest: Uint8Array;
  readonly data: Uint8Array;
}

export function parseIcmp(bytes: Uint8Array): IcmpMessage | DropReason {
  if (bytes.length < ICMP_HEADER) {
    return 'icmp-short';
  }
  if (checksum(bytes) !== 0) {
    return 'icmp-checksum';
  }
  return {
    type: bytes[0]!,
    code: bytes[1]!,
    rest: bytes.subarray(4, ICMP_HEADER),
    data: bytes.subarray(ICMP_HEADER),
  };
}

export function buildIcmp(message: IcmpMessage): Uint8Array {
  const bytes = new Uint8Array(ICMP_HEADER + message.data.length);
  bytes[0] = message.type;
  bytes[1] = message.code;
  bytes.set(message.rest, 4);
  bytes.set(message.data, ICMP_HEADER);
  put16(bytes, 2, checksum(bytes));
  return bytes;
}

/** An error about `packet`: it quotes the header and the first eight bytes of the payload. */
export function buildIcmpError(type: number, code: number, packet: Ipv4Packet): Uint8Array {
  const data = new Uint8Array(packet.header.length + Math.min(8, packet.payload.length));
  data.set(packet.header);
  data.set(packet.payload.subarray(0, 8), packet.header.length);
  return buildIcmp({ type, code, rest: new Uint8Array(4), data });
}
