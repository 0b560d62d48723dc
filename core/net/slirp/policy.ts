/*
 * Owns which addresses a guest may reach. It judges the very number that is connected to, after every name has
 * been resolved, so a name that changes its mind (DNS rebinding) gains nothing.
 */

import { inNetwork, type Ipv4Address, type Network } from '../wire/addresses.ts';
import { LOOPBACK, type SlirpOptions } from './options.ts';

/** `to`: where on the platform; `refuse`: as if nobody listened; `prohibit`: not from here; `ignore`: no such thing. */
export type Verdict = { readonly to: Ipv4Address } | 'refuse' | 'prohibit' | 'ignore';

const LINK_LOCAL: Network = { address: 0xa9fe0000, prefix: 16 };
const NEVER: readonly Network[] = [
  { address: 0x00000000, prefix: 8 }, // "this host" (RFC 1122): many systems take it for loopback
  { address: 0x7f000000, prefix: 8 }, // loopback
];
const NOT_UNICAST: readonly Network[] = [
  { address: 0xe0000000, prefix: 4 }, // multicast
  { address: 0xf0000000, prefix: 4 }, // reserved, and the broadcast address
];

/** What becomes of a guest's packet to `address`, as far as addresses go. */
export function judge(address: Ipv4Address, options: SlirpOptions): Verdict {
  if (address === options.gateway) {
    return options.hostLoopback ? { to: LOOPBACK } : 'refuse';
  }
  if (address === options.nameServer) {
    return 'refuse';
  }
  if (inNetwork(address, options.network) || NOT_UNICAST.some((network) => inNetwork(address, network))) {
    return 'ignore';
  }
  const denied =
    options.restrict ||
    NEVER.some((network) => inNetwork(address, network)) ||
    (!options.linkLocal && inNetwork(address, LINK_LOCAL));
  return denied ? 'prohibit' : { to: address };
}

/** How a guest sees an address of the platform: this computer's loopback is the gateway. */
export function seenByGuest(address: Ipv4Address, options: SlirpOptions): Ipv4Address {
  const own = inNetwork(address, { address: 0x7f000000, prefix: 8 }) || inNetwork(address, options.network);
  return own ? options.gateway : address;
}
