/*
 * Owns addresses as text and as numbers: IPv4 addresses are unsigned 32-bit numbers, networks an address with a
 * prefix length, Ethernet addresses six bytes, IPv6 addresses sixteen bytes (they occur in DNS answers only).
 */

/** An IPv4 address, 0 to 2^32 - 1: `0x0a000202` is 10.0.2.2. */
export type Ipv4Address = number;

/** Six bytes. */
export type MacAddress = Uint8Array;

/** A network: every address whose first `prefix` bits are those of `address`. */
export interface Network {
  readonly address: Ipv4Address;
  /** Length of the prefix in bits, 0 to 32. */
  readonly prefix: number;
}

export const BROADCAST_MAC: MacAddress = Uint8Array.of(255, 255, 255, 255, 255, 255);
export const BROADCAST_IPV4: Ipv4Address = 0xffffffff;

/** `10.0.2.2` as a number; undefined for anything but four decimal numbers of at most 255 without leading zeros. */
export function parseIpv4Address(text: string): Ipv4Address | undefined {
  const parts = text.split('.');
  if (
    parts.length !== 4 ||
    !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)
  ) {
    return undefined;
  }
  return parts.reduce((value, part) => value * 256 + Number(part), 0);
}

export function formatIpv4Address(address: Ipv4Address): string {
  return [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.');
}

/** `10.0.2.0/24`; undefined when it is not one, or has bits behind its prefix. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([0-9.]+)\/([0-9]{1,2})$/.exec(text);
  const address = match === null ? undefined : parseIpv4Address(match[1]!);
  const prefix = Number(match?.[2]);
  if (address === undefined || prefix > 32 || (address & ~maskOf(prefix)) !== 0) {
    return undefined;
  }
  return { address, prefix };
}

export function formatNetwork(network: Network): string {
  return `${formatIpv4Address(network.address)}/${network.prefix}`;
}

/** The netmask of a prefix length: 24 gives 255.255.255.0. */
export function maskOf(prefix: number): Ipv4Address {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

export function inNetwork(address: Ipv4Address, network: Network): boolean {
  return ((address ^ network.address) & maskOf(network.prefix)) === 0;
}

/** The directed broadcast address of a network. */
export function broadcastOf(network: Network): Ipv4Address {
  return (network.address | ~maskOf(network.prefix)) >>> 0;
}

/** 224.0.0.0/4 (RFC 5771). */
export function isMulticast(address: Ipv4Address): boolean {
  return address >>> 28 === 14;
}

export function formatMac(mac: MacAddress): string {
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** `52:54:00:12:34:56`; undefined when it is not one. */
export function parseMac(text: string): MacAddress | undefined {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)
    ? Uint8Array.from(text.split(':'), (part) => parseInt(part, 16))
    : undefined;
}

export function sameMac(a: MacAddress, b: MacAddress): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Group addresses, broadcast among them, have the lowest bit of the first byte set (IEEE 802). */
export function isGroupMac(mac: MacAddress): boolean {
  return (mac[0]! & 1) !== 0;
}

/** An IPv6 address as text (RFC 4291, 2.2) to 16 bytes; undefined when it is not one. Zones are refused. */
export function parseIpv6Address(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) {
    return undefined;
  }
  const groups = halves.map(parseIpv6Groups);
  const [head, tail] = groups;
  if (head === undefined || (halves.length === 2 && tail === undefined)) {
    return undefined;
  }
  const missing = 16 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 2) {
    return undefined;
  }
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])]);
}

function parseIpv6Groups(text: string): number[] | undefined {
  if (text === '') {
    return [];
  }
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const ipv4 = index === groups.length - 1 ? parseIpv4Address(group) : undefined;
    if (ipv4 !== undefined) {
      bytes.push(ipv4 >>> 24, (ipv4 >>> 16) & 255, (ipv4 >>> 8) & 255, ipv4 & 255);
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = parseInt(group, 16);
      bytes.push(value >>> 8, value & 255);
    } else {
      return undefined;
    }
  }
  return bytes;
}
