/*
 * Owns the count of what was thrown away and why. Nothing that a guest or a network sends may throw: a parser
 * answers bad input with the name of what is wrong with it, and whoever called it counts the name here.
 */

/** Why a frame, packet, segment or message was not used. */
export type DropReason =
  | 'ethernet-short'
  | 'ethernet-long'
  | 'ethernet-not-for-us'
  | 'ethernet-source'
  | 'ethernet-type'
  | 'arp-malformed'
  | 'ipv4-short'
  | 'ipv4-version'
  | 'ipv4-header-length'
  | 'ipv4-total-length'
  | 'ipv4-checksum'
  | 'ipv4-source'
  | 'ipv4-ttl'
  | 'ipv4-destination'
  | 'ipv4-protocol'
  | 'fragment-malformed'
  | 'fragment-overlap'
  | 'fragment-limit'
  | 'fragment-timeout'
  | 'icmp-short'
  | 'icmp-checksum'
  | 'icmp-type'
  | 'icmp-limit'
  | 'udp-short'
  | 'udp-length'
  | 'udp-checksum'
  | 'udp-port'
  | 'udp-limit'
  | 'udp-too-long'
  | 'tcp-short'
  | 'tcp-header-length'
  | 'tcp-options'
  | 'tcp-checksum'
  | 'tcp-limit'
  | 'tcp-destination'
  | 'dhcp-malformed'
  | 'dhcp-not-request'
  | 'dhcp-options'
  | 'dhcp-other-server'
  | 'dhcp-pool-empty'
  | 'dns-malformed'
  | 'dns-limit'
  | 'arp-unanswered';

/** True for what a parser gives instead of a value. */
export function isDrop(value: unknown): value is DropReason {
  return typeof value === 'string';
}

/** Counts drops by reason. */
export class DropCounters {
  readonly #counts = new Map<DropReason, number>();

  count(reason: DropReason): void {
    this.#counts.set(reason, this.of(reason) + 1);
  }

  of(reason: DropReason): number {
    return this.#counts.get(reason) ?? 0;
  }

  /** Reason and count, in the order in which the reasons first occurred. */
  entries(): readonly (readonly [DropReason, number])[] {
    return [...this.#counts];
  }
}
