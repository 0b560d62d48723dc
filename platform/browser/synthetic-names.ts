/*
 * Owns names and addresses where nobody can resolve names: each name gets an address of 198.18.0.0/15, which no
 * network routes (RFC 2544), and keeps it while it is in use. What is behind the name is found out by `fetch`.
 */

import type { Lookup, LookupResult } from '../../core/net/sockets.ts';
import { formatIpv4Address, type Ipv4Address } from '../../core/net/wire/addresses.ts';

const FIRST: Ipv4Address = 0xc6120001;
/** Names at one time; the one that was asked for longest ago gives way. */
const MAX_NAMES = 4096;

export class SyntheticNames {
  /** The one that was asked for longest ago first. */
  readonly #addresses = new Map<string, Ipv4Address>();
  readonly #names = new Map<Ipv4Address, string>();

  /** The name that has this address; undefined when none has. */
  nameOf(address: Ipv4Address): string | undefined {
    return this.#names.get(address);
  }

  resolve({ type, name }: Lookup): LookupResult {
    if (type === 'AAAA') {
      return [];
    }
    if (type === 'PTR') {
      const found = [...this.#names].find(([address]) => formatIpv4Address(address) === name);
      return found === undefined ? 'not-found' : [found[1]];
    }
    return [formatIpv4Address(this.#addressOf(name.toLowerCase()))];
  }

  #addressOf(name: string): Ipv4Address {
    let address = this.#addresses.get(name);
    if (address === undefined) {
      if (this.#addresses.size < MAX_NAMES) {
        address = FIRST + this.#addresses.size;
      } else {
        const [oldest] = this.#addresses;
        this.#addresses.delete(oldest![0]);
        address = oldest![1];
      }
    }
    this.#addresses.delete(name);
    this.#addresses.set(name, address);
    this.#names.set(address, name);
    return address;
  }
}
