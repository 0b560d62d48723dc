/*
 * Owns what can be chosen about a user-mode network, and its defaults: those of the field, 10.0.2.0/24 with the
 * gateway at .2, the name server at .3 and guests from .15 on. The defaults keep a guest away from services that
 * only this computer was meant to reach.
 */

import type { Ipv4Address, MacAddress, Network } from '../wire/addresses.ts';
import type { Redirection } from './redirections.ts';

/** What a guest's open connections may cost. */
export interface SlirpLimits {
  /** TCP connections at one time, calls that wait among them. */
  readonly tcpConnections: number;
  /** Bytes of each of a connection's two buffers: a power of two of at least 4096. */
  readonly tcpBuffer: number;
  /** UDP ports of guests in use at one time. */
  readonly udpPorts: number;
  /** Questions to the platform's resolver at one time. */
  readonly lookups: number;
  /** Echo requests to the outside at one time. */
  readonly pings: number;
}

export interface SlirpOptions {
  readonly network: Network;
  readonly gateway: Ipv4Address;
  readonly nameServer: Ipv4Address;
  /** The first address that DHCP gives; redirections go to it. */
  readonly firstGuest: Ipv4Address;
  /** Of the gateway and the name server. */
  readonly mac: MacAddress;
  /** Connections to the gateway's address reach 127.0.0.1 of this computer. */
  readonly hostLoopback: boolean;
  /** 169.254.0.0/16 can be reached: the metadata services of clouds live there. */
  readonly linkLocal: boolean;
  /** Nothing outside the network can be reached, names neither; DHCP and redirections remain. */
  readonly restrict: boolean;
  readonly redirections: readonly Redirection[];
  /** Where redirections listen. */
  readonly listenAddress: Ipv4Address;
  /** What DHCP says for a network boot: a path or an URL. */
  readonly bootFile: string | undefined;
  /** The domain that DHCP tells guests. */
  readonly domain: string | undefined;
  readonly limits: SlirpLimits;
}

export const LOOPBACK: Ipv4Address = 0x7f000001;

export const SLIRP_DEFAULTS: SlirpOptions = {
  network: { address: 0x0a000200, prefix: 24 },
  gateway: 0x0a000202,
  nameServer: 0x0a000203,
  firstGuest: 0x0a00020f,
  mac: Uint8Array.of(0x52, 0x55, 0x0a, 0x00, 0x02, 0x02),
  hostLoopback: false,
  linkLocal: false,
  restrict: false,
  redirections: [],
  listenAddress: LOOPBACK,
  bootFile: undefined,
  domain: undefined,
  limits: { tcpConnections: 512, tcpBuffer: 262144, udpPorts: 256, lookups: 64, pings: 8 },
};
