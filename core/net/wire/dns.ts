/*
 * Owns DNS messages (RFC 1035) as a forwarder sees them: one question comes in, records or a response code go
 * out. Names are lists of labels joined by dots, compared without case by whoever looks them up. EDNS options
 * of a question are not read: answers stay within 512 bytes over UDP and say so when they do not fit.
 */

import type { DropReason } from '../drops.ts';
import { get16, latin1, put16, put32 } from './bytes.ts';

export const DNS_PORT = 53;

/** Record types (RFC 1035, 3.2.2; RFC 3596). */
export const DnsType = { A: 1, CNAME: 5, PTR: 12, AAAA: 28 } as const;
export const DNS_CLASS_IN = 1;

/** Response codes (RFC 1035, 4.1.1). */
export const DnsCode = {
  NoError: 0,
  FormatError: 1,
  ServerFailure: 2,
  NameError: 3,
  NotImplemented: 4,
  Refused: 5,
} as const;

const HEADER = 12;
const FLAG_RESPONSE = 0x8000;
const FLAG_TRUNCATED = 0x0200;
const FLAG_RECURSION_DESIRED = 0x0100;
const FLAG_RECURSION_AVAILABLE = 0x0080;
const OPCODE = 0x7800;
const MAX_UDP = 512;
const MAX_NAME = 255;
const MAX_LABEL = 63;

export interface DnsQuery {
  readonly id: number;
  readonly flags: number;
  /** Undefined when the message has no question that can be read: answer with a format error. */
  readonly question: DnsQuestion | undefined;
}

export interface DnsQuestion {
  /** Without the final dot; '' is the root. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** As it came, to be repeated in the answer. */
  readonly bytes: Uint8Array;
}

/** One answer record about the name of the question. */
export interface DnsRecord {
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  readonly data: Uint8Array;
}

/** A query. Responses, and messages too short to have an identity, are malformed: nobody answers them. */
export function parseDnsQuery(bytes: Uint8Array): DnsQuery | DropReason {
  if (bytes.length < HEADER || (get16(bytes, 2) & FLAG_RESPONSE) !== 0) {
    return 'dns-malformed';
  }
  const question = get16(bytes, 4) === 1 ? readQuestion(bytes) : undefined;
  return { id: get16(bytes, 0), flags: get16(bytes, 2), question };
}

/** True for a standard query (opcode 0). */
export function isStandardQuery(query: DnsQuery): boolean {
  return (query.flags & OPCODE) === 0;
}

function readQuestion(bytes: Uint8Array): DnsQuestion | undefined {
  const labels: string[] = [];
  let at = HEADER;
  for (;;) {
    const length = bytes[at++];
    // A question has nothing before it that a compressed name could point to.
    if (length === undefined || length > MAX_LABEL || at + length - HEADER > MAX_NAME) {
      return undefined;
    }
    if (length === 0) {
      break;
    }
    if (at + length > bytes.length) {
      return undefined;
    }
    const label = bytes.subarray(at, at + length);
    if (label.some((byte) => byte <= 0x20 || byte >= 0x7f || byte === 0x2e)) {
      return undefined; // would be another name, or none, to the platform
    }
    labels.push(String.fromCharCode(...label));
    at += length;
  }
  if (at + 4 > bytes.length) {
    return undefined;
  }
  return {
    name: labels.join('.'),
    type: get16(bytes, at),
    class: get16(bytes, at + 2),
    bytes: bytes.slice(HEADER, at + 4),
  };
}

/** A name in wire format; undefined when a label or the whole is too long or empty. */
export function encodeDnsName(name: string): Uint8Array | undefined {
  const text = name.replace(/\.$/, '');
  const parts = text === '' ? [] : text.split('.').map(latin1);
  if (parts.some((label) => label.length === 0 || label.length > MAX_LABEL)) {
    return undefined;
  }
  const bytes = Uint8Array.from([...parts.flatMap((label) => [label.length, ...label]), 0]);
  return bytes.length <= MAX_NAME ? bytes : undefined;
}

/** The IPv4 address of a name below in-addr.arpa; undefined when it is not one. */
export function reverseName(name: string): string | undefined {
  const match = /^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.in-addr\.arpa$/i.exec(name);
  return match === null ? undefined : `${match[4]!}.${match[3]!}.${match[2]!}.${match[1]!}`;
}

/**
 * The response to a query. Records that do not fit into `limit` bytes (512, what UDP carries, when absent) are left
 * out and the message is marked as truncated (RFC 2181, 9).
 */
export function buildDnsResponse(
  query: DnsQuery,
  code: number,
  records: readonly DnsRecord[] = [],
  limit = MAX_UDP,
): Uint8Array {
  const question = query.question?.bytes ?? new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = HEADER + question.length;
  let truncated = 0;
  for (const record of records) {
    const part = encodeRecord(record);
    if (length + part.length > limit) {
      truncated = FLAG_TRUNCATED;
      break;
    }
    parts.push(part);
    length += part.length;
  }
  const bytes = new Uint8Array(length);
  put16(bytes, 0, query.id);
  const echoed = query.flags & (OPCODE | FLAG_RECURSION_DESIRED);
  put16(bytes, 2, FLAG_RESPONSE | echoed | truncated | FLAG_RECURSION_AVAILABLE | code);
  put16(bytes, 4, question.length === 0 ? 0 : 1);
  put16(bytes, 6, parts.length);
  bytes.set(question, HEADER);
  let at = HEADER + question.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function encodeRecord(record: DnsRecord): Uint8Array {
  const bytes = new Uint8Array(12 + record.data.length);
  put16(bytes, 0, 0xc000 | HEADER); // the name of the question
  put16(bytes, 2, record.type);
  put16(bytes, 4, DNS_CLASS_IN);
  put32(bytes, 6, record.ttl);
  put16(bytes, 10, record.data.length);
  bytes.set(record.data, 12);
  return bytes;
}
