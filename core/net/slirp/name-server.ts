/*
 * Owns the name server at its address of the guests' network: each question becomes a lookup of the platform, each
 * result a response (RFC 1035, 4; RFC 2308 for names without records). It answers over UDP and over TCP, where
 * each message follows its length (4.2.2).
 */

import { isDrop, type DropCounters } from '../drops.ts';
import type { Lookup, LookupResult, Sockets } from '../sockets.ts';
import type { TcpConnection, TcpUser } from '../tcp/connection.ts';
import { parseIpv4Address, parseIpv6Address } from '../wire/addresses.ts';
import { get16, put16, put32 } from '../wire/bytes.ts';
import {
  buildDnsResponse,
  DNS_CLASS_IN,
  DnsCode,
  type DnsQuery,
  type DnsRecord,
  DnsType,
  encodeDnsName,
  isStandardQuery,
  parseDnsQuery,
  reverseName,
} from '../wire/dns.ts';

/** Seconds for which a guest may keep an answer: the platform does not say how long it may. */
const TTL = 30;
const MAX_TCP_MESSAGE = 65535;
/** A question longer than this has nothing to ask here. */
const MAX_TCP_QUERY = 512;

export class NameServer {
  readonly #sockets: Sockets;
  readonly #drops: DropCounters;
  readonly #limit: number;
  readonly #refusing: boolean;
  #asked = 0;

  /**
   * @param limit lookups at one time; further questions are dropped, and asked again by whoever cares.
   * @param refusing names are not looked up at all: questions carry messages to the outside too.
   */
  constructor(sockets: Sockets, drops: DropCounters, limit: number, refusing: boolean) {
    this.#sockets = sockets;
    this.#drops = drops;
    this.#limit = limit;
    this.#refusing = refusing;
  }

  /**
   * Answers one message, now or later, with at most `room` bytes (undefined: what UDP carries). Not every message
   * deserves an answer.
   */
  ask(bytes: Uint8Array, respond: (response: Uint8Array) => void, room?: number): void {
    const query = parseDnsQuery(bytes);
    if (isDrop(query)) {
      this.#drops.count(query);
      return;
    }
    const lookup = this.#refusing ? DnsCode.Refused : lookupFor(query);
    if (typeof lookup === 'number') {
      respond(buildDnsResponse(query, lookup));
      return;
    }
    if (this.#asked >= this.#limit) {
      this.#drops.count('dns-limit');
      return;
    }
    this.#asked++;
    this.#sockets.resolve(lookup, (result) => {
      this.#asked--;
      const { code, records } = answerOf(lookup, result);
      respond(buildDnsResponse(query, code, records, room));
    });
  }

  /** The user of a guest's TCP connection to this server. */
  user(connectionOf: () => TcpConnection): TcpUser {
    let closed = false;
    let unread = new Uint8Array();
    let unsent: Uint8Array[] = [];
    let waiting = 0;
    const flush = (): void => {
      const connection = connectionOf();
      while (unsent.length > 0) {
        const [first] = unsent;
        const count = connection.send(first!);
        if (count < first!.length) {
          unsent[0] = first!.subarray(count);
          return;
        }
        unsent.shift();
      }
      if (connection.ended && waiting === 0) {
        connection.finish();
      }
    };
    const respond = (response: Uint8Array): void => {
      waiting--;
      if (!closed) {
        const framed = new Uint8Array(2 + response.length);
        put16(framed, 0, response.length);
        framed.set(response, 2);
        unsent.push(framed);
        flush();
      }
    };
    const readable = (): void => {
      const connection = connectionOf();
      unread = Uint8Array.of(...unread, ...connection.read(4 * MAX_TCP_QUERY));
      while (unread.length >= 2) {
        const length = get16(unread, 0);
        if (length > MAX_TCP_QUERY || waiting >= this.#limit) {
          connection.abort();
          closed = true;
          return;
        }
        if (unread.length < 2 + length) {
          break;
        }
        waiting++;
        this.ask(unread.slice(2, 2 + length), respond, MAX_TCP_MESSAGE);
        unread = unread.slice(2 + length);
      }
      if (connection.available > 0) {
        readable();
        return;
      }
      flush();
    };
    return {
      established: () => undefined,
      readable,
      writable: flush,
      closed: () => {
        closed = true;
        unsent = [];
      },
    };
  }
}

/** What to look up for a query, or the code to answer with at once. */
function lookupFor(query: DnsQuery): Lookup | number {
  const { question } = query;
  if (!isStandardQuery(query)) {
    return DnsCode.NotImplemented;
  }
  if (question === undefined) {
    return DnsCode.FormatError;
  }
  if (question.class !== DNS_CLASS_IN) {
    return DnsCode.NotImplemented;
  }
  switch (question.type) {
    case DnsType.A:
      return question.name === '' ? DnsCode.NoError : { type: 'A', name: question.name };
    case DnsType.AAAA:
      return question.name === '' ? DnsCode.NoError : { type: 'AAAA', name: question.name };
    case DnsType.PTR: {
      const address = reverseName(question.name);
      return address === undefined || parseIpv4Address(address) === undefined
        ? DnsCode.NameError
        : { type: 'PTR', name: address };
    }
    default:
      return DnsCode.NotImplemented;
  }
}

function answerOf(lookup: Lookup, result: LookupResult): { code: number; records: DnsRecord[] } {
  if (result === 'not-found') {
    return { code: DnsCode.NameError, records: [] };
  }
  if (result === 'failed') {
    return { code: DnsCode.ServerFailure, records: [] };
  }
  const records: DnsRecord[] = [];
  for (const text of result) {
    const data = dataOf(lookup, text);
    if (data !== undefined) {
      records.push({ type: DnsType[lookup.type], ttl: TTL, data });
    }
  }
  return { code: DnsCode.NoError, records };
}

function dataOf(lookup: Lookup, text: string): Uint8Array | undefined {
  if (lookup.type === 'PTR') {
    return encodeDnsName(text);
  }
  if (lookup.type === 'AAAA') {
    return parseIpv6Address(text);
  }
  const address = parseIpv4Address(text);
  if (address === undefined) {
    return undefined;
  }
  const data = new Uint8Array(4);
  put32(data, 0, address);
  return data;
}
