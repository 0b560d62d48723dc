/*
 * Owns ARP messages for IPv4 over Ethernet (RFC 826): hardware type 1, protocol type 0800h, lengths 6 and 4.
 */

import type { DropReason } from '../drops.ts';
import type { Ipv4Address, MacAddress } from './addresses.ts';
import { get16, get32, put16, put32 } from './bytes.ts';
import { ETHERTYPE_IPV4 } from './ethernet.ts';

export const ARP_REQUEST = 1;
export const ARP_REPLY = 2;
const ARP_LENGTH = 28;
const HARDWARE_ETHERNET = 1;

export interface ArpMessage {
  readonly operation: number;
  readonly senderMac: MacAddress;
  readonly senderAddress: Ipv4Address;
  readonly targetMac: MacAddress;
  readonly targetAddress: Ipv4Address;
}

/** A message; bytes behind its 28 are padding. */
export function parseArp(bytes: Uint8Array): ArpMessage | DropReason {
  if (
    bytes.length < ARP_LENGTH ||
    get16(bytes, 0) !== HARDWARE_ETHERNET ||
    get16(bytes, 2) !== ETHERTYPE_IPV4 ||
    bytes[4] !== 6 ||
    bytes[5] !== 4
  ) {
    return 'arp-malformed';
  }
  return {
    operation: get16(bytes, 6),
    senderMac: bytes.subarray(8, 14),
    senderAddress: get32(bytes, 14),
    targetMac: bytes.subarray(18, 24),
    targetAddress: get32(bytes, 24),
  };
}

export function buildArp(message: ArpMessage): Uint8Array {
  const bytes = new Uint8Array(ARP_LENGTH);
  put16(bytes, 0, HARDWARE_ETHERNET);
  put16(bytes, 2, ETHERTYPE_IPV4);
  bytes[4] = 6;
  bytes[5] = 4;
  put16(bytes, 6, message.operation);
  bytes.set(message.senderMac, 8);
  put32(bytes, 14, message.senderAddress);
  bytes.set(message.targetMac, 18);
  put32(bytes, 24, message.targetAddress);
  return bytes;
}
