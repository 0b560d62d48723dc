/*
 * Owns DHCP messages (RFC 2131) and their options (RFC 2132) as a server sees them: requests are read, replies
 * written. Options that overflow into the `file` and `sname` fields (option 52) are read too.
 */

import type { DropReason } from '../drops.ts';
import type { Ipv4Address } from './addresses.ts';
import { get16, get32, put16, put32 } from './bytes.ts';

export const DHCP_SERVER_PORT = 67;
export const DHCP_CLIENT_PORT = 68;

/** Values of option 53 (RFC 2132, 9.6). */
export const DhcpType = {
  Discover: 1,
  Offer: 2,
  Request: 3,
  Decline: 4,
  Ack: 5,
  Nak: 6,
  Release: 7,
  Inform: 8,
} as const;

/** Option codes (RFC 2132). */
export const DhcpOption = {
  SubnetMask: 1,
  Router: 3,
  DomainNameServer: 6,
  HostName: 12,
  DomainName: 15,
  InterfaceMtu: 26,
  BroadcastAddress: 28,
  RequestedAddress: 50,
  LeaseTime: 51,
  Overload: 52,
  MessageType: 53,
  ServerIdentifier: 54,
  RenewalTime: 58,
  RebindingTime: 59,
  TftpServerName: 66,
  BootFile: 67,
} as const;

const OPTION_PAD = 0;
const OPTION_END = 255;
const BOOT_REQUEST = 1;
const BOOT_REPLY = 2;
const OPTIONS_AT = 240;
const MAGIC_COOKIE = 0x63825363;
const SNAME_AT = 44;
const FILE_AT = 108;
const COOKIE_AT = 236;
/** The smallest message that every client accepts is 300 bytes of BOOTP (RFC 1542, 2.1). */
const MIN_LENGTH = 300;
const BROADCAST_FLAG = 0x8000;

/** A client's message. */
export interface DhcpRequest {
  readonly transaction: number;
  /** The client cannot receive unicast before it has an address. */
  readonly broadcast: boolean;
  readonly clientAddress: Ipv4Address;
  readonly relayAddress: Ipv4Address;
  /** Six bytes. */
  readonly clientMac: Uint8Array;
  /** Code to contents; repeated options are joined (RFC 3396). */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

/** A request over Ethernet. BOOTP messages without options have an empty map. */
export function parseDhcpRequest(bytes: Uint8Array): DhcpRequest | DropReason {
  if (bytes.length < COOKIE_AT || bytes[1] !== 1 || bytes[2] !== 6) {
    return 'dhcp-malformed';
  }
  if (bytes[0] !== BOOT_REQUEST) {
    return 'dhcp-not-request';
  }
  const options = new Map<number, Uint8Array>();
  if (bytes.length >= OPTIONS_AT && get32(bytes, COOKIE_AT) === MAGIC_COOKIE) {
    if (!readOptions(bytes.subarray(OPTIONS_AT), options)) {
      return 'dhcp-options';
    }
    const overload = options.get(DhcpOption.Overload)?.[0] ?? 0;
    const fileIsRight = (overload & 1) === 0 || readOptions(bytes.subarray(FILE_AT, COOKIE_AT), options);
    const snameIsRight = (overload & 2) === 0 || readOptions(bytes.subarray(SNAME_AT, FILE_AT), options);
    if (!fileIsRight || !snameIsRight) {
      return 'dhcp-options';
    }
  }
  return {
    transaction: get32(bytes, 4),
    broadcast: (get16(bytes, 10) & BROADCAST_FLAG) !== 0,
    clientAddress: get32(bytes, 12),
    relayAddress: get32(bytes, 24),
    clientMac: bytes.subarray(28, 34),
    options,
  };
}

/** Reads options up to the end mark or the end of `bytes`; false when one reaches beyond. */
function readOptions(bytes: Uint8Array, options: Map<number, Uint8Array>): boolean {
  for (let at = 0; at < bytes.length;) {
    const code = bytes[at++]!;
    if (code === OPTION_END) {
      return true;
    }
    if (code === OPTION_PAD) {
      continue;
    }
    const length = bytes[at++];
    if (length === undefined || at + length > bytes.length) {
      return false;
    }
    const before = options.get(code) ?? new Uint8Array();
    options.set(code, Uint8Array.of(...before, ...bytes.subarray(at, at + length)));
    at += length;
  }
  return true;
}

/** An option that holds one address; undefined when it is absent or has another length. */
export function addressOption(request: DhcpRequest, code: number): Ipv4Address | undefined {
  const bytes = request.options.get(code);
  return bytes?.length === 4 ? get32(bytes, 0) : undefined;
}

/** A server's answer. */
export interface DhcpReply {
  readonly request: DhcpRequest;
  /** "Your" address: what the client is given; 0 for none. */
  readonly yourAddress: Ipv4Address;
  /** The address of the next server of a network boot; 0 for none. */
  readonly serverAddress: Ipv4Address;
  /** Name of the boot file in the `file` field too, at most 127 bytes. */
  readonly bootFile: Uint8Array;
  /** In the order in which they are written; each at most 255 bytes. */
  readonly options: readonly (readonly [code: number, contents: Uint8Array])[];
}

export function buildDhcpReply(reply: DhcpReply): Uint8Array {
  const { request } = reply;
  const optionsLength = reply.options.reduce((length, [, contents]) => length + 2 + contents.length, 1);
  const bytes = new Uint8Array(Math.max(MIN_LENGTH, OPTIONS_AT + optionsLength));
  bytes[0] = BOOT_REPLY;
  bytes[1] = 1;
  bytes[2] = 6;
  put32(bytes, 4, request.transaction);
  put16(bytes, 10, request.broadcast ? BROADCAST_FLAG : 0);
  put32(bytes, 12, request.clientAddress);
  put32(bytes, 16, reply.yourAddress);
  put32(bytes, 20, reply.serverAddress);
  put32(bytes, 24, request.relayAddress);
  bytes.set(request.clientMac, 28);
  bytes.set(reply.bootFile.subarray(0, 127), FILE_AT);
  put32(bytes, COOKIE_AT, MAGIC_COOKIE);
  let at = OPTIONS_AT;
  for (const [code, contents] of reply.options) {
    bytes[at] = code;
    bytes[at + 1] = contents.length;
    bytes.set(contents, at + 2);
    at += 2 + contents.length;
  }
  bytes[at] = OPTION_END;
  return bytes;
}
