/*
 * Owns the byte format of a recorded input log. Little endian:
 *
 *   8 bytes   magic "COLXINP\n"
 *   u32       version (1)
 *   u32       number of channels, then for each: u8 length, printable ASCII name
 *   u32       number of entries, then for each:
 *             f64 ticks, f64 retired, u32 channel index, u32 length, payload
 *
 * Stamps are whole numbers below 2^53 and never go back. Nothing follows the last entry.
 */

import { InputLogError } from './input-log.ts';
import type { InputEntry } from './input-log.ts';

const MAGIC = [0x43, 0x4f, 0x4c, 0x58, 0x49, 0x4e, 0x50, 0x0a];

/** The version that {@link encodeInputLog} writes and {@link decodeInputLog} reads. */
export const INPUT_LOG_VERSION = 1;

/** Serialises a log. */
export function encodeInputLog(entries: readonly InputEntry[]): Uint8Array {
  const channels: string[] = [];
  let size = MAGIC.length + 12;
  for (const { channel, payload } of entries) {
    if (!channels.includes(channel)) {
      channels.push(channel);
      size += 1 + channel.length;
    }
    size += 24 + payload.length;
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = MAGIC.length;
  bytes.set(MAGIC);
  view.setUint32(at, INPUT_LOG_VERSION, true);
  view.setUint32(at + 4, channels.length, true);
  at += 8;
  for (const channel of channels) {
    bytes[at++] = channel.length;
    for (let i = 0; i < channel.length; i++) {
      bytes[at++] = channel.charCodeAt(i);
    }
  }
  view.setUint32(at, entries.length, true);
  at += 4;
  for (const { ticks, retired, channel, payload } of entries) {
    view.setFloat64(at, ticks, true);
    view.setFloat64(at + 8, retired, true);
    view.setUint32(at + 16, channels.indexOf(channel), true);
    view.setUint32(at + 20, payload.length, true);
    bytes.set(payload, at + 24);
    at += 24 + payload.length;
  }
  return bytes;
}

function malformed(what: string): InputLogError {
  return new InputLogError(
    'input-log-malformed',
    `This is not a usable input log: ${what}. Record the run again.`,
  );
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) {
      throw malformed(`it ends at byte ${this.#bytes.length}, in the middle of a field`);
    }
    this.#at += length;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  stamp(): number {
    const value = this.#view.getFloat64(this.#take(8), true);
    if (!Number.isSafeInteger(value) || value < 0) {
      throw malformed(`the stamp before byte ${this.#at} is not a whole number`);
    }
    return value;
  }

  slice(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.slice(at, at + length);
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }
}

/** Reads a serialised log. Errors: `input-log-malformed`, `input-log-version`. */
export function decodeInputLog(bytes: Uint8Array): InputEntry[] {
  const reader = new Reader(bytes);
  const magic = reader.slice(MAGIC.length);
  if (!MAGIC.every((byte, index) => magic[index] === byte)) {
    throw malformed('its first eight bytes are not COLXINP');
  }
  const version = reader.u32();
  if (version !== INPUT_LOG_VERSION) {
    throw new InputLogError(
      'input-log-version',
      `This input log has version ${version}, but only version ${INPUT_LOG_VERSION} can be read: record the run again.`,
    );
  }
  const channels: string[] = [];
  for (let count = reader.u32(); count > 0; count--) {
    const name = String.fromCharCode(...reader.slice(reader.u8()));
    if (!/^[!-~]{1,64}$/.test(name) || channels.includes(name)) {
      throw malformed('a channel name is empty, repeated or not printable');
    }
    channels.push(name);
  }
  const entries: InputEntry[] = [];
  let lastTicks = 0;
  let lastRetired = 0;
  for (let count = reader.u32(); count > 0; count--) {
    const ticks = reader.stamp();
    const retired = reader.stamp();
    const channel = channels[reader.u32()];
    if (channel === undefined || ticks < lastTicks || retired < lastRetired || retired > ticks) {
      throw malformed(`entry ${entries.length} names no channel or lies before the one in front of it`);
    }
    entries.push({ ticks, retired, channel, payload: reader.slice(reader.u32()) });
    lastTicks = ticks;
    lastRetired = retired;
  }
  if (reader.remaining > 0) {
    throw malformed(`${reader.remaining} bytes follow its last entry`);
  }
  return entries;
}
