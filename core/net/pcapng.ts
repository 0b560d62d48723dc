/*
 * Owns the pcapng file format (draft-ietf-opsawg-pcapng): one section, one or more Ethernet interfaces, enhanced
 * packet blocks. Times are virtual nanoseconds since the machine started; the format counts from 1970, so a
 * capture of a deterministic run is the same file every time.
 */

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINKTYPE_ETHERNET = 1;
const OPTION_END = 0;
const OPTION_NAME = 2;
const OPTION_TIME_RESOLUTION = 9;
const OPTION_FLAGS = 2;
/** Length of captured frames has no limit. */
const SNAP_LENGTH = 0;

/** From the view of the unit that is captured: `in` is what the guest receives (epb_flags). */
export type CaptureDirection = 'in' | 'out';

/** Gives the blocks of a capture to `write`, each a whole block, in the order of the file. */
export class PcapngWriter {
  readonly #write: (block: Uint8Array) => void;

  /** Begins the section and describes one interface for each name, numbered from 0. */
  constructor(interfaces: readonly string[], write: (block: Uint8Array) => void) {
    this.#write = write;
    const body = new Uint8Array(16);
    const view = new DataView(body.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, 1, true);
    view.setUint16(6, 0, true);
    view.setBigInt64(8, -1n, true); // the length of the section is not known
    write(block(SECTION_HEADER, body, []));
    for (const name of interfaces) {
      const description = new Uint8Array(8);
      const fields = new DataView(description.buffer);
      fields.setUint16(0, LINKTYPE_ETHERNET, true);
      fields.setUint32(4, SNAP_LENGTH, true);
      write(
        block(INTERFACE_DESCRIPTION, description, [
          [OPTION_NAME, new TextEncoder().encode(name)],
          [OPTION_TIME_RESOLUTION, Uint8Array.of(9)], // 10^-9 seconds
        ]),
      );
    }
  }

  /** @param nanoseconds virtual time, a whole number below 2^53. */
  packet(interfaceNumber: number, nanoseconds: number, frame: Uint8Array, direction: CaptureDirection): void {
    const body = new Uint8Array(20 + frame.length);
    const view = new DataView(body.buffer);
    view.setUint32(0, interfaceNumber, true);
    view.setUint32(4, Math.floor(nanoseconds / 2 ** 32), true);
    view.setUint32(8, nanoseconds % 2 ** 32, true);
    view.setUint32(12, frame.length, true);
    view.setUint32(16, frame.length, true);
    body.set(frame, 20);
    const flags = Uint8Array.of(direction === 'in' ? 1 : 2, 0, 0, 0);
    this.#write(block(ENHANCED_PACKET, body, [[OPTION_FLAGS, flags]]));
  }
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function block(
  type: number,
  body: Uint8Array,
  options: readonly (readonly [code: number, value: Uint8Array])[],
): Uint8Array {
  const optionsLength = options.reduce((sum, [, value]) => sum + 4 + padded(value.length), 0);
  const length = 12 + padded(body.length) + (options.length === 0 ? 0 : optionsLength + 4);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  bytes.set(body, 8);
  let at = 8 + padded(body.length);
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  if (options.length > 0) {
    view.setUint16(at, OPTION_END, true);
  }
  view.setUint32(length - 4, length, true);
  return bytes;
}
