/**
 * The values of ethN=: what a network unit is connected to, its MAC address, and for `slirp` the ports that are redirected into
 * the guest (coLinux 0.7.9, the manual of colinux-daemon; `socket` is ours).
 */
import { parseRedirections, type Redirection, RedirectionError } from '../../net/slirp/redirections.ts';
import type { Parsed } from './values.ts';

export type NetworkKind = 'slirp' | 'tap' | 'pcap-bridge' | 'ndis-bridge' | 'socket';

export interface NetworkUnit {
  readonly kind: NetworkKind;
  /** Name of the host's interface or connection, address of a socket; empty where it is to be found out. */
  readonly name: string;
  /** Six bytes as `00:ff:12:34:56:78`; undefined: one is made. */
  readonly mac: string | undefined;
  readonly promiscuous: boolean;
  /** One for each port. */
  readonly redirections: readonly Redirection[];
}

const KINDS: Readonly<Record<string, NetworkKind>> = {
  slirp: 'slirp',
  tap: 'tap',
  tuntap: 'tap',
  'pcap-bridge': 'pcap-bridge',
  'ndis-bridge': 'ndis-bridge',
  socket: 'socket',
};
/** @returns the address in lower case; `undefined` where it is none, or that of a group. */
export function parseMac(text: string): string | undefined {
  if (!/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(text)) return undefined;
  const mac = text.replaceAll('-', ':').toLowerCase();
  return (parseInt(mac.slice(0, 2), 16) & 1) === 0 ? mac : undefined;
}

/** `slirp[,MAC[,REDIRECTION/…]]`, or `KIND[,NAME[,MAC[,promisc|nopromisc]]]`. */
export function parseNetwork(text: string): Parsed<NetworkUnit> {
  const [first = '', ...fields] = text.split(',');
  const kind = KINDS[first];
  if (kind === undefined) return { problem: `one of ${Object.keys(KINDS).join(', ')}, then its fields` };
  const most = kind === 'slirp' ? 2 : 3;
  if (fields.length > most)
    return { problem: `at most ${most} fields behind ${first}, with commas between them` };
  const [name, macText, last] = kind === 'slirp' ? ['', ...fields] : fields;
  const mac = macText ? parseMac(macText) : undefined;
  if (macText && mac === undefined)
    return { problem: `the MAC address of one station, as 00:ff:12:34:56:78, where "${macText}" stands` };
  if (kind !== 'slirp') {
    if (last && last !== 'promisc' && last !== 'nopromisc')
      return { problem: `promisc or nopromisc, where "${last}" stands` };
    return { value: { kind, name: name ?? '', mac, promiscuous: last !== 'nopromisc', redirections: [] } };
  }
  try {
    const redirections = parseRedirections(last ?? '');
    return { value: { kind, name: '', mac, promiscuous: false, redirections } };
  } catch (error) {
    if (error instanceof RedirectionError) return { problem: error.expected };
    throw error;
  }
}
