/*
 * Owns putting IPv4 fragments together (RFC 791, 3.2; RFC 1122, 3.3.2) within limits: a number of unfinished
 * packets, and a time for each. A fragment that overlaps another one discards the packet (RFC 5722 asks it of
 * IPv6; honest senders do not do it), so no fragment can change what an earlier one said.
 */

import type { DropCounters } from '../drops.ts';
import type { NetTimer, NetTimers } from '../timers.ts';
import { seconds } from '../timers.ts';
import { IPV4_MAX_PAYLOAD, type Ipv4Packet } from './ipv4.ts';

/** Unfinished packets at one time; the oldest gives way. */
const MAX_PACKETS = 16;
const MAX_FRAGMENTS = 64;
/** RFC 1122 asks for 60 to 120 seconds; Linux takes 30, and so do we: memory is what it costs. */
const LIFETIME_SECONDS = 30;

interface Fragment {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Unfinished {
  readonly first: Ipv4Packet;
  readonly fragments: Fragment[];
  readonly timer: NetTimer;
  received: number;
  /** The length of the whole payload, known when the last fragment has come. */
  total: number | undefined;
}

/** Collects fragments until packets are whole. */
export class Ipv4Reassembly {
  readonly #timers: NetTimers;
  readonly #drops: DropCounters;
  readonly #unfinished = new Map<string, Unfinished>();

  constructor(timers: NetTimers, drops: DropCounters) {
    this.#timers = timers;
    this.#drops = drops;
  }

  /** The packets that wait for more fragments. */
  get unfinished(): number {
    return this.#unfinished.size;
  }

  /** A whole packet: `packet` itself, or the one that it completes; undefined when more is needed or it is dropped. */
  receive(packet: Ipv4Packet): Ipv4Packet | undefined {
    const { payload, fragmentOffset: offset, moreFragments } = packet;
    if (offset === 0 && !moreFragments) {
      return packet;
    }
    if (
      payload.length === 0 ||
      (moreFragments && payload.length % 8 !== 0) ||
      offset + payload.length > IPV4_MAX_PAYLOAD
    ) {
      this.#drops.count('fragment-malformed');
      return undefined;
    }
    const key = `${packet.source} ${packet.destination} ${packet.protocol} ${packet.identification}`;
    const entry = this.#unfinished.get(key) ?? this.#open(key, packet);
    const end = offset + payload.length;
    const known = entry.fragments.find(
      (other) => offset < other.offset + other.bytes.length && other.offset < end,
    );
    if (known !== undefined && known.offset === offset && known.bytes.length === payload.length) {
      return undefined; // a duplicate
    }
    const endsElsewhere =
      entry.total !== undefined && (moreFragments ? end > entry.total : end !== entry.total);
    const beyondEnd = !moreFragments && entry.fragments.some((f) => f.offset + f.bytes.length > end);
    if (known !== undefined || endsElsewhere || beyondEnd) {
      this.#discard(key, 'fragment-overlap');
      return undefined;
    }
    if (entry.fragments.length === MAX_FRAGMENTS) {
      this.#discard(key, 'fragment-limit');
      return undefined;
    }
    entry.fragments.push({ offset, bytes: payload.slice() });
    entry.received += payload.length;
    if (!moreFragments) {
      entry.total = end;
    }
    return entry.received === entry.total ? this.#finish(key, entry, entry.total) : undefined;
  }

  #open(key: string, packet: Ipv4Packet): Unfinished {
    if (this.#unfinished.size === MAX_PACKETS) {
      const [oldest] = this.#unfinished.keys();
      this.#discard(oldest!, 'fragment-limit');
    }
    const timer = this.#timers.create(() => {
      this.#discard(key, 'fragment-timeout');
    });
    const entry: Unfinished = {
      first: { ...packet, header: packet.header.slice(), payload: new Uint8Array() },
      fragments: [],
      timer,
      received: 0,
      total: undefined,
    };
    this.#unfinished.set(key, entry);
    timer.startAfter(seconds(LIFETIME_SECONDS));
    return entry;
  }

  #discard(key: string, reason: 'fragment-overlap' | 'fragment-limit' | 'fragment-timeout'): void {
    this.#unfinished.get(key)?.timer.cancel();
    this.#unfinished.delete(key);
    this.#drops.count(reason);
  }

  #finish(key: string, entry: Unfinished, total: number): Ipv4Packet {
    entry.timer.cancel();
    this.#unfinished.delete(key);
    const payload = new Uint8Array(total);
    for (const { offset, bytes } of entry.fragments) {
      payload.set(bytes, offset);
    }
    return { ...entry.first, moreFragments: false, fragmentOffset: 0, payload };
  }
}
