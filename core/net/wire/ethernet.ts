/*
 * Owns Ethernet II frames without frame check sequence: destination, source, type, payload (RFC 894). Frames are
 * at most 1514 bytes; short ones are not padded, because no wire needs it.
 */

import type { DropReason } from '../drops.ts';
import type { MacAddress } from './addresses.ts';
import { get16, put16 } from './bytes.ts';

export const ETHERNET_HEADER = 14;
export const ETHERNET_MTU = 1500;
export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_ARP = 0x0806;

/** One frame; `payload` may carry padding. */
export interface EthernetFrame {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  readonly type: number;
  readonly payload: Uint8Array;
}

/** The parts of a frame, as views of it. */
export function parseEthernet(frame: Uint8Array): EthernetFrame | DropReason {
  if (frame.length < ETHERNET_HEADER) {
    return 'ethernet-short';
  }
  if (frame.length > ETHERNET_HEADER + ETHERNET_MTU) {
    return 'ethernet-long';
  }
  return {
    destination: frame.subarray(0, 6),
    source: frame.subarray(6, 12),
    type: get16(frame, 12),
    payload: frame.subarray(ETHERNET_HEADER),
  };
}

export function buildEthernet(frame: EthernetFrame): Uint8Array {
  const bytes = new Uint8Array(ETHERNET_HEADER + frame.payload.length);
  bytes.set(frame.destination);
  bytes.set(frame.source, 6);
  put16(bytes, 12, frame.type);
  bytes.set(frame.payload, ETHERNET_HEADER);
  return bytes;
}
