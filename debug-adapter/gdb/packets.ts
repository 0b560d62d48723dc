/**
 * Packets of gdb's remote serial protocol: `$payload#checksum`, acknowledged by `+` or `-` until the client asks for none, and
 * the byte 03h that interrupts. Knows no commands. Payloads are strings of bytes (one character each, 0 to 255).
 *
 * Only answers may be run-length encoded, so nothing that arrives is expanded: `*` is a byte of its own there. Source:
 * Debugging with gdb, appendix E.1, "Overview".
 */

/** Most bytes of a payload, as they come over the wire. */
export const PACKET_SIZE = 0x4000;

export type Received =
  | { readonly kind: 'packet'; readonly payload: string }
  /** The byte 03h between two packets. */
  | { readonly kind: 'interrupt' }
  /** The peer did not understand our last packet. */
  | { readonly kind: 'resend' }
  /** A packet with a wrong checksum. */
  | { readonly kind: 'damaged' }
  /** A packet of more than `PACKET_SIZE` bytes. */
  | { readonly kind: 'oversized' };

const INTERRUPT = 0x03;
const code = (character: string) => character.charCodeAt(0);
const [DOLLAR, HASH, NAK] = [code('$'), code('#'), code('-')];
const FLIPPED = 0x20;

const sumOf = (payload: string): number => {
  let sum = 0;
  for (let n = 0; n < payload.length; n++) sum += payload.charCodeAt(n);
  return sum & 0xff;
};

/** `payload` as a packet; what is binary in it has been through `escapeBinary`. */
export const framed = (payload: string): string =>
  `$${payload}#${sumOf(payload).toString(16).padStart(2, '0')}`;

/** Bytes that an answer may carry anywhere: those that mean something on the wire are escaped. */
export const escapeBinary = (bytes: string): string =>
  bytes.replace(/[#$}*]/g, (one) => `}${String.fromCharCode(one.charCodeAt(0) ^ FLIPPED)}`);

const unescapeBinary = (payload: string): string =>
  payload.replace(/\}([^])/g, (_all, one: string) => String.fromCharCode(one.charCodeAt(0) ^ FLIPPED));

/** Takes what comes over the wire, in pieces of any size. Between packets all else is ignored, as gdb's own stubs do. */
export function createPacketReader(take: (received: Received) => void): (bytes: Uint8Array) => void {
  /** Of the packet that is being read; undefined between packets. */
  let payload: string | undefined;
  let oversized = false;
  let checksum: string | undefined;

  function begin(): void {
    payload = '';
    oversized = false;
    checksum = undefined;
  }
  function end(text: string): void {
    const whole = payload!;
    payload = undefined;
    if (oversized) take({ kind: 'oversized' });
    else if (!/^[0-9a-f]{2}$/i.test(text) || parseInt(text, 16) !== sumOf(whole)) take({ kind: 'damaged' });
    else take({ kind: 'packet', payload: whole.includes('}') ? unescapeBinary(whole) : whole });
  }
  function between(byte: number): void {
    if (byte === DOLLAR) begin();
    else if (byte === INTERRUPT) take({ kind: 'interrupt' });
    else if (byte === NAK) take({ kind: 'resend' });
  }
  function within(byte: number): void {
    if (checksum !== undefined) {
      checksum += String.fromCharCode(byte);
      if (checksum.length === 2) end(checksum);
    } else if (byte === HASH) checksum = '';
    // A packet that begins inside of another: the end of the first was lost.
    else if (byte === DOLLAR) begin();
    else if (payload!.length < PACKET_SIZE) payload += String.fromCharCode(byte);
    else oversized = true;
  }
  return (bytes) => {
    for (const byte of bytes) {
      if (payload === undefined) between(byte);
      else within(byte);
    }
  };
}

/** An answer that says in words what went wrong. gdb shows it as it comes: what would have to be escaped is left out. */
export const errorReply = (why: string): string => `E.${why.replace(/[#$}*]|[^\x20-\x7e]/g, '?')}`;
export const MALFORMED = errorReply('The packet is malformed.');

/** `0a1b` */
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The bytes of pairs of hexadecimal digits; undefined for anything else. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, n) => parseInt(text.slice(2 * n, 2 * n + 2), 16));
}

/** A number of up to 32 bits as the protocol writes it; undefined for anything else. */
export const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^[0-9a-f]{1,8}$/i.test(text) ? parseInt(text, 16) : undefined;

/** Text as hexadecimal bytes of UTF-8, for consoles. */
export const textToHex = (text: string): string => toHex(new TextEncoder().encode(text));

/** A string of bytes. */
export const byteString = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};
export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from({ length: text.length }, (_, n) => text.charCodeAt(n));
