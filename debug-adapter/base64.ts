/** Bytes as text in messages, as DAP's memory requests have them. */

const CHARACTERS = new TextEncoder().encode(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
);
const PADDING = 0x3d;
const decoder = new TextDecoder();

/** By hand: `btoa` wants a string of the bytes, and takes several times as long. */
export function toBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  const { length } = bytes;
  for (let at = 0, to = 0; at < length; at += 3, to += 4) {
    const second = at + 1 < length ? bytes[at + 1] : 0;
    const third = at + 2 < length ? bytes[at + 2] : 0;
    const bits = (bytes[at] << 16) | (second << 8) | third;
    text[to] = CHARACTERS[bits >> 18];
    text[to + 1] = CHARACTERS[(bits >> 12) & 0x3f];
    text[to + 2] = at + 1 < length ? CHARACTERS[(bits >> 6) & 0x3f] : PADDING;
    text[to + 3] = at + 2 < length ? CHARACTERS[bits & 0x3f] : PADDING;
  }
  return decoder.decode(text);
}

/** `undefined` for what is no base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
