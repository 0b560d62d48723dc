/*
 * Owns IPv4 packets (RFC 791): header checks, building, and cutting into fragments. Options are skipped when
 * read and never written. Putting fragments together is in ipv4-reassembly.ts.
 */

import type { DropReason } from '../drops.ts';
import type { Ipv4Address } from './addresses.ts';
import { get16, get32, put16, put32 } from './bytes.ts';
import { checksum } from './checksum.ts';

export const IPV4_HEADER = 20;
export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
/** The largest payload of a packet, put together or not. */
export const IPV4_MAX_PAYLOAD = 65535 - IPV4_HEADER;

const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const DEFAULT_TTL = 64;

export interface Ipv4Packet {
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly protocol: number;
  readonly ttl: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** Where `payload` belongs in the whole packet, in bytes: a multiple of 8. */
  readonly fragmentOffset: number;
  /** The header as it came, with options: what ICMP errors quote. */
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

/** The parts of a packet, as views of it; bytes behind its total length are padding. */
export function parseIpv4(bytes: Uint8Array): Ipv4Packet | DropReason {
  if (bytes.length < IPV4_HEADER) {
    return 'ipv4-short';
  }
  if (bytes[0]! >>> 4 !== 4) {
    return 'ipv4-version';
  }
  const headerLength = (bytes[0]! & 15) * 4;
  if (headerLength < IPV4_HEADER || headerLength > bytes.length) {
    return 'ipv4-header-length';
  }
  const totalLength = get16(bytes, 2);
  if (totalLength < headerLength || totalLength > bytes.length) {
    return 'ipv4-total-length';
  }
  if (checksum(bytes, 0, headerLength) !== 0) {
    return 'ipv4-checksum';
  }
  const fragment = get16(bytes, 6);
  return {
    source: get32(bytes, 12),
    destination: get32(bytes, 16),
    protocol: bytes[9]!,
    ttl: bytes[8]!,
    identification: get16(bytes, 4),
    dontFragment: (fragment & DONT_FRAGMENT) !== 0,
    moreFragments: (fragment & MORE_FRAGMENTS) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    header: bytes.subarray(0, headerLength),
    payload: bytes.subarray(headerLength, totalLength),
  };
}

/** What a sender decides. */
export interface Ipv4Fields {
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly protocol: number;
  /** 64 when absent. */
  readonly ttl?: number;
  /** 0 when absent: right for packets that are never cut (RFC 6864). */
  readonly identification?: number;
  readonly payload: Uint8Array;
}

/** One packet, marked "don't fragment". The payload is at most {@link IPV4_MAX_PAYLOAD} bytes. */
export function buildIpv4(fields: Ipv4Fields): Uint8Array {
  return build(fields, fields.payload, DONT_FRAGMENT);
}

/** The packets that carry `fields.payload` over a link of `mtu` bytes: one when it fits. */
export function buildIpv4Fragments(fields: Ipv4Fields, mtu: number): Uint8Array[] {
  const { payload } = fields;
  const room = (mtu - IPV4_HEADER) & ~7;
  if (payload.length + IPV4_HEADER <= mtu) {
    return [build(fields, payload, 0)];
  }
  const packets: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += room) {
    const more = at + room < payload.length ? MORE_FRAGMENTS : 0;
    packets.push(build(fields, payload.subarray(at, at + room), more | (at / 8)));
  }
  return packets;
}

function build(fields: Ipv4Fields, payload: Uint8Array, fragment: number): Uint8Array {
  const bytes = new Uint8Array(IPV4_HEADER + payload.length);
  bytes[0] = 0x45;
  put16(bytes, 2, bytes.length);
  put16(bytes, 4, fields.identification ?? 0);
  put16(bytes, 6, fragment);
  bytes[8] = fields.ttl ?? DEFAULT_TTL;
  bytes[9] = fields.protocol;
  put32(bytes, 12, fields.source);
  put32(bytes, 16, fields.destination);
  put16(bytes, 10, checksum(bytes, 0, IPV4_HEADER));
  bytes.set(payload, IPV4_HEADER);
  return bytes;
}
