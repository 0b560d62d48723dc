/*
 * Owns the DHCP server (RFC 2131, 4.3): who has which address, and the answer to each message. A guest that asks
 * again gets the address that it had; addresses that somebody has declined are not given again. There are few guests
 * on this wire, so leases last until the addresses run out and the oldest one gives way.
 */

import { isDrop, type DropCounters } from '../drops.ts';
import {
  broadcastOf,
  formatMac,
  inNetwork,
  maskOf,
  type Ipv4Address,
  type MacAddress,
} from '../wire/addresses.ts';
import { latin1, put16, put32 } from '../wire/bytes.ts';
import {
  addressOption,
  buildDhcpReply,
  DhcpOption,
  DhcpType,
  parseDhcpRequest,
  type DhcpRequest,
} from '../wire/dhcp.ts';
import { ETHERNET_MTU } from '../wire/ethernet.ts';
import type { SlirpOptions } from './options.ts';

const LEASE_SECONDS = 86400;

/** A message for the guest, and who it is for. */
export interface DhcpAnswer {
  readonly mac: MacAddress;
  /** 0 for a broadcast. */
  readonly address: Ipv4Address;
  /** The guest has this address from now on; undefined when none was given. */
  readonly granted: Ipv4Address | undefined;
  readonly message: Uint8Array;
}

export class DhcpServer {
  readonly #options: SlirpOptions;
  readonly #drops: DropCounters;
  /** MAC as text to address, the oldest lease first. */
  readonly #leases = new Map<string, Ipv4Address>();
  readonly #declined = new Set<Ipv4Address>();

  constructor(options: SlirpOptions, drops: DropCounters) {
    this.#options = options;
    this.#drops = drops;
  }

  /** The answer to a message, if it deserves one. */
  receive(bytes: Uint8Array): DhcpAnswer | undefined {
    const request = parseDhcpRequest(bytes);
    if (isDrop(request)) {
      this.#drops.count(request);
      return undefined;
    }
    const server = addressOption(request, DhcpOption.ServerIdentifier);
    if (server !== undefined && server !== this.#options.gateway) {
      this.#drops.count('dhcp-other-server');
      return undefined;
    }
    switch (request.options.get(DhcpOption.MessageType)?.[0]) {
      case DhcpType.Discover:
        return this.#offer(request);
      case DhcpType.Request:
        return this.#request(request);
      case DhcpType.Inform:
        return this.#answer(request, DhcpType.Ack, 0);
      case DhcpType.Decline:
        this.#decline(request);
        return undefined;
      case DhcpType.Release:
        this.#leases.delete(formatMac(request.clientMac));
        return undefined;
      default:
        this.#drops.count('dhcp-malformed');
        return undefined;
    }
  }

  #offer(request: DhcpRequest): DhcpAnswer | undefined {
    const address = this.#addressFor(request.clientMac, addressOption(request, DhcpOption.RequestedAddress));
    if (address === undefined) {
      this.#drops.count('dhcp-pool-empty');
      return undefined;
    }
    return this.#answer(request, DhcpType.Offer, address);
  }

  /** 4.3.2: selecting, rebooting (option 50) or renewing (the client's address). */
  #request(request: DhcpRequest): DhcpAnswer {
    const wanted = addressOption(request, DhcpOption.RequestedAddress) ?? request.clientAddress;
    const address = this.#addressFor(request.clientMac, wanted);
    if (address === undefined || address !== wanted) {
      return this.#answer(request, DhcpType.Nak, 0);
    }
    return this.#answer(request, DhcpType.Ack, address);
  }

  #decline(request: DhcpRequest): void {
    const address = addressOption(request, DhcpOption.RequestedAddress);
    const key = formatMac(request.clientMac);
    if (address !== undefined && this.#leases.get(key) === address) {
      this.#leases.delete(key);
      this.#declined.add(address);
    }
  }

  /** The address of a guest: the one it has, the one it wants if that is free, or the first free one. */
  #addressFor(mac: MacAddress, wanted: Ipv4Address | undefined): Ipv4Address | undefined {
    const key = formatMac(mac);
    const leased = this.#leases.get(key);
    if (leased !== undefined) {
      return leased;
    }
    const taken = new Set(this.#leases.values());
    const isFree = (address: Ipv4Address): boolean => !taken.has(address) && !this.#declined.has(address);
    let address = wanted !== undefined && this.#inPool(wanted) && isFree(wanted) ? wanted : undefined;
    const last = broadcastOf(this.#options.network);
    for (let next = this.#options.firstGuest; address === undefined && next < last; next++) {
      address = this.#inPool(next) && isFree(next) ? next : undefined;
    }
    if (address === undefined) {
      const [oldest] = this.#leases;
      if (oldest === undefined) {
        return undefined;
      }
      this.#leases.delete(oldest[0]);
      address = oldest[1];
    }
    this.#leases.set(key, address);
    return address;
  }

  #inPool(address: Ipv4Address): boolean {
    const { network, firstGuest, gateway, nameServer } = this.#options;
    return (
      inNetwork(address, network) &&
      address >= firstGuest &&
      address < broadcastOf(network) &&
      address !== gateway &&
      address !== nameServer
    );
  }

  #answer(request: DhcpRequest, type: number, address: Ipv4Address): DhcpAnswer {
    const { gateway, bootFile } = this.#options;
    const refused = type === DhcpType.Nak;
    const options: (readonly [number, Uint8Array])[] = [
      [DhcpOption.MessageType, Uint8Array.of(type)],
      [DhcpOption.ServerIdentifier, word(gateway)],
      ...(refused ? [] : this.#configuration(address !== 0)),
    ];
    const file = latin1(bootFile ?? '');
    const message = buildDhcpReply({
      request: refused ? { ...request, clientAddress: 0 } : request,
      yourAddress: address,
      serverAddress: bootFile === undefined ? 0 : gateway,
      bootFile: refused ? new Uint8Array() : file,
      options,
    });
    // 4.1: to the address it has; a refusal, or a guest that says so, by broadcast; else to the new address.
    const broadcast = refused || (request.broadcast && request.clientAddress === 0);
    const to = request.clientAddress === 0 ? address : request.clientAddress;
    return {
      mac: request.clientMac.slice(),
      address: broadcast ? 0 : to,
      granted: type === DhcpType.Ack && address !== 0 ? address : undefined,
      message,
    };
  }

  /** What a guest has to know; the times only with an address. */
  #configuration(leased: boolean): (readonly [number, Uint8Array])[] {
    const { network, gateway, nameServer, domain, bootFile } = this.#options;
    const mtu = new Uint8Array(2);
    put16(mtu, 0, ETHERNET_MTU);
    const options: (readonly [number, Uint8Array])[] = [
      [DhcpOption.SubnetMask, word(maskOf(network.prefix))],
      [DhcpOption.Router, word(gateway)],
      [DhcpOption.DomainNameServer, word(nameServer)],
      [DhcpOption.BroadcastAddress, word(broadcastOf(network))],
      [DhcpOption.InterfaceMtu, mtu],
    ];
    if (leased) {
      options.push(
        [DhcpOption.LeaseTime, word(LEASE_SECONDS)],
        [DhcpOption.RenewalTime, word(LEASE_SECONDS / 2)],
        [DhcpOption.RebindingTime, word((LEASE_SECONDS * 7) / 8)],
      );
    }
    if (domain !== undefined) {
      options.push([DhcpOption.DomainName, latin1(domain).subarray(0, 255)]);
    }
    if (bootFile !== undefined) {
      options.push([DhcpOption.BootFile, latin1(bootFile).subarray(0, 255)]);
    }
    return options;
  }
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  put32(bytes, 0, value);
  return bytes;
}
