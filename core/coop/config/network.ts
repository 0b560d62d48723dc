/**
 * The values of ethN=: what a network unit is connected to, its MAC address, and for `slirp` the ports that are redirected into
 * the guest (coLinux 0.7.9, the manual of colinux-daemon; `socket` is ours).
 */
import { parseRedirections, type Redirection, RedirectionError } from '../../net/slirp/redirections.ts';
import type { Choice } from './keys.ts';
import type { Parsed } from './values.ts';
import { say } from '../../sentences/say.ts';

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
/** What a card can be connected to, in the order of the documentation. */
export const NETWORK_CHOICES: readonly Choice[] = [
  {
    text: 'slirp',
    syntax: 'slirp[,MAC[,REDIRECTIONS]]',
    meaning:
      'a network of its own with DHCP, names and a way out; redirections as `tcp:2222:22` lead ports of this computer to the guest',
    see: 'network.md#slirp',
  },
  {
    text: 'tuntap',
    syntax: 'tuntap[,NAME[,MAC]]',
    meaning: 'a TAP interface of Linux, `colinux0` if left out',
    see: 'network.md#tap',
  },
  { text: 'tap', syntax: 'tap[,NAME[,MAC]]', meaning: 'the same as `tuntap`' },
  {
    text: 'pcap-bridge',
    syntax: 'pcap-bridge[,NAME[,MAC[,promisc]]]',
    meaning: 'an Ethernet of this computer, the first that has an address if left out',
    see: 'network.md#bridges',
  },
  {
    text: 'ndis-bridge',
    syntax: 'ndis-bridge[,NAME[,MAC[,promisc]]]',
    meaning: 'the same as `pcap-bridge`; coLinux had a driver of its own for it',
  },
  {
    text: 'socket,connect=',
    syntax: 'socket,connect=HOST:PORT',
    meaning: 'a cable to another machine or to QEMU that listens there',
    see: 'network.md#socket',
  },
  {
    text: 'socket,listen=',
    syntax: 'socket,listen=HOST:PORT',
    meaning: 'a cable to another machine or to QEMU that connects to this port',
    see: 'network.md#socket',
  },
];

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
  if (kind === undefined) return { problem: say`one of ${Object.keys(KINDS).join(', ')}, then its fields` };
  const most = kind === 'slirp' ? 2 : 3;
  if (fields.length > most)
    return { problem: say`at most ${most} fields behind ${first}, with commas between them` };
  const [name, macText, last] = kind === 'slirp' ? ['', ...fields] : fields;
  const mac = macText ? parseMac(macText) : undefined;
  if (macText && mac === undefined)
    return { problem: say`the MAC address of one station, as 00:ff:12:34:56:78, where "${macText}" stands` };
  if (kind !== 'slirp') {
    if (last && last !== 'promisc' && last !== 'nopromisc')
      return { problem: say`promisc or nopromisc, where "${last}" stands` };
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
