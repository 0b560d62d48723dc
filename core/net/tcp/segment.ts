/*
 * Owns TCP segments on the wire (RFC 9293, 3.1 and 3.2): header, checksum, and the options MSS, window scale and
 * timestamps (RFC 7323), SACK-permitted and SACK (RFC 2018). Unknown options are skipped.
 */

import type { DropReason } from '../drops.ts';
import { get16, get32, put16, put32 } from '../wire/bytes.ts';
import { finishChecksum, pseudoHeaderSum, sum16 } from '../wire/checksum.ts';
import { PROTOCOL_TCP, type Ipv4Fields, type Ipv4Packet } from '../wire/ipv4.ts';
import { seqAdd, type Sequence } from './sequence.ts';

export const TCP_HEADER = 20;

/** Control bits. */
export const Flag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32 } as const;

export interface Timestamps {
  readonly value: number;
  readonly echo: number;
}

/** What a segment's options say; absent ones are undefined. */
export interface TcpOptions {
  readonly mss?: number | undefined;
  /** Shift count of the window, at most 14. */
  readonly windowScale?: number | undefined;
  readonly sackPermitted?: boolean | undefined;
  readonly timestamps?: Timestamps | undefined;
  /** Left and right edges of received blocks. */
  readonly sack?: readonly (readonly [Sequence, Sequence])[] | undefined;
}

export interface Segment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: Sequence;
  /** 0 without ACK. */
  readonly ack: Sequence;
  readonly flags: number;
  /** As on the wire: not scaled. */
  readonly window: number;
  readonly options: TcpOptions;
  readonly data: Uint8Array;
}

/** The sequence numbers that a segment takes: its data, and one each for SYN and FIN. */
export function segmentLength(segment: Segment): number {
  const { flags } = segment;
  return segment.data.length + ((flags & Flag.SYN) !== 0 ? 1 : 0) + ((flags & Flag.FIN) !== 0 ? 1 : 0);
}

/** The first sequence number behind a segment. */
export function segmentEnd(segment: Segment): Sequence {
  return seqAdd(segment.seq, segmentLength(segment));
}

const OPTION_END = 0;
const OPTION_NOP = 1;
const OPTION_MSS = 2;
const OPTION_WINDOW_SCALE = 3;
const OPTION_SACK_PERMITTED = 4;
const OPTION_SACK = 5;
const OPTION_TIMESTAMPS = 8;
const MAX_WINDOW_SCALE = 14;

/** The segment in a whole packet, its data as a view of it. */
export function parseSegment(
  packet: Pick<Ipv4Packet, 'source' | 'destination' | 'payload'>,
): Segment | DropReason {
  const bytes = packet.payload;
  if (bytes.length < TCP_HEADER) {
    return 'tcp-short';
  }
  const headerLength = (bytes[12]! >>> 4) * 4;
  if (headerLength < TCP_HEADER || headerLength > bytes.length) {
    return 'tcp-header-length';
  }
  const pseudo = pseudoHeaderSum(packet.source, packet.destination, PROTOCOL_TCP, bytes.length);
  if (finishChecksum(sum16(bytes, 0, bytes.length, pseudo)) !== 0) {
    return 'tcp-checksum';
  }
  const options = headerLength === TCP_HEADER ? {} : parseOptions(bytes.subarray(TCP_HEADER, headerLength));
  if (options === undefined) {
    return 'tcp-options';
  }
  const flags = bytes[13]! & 0x3f;
  return {
    sourcePort: get16(bytes, 0),
    destinationPort: get16(bytes, 2),
    seq: get32(bytes, 4),
    ack: (flags & Flag.ACK) !== 0 ? get32(bytes, 8) : 0,
    flags,
    window: get16(bytes, 14),
    options,
    data: bytes.subarray(headerLength),
  };
}

function parseOptions(bytes: Uint8Array): TcpOptions | undefined {
  let mss: number | undefined;
  let windowScale: number | undefined;
  let sackPermitted: boolean | undefined;
  let timestamps: Timestamps | undefined;
  let sack: (readonly [Sequence, Sequence])[] | undefined;
  for (let at = 0; at < bytes.length;) {
    const kind = bytes[at]!;
    if (kind === OPTION_END) {
      break;
    }
    if (kind === OPTION_NOP) {
      at++;
      continue;
    }
    const length = bytes[at + 1];
    if (length === undefined || length < 2 || at + length > bytes.length) {
      return undefined;
    }
    if (kind === OPTION_MSS && length === 4) {
      mss = get16(bytes, at + 2);
    } else if (kind === OPTION_WINDOW_SCALE && length === 3) {
      windowScale = Math.min(bytes[at + 2]!, MAX_WINDOW_SCALE);
    } else if (kind === OPTION_SACK_PERMITTED && length === 2) {
      sackPermitted = true;
    } else if (kind === OPTION_TIMESTAMPS && length === 10) {
      timestamps = { value: get32(bytes, at + 2), echo: get32(bytes, at + 6) };
    } else if (kind === OPTION_SACK && length % 8 === 2) {
      sack = [];
      for (let block = at + 2; block < at + length; block += 8) {
        sack.push([get32(bytes, block), get32(bytes, block + 4)]);
      }
    }
    at += length;
  }
  return { mss, windowScale, sackPermitted, timestamps, sack };
}

/** A segment with its checksum for the given addresses. */
export function buildSegment(
  addresses: Pick<Ipv4Fields, 'source' | 'destination'>,
  segment: Segment,
): Uint8Array {
  const headerLength = TCP_HEADER + optionsLength(segment.options);
  const bytes = new Uint8Array(headerLength + segment.data.length);
  put16(bytes, 0, segment.sourcePort);
  put16(bytes, 2, segment.destinationPort);
  put32(bytes, 4, segment.seq);
  put32(bytes, 8, segment.ack);
  bytes[12] = (headerLength / 4) << 4;
  bytes[13] = segment.flags;
  put16(bytes, 14, segment.window);
  writeOptions(bytes.subarray(TCP_HEADER, headerLength), segment.options);
  bytes.set(segment.data, headerLength);
  const pseudo = pseudoHeaderSum(addresses.source, addresses.destination, PROTOCOL_TCP, bytes.length);
  put16(bytes, 16, finishChecksum(sum16(bytes, 0, bytes.length, pseudo)));
  return bytes;
}

/** The bytes that options take, a multiple of four. */
export function optionsLength(options: TcpOptions): number {
  return (
    (options.mss === undefined ? 0 : 4) +
    (options.windowScale === undefined ? 0 : 4) +
    (options.sackPermitted === true ? 4 : 0) +
    (options.timestamps === undefined ? 0 : 12) +
    (options.sack === undefined || options.sack.length === 0 ? 0 : 4 + 8 * options.sack.length)
  );
}

function writeOptions(bytes: Uint8Array, options: TcpOptions): void {
  let at = 0;
  const put = (...values: number[]): void => {
    bytes.set(values, at);
    at += values.length;
  };
  const putWord = (value: number): void => {
    put32(bytes, at, value);
    at += 4;
  };
  if (options.mss !== undefined) {
    put(OPTION_MSS, 4, options.mss >>> 8, options.mss & 255);
  }
  if (options.windowScale !== undefined) {
    put(OPTION_NOP, OPTION_WINDOW_SCALE, 3, options.windowScale);
  }
  if (options.sackPermitted === true) {
    put(OPTION_NOP, OPTION_NOP, OPTION_SACK_PERMITTED, 2);
  }
  if (options.timestamps !== undefined) {
    put(OPTION_NOP, OPTION_NOP, OPTION_TIMESTAMPS, 10);
    putWord(options.timestamps.value);
    putWord(options.timestamps.echo);
  }
  if (options.sack !== undefined && options.sack.length > 0) {
    put(OPTION_NOP, OPTION_NOP, OPTION_SACK, 2 + 8 * options.sack.length);
    for (const [left, right] of options.sack) {
      putWord(left);
      putWord(right);
    }
  }
}
