/*
 * Decoders of what the two kernels share in memory and send as messages: state block, passage page, message headers. They
 * read bytes from a DataView and believe nothing: what does not fit is an undefined result, never an exception.
 */

import { layouts } from './layouts.ts';
import type { Field } from './layouts.ts';

/** One side of the passage, as it was left. Selectors are 16 bits, the rest 32. */
export interface CoState {
  readonly cs: number;
  readonly ds: number;
  readonly es: number;
  readonly fs: number;
  readonly gs: number;
  readonly ss: number;
  readonly tr: number;
  readonly ldt: number;
  readonly cr0: number;
  readonly cr2: number;
  readonly cr3: number;
  readonly cr4: number;
  readonly gdtBase: number;
  readonly gdtLimit: number;
  readonly idtBase: number;
  readonly idtLimit: number;
  readonly eip: number;
  readonly esp: number;
  readonly eflags: number;
  readonly dr: readonly [dr0: number, dr1: number, dr2: number, dr3: number, dr6: number, dr7: number];
  /** Linear address of the page on the other side minus that on this side, modulo 2^32. */
  readonly otherMap: number;
  /** Linear address of this block on its own side. */
  readonly va: number;
  readonly sysenterCs: number;
  readonly sysenterEsp: number;
  readonly sysenterEip: number;
}

/** Header of a message; `size` bytes of data follow. */
export interface CoMessage {
  readonly from: number;
  readonly to: number;
  readonly priority: number;
  readonly type: number;
  readonly size: number;
}

/** A whole message: header and data. */
export interface CoRecord {
  readonly header: CoMessage;
  readonly data: DataView;
}

/** An integer field of a record that begins at `at`. */
function read(view: DataView, at: number, [offset, size]: Field): number {
  return size === 2 ? view.getUint16(at + offset, true) : view.getUint32(at + offset, true);
}

/** Decodes a state block that begins at `at`, or undefined if the view is too short. */
export function decodeState(view: DataView, at = 0): CoState | undefined {
  const { size, fields } = layouts.co_state;
  if (at < 0 || view.byteLength - at < size) return undefined;
  const field = (name: keyof typeof fields): number => read(view, at, fields[name]);
  const table = (name: 'gdt' | 'idt', part: 'limit' | 'base'): number =>
    read(view, at + fields[name][0], layouts.co_descriptor_table.fields[part]);
  return {
    cs: field('cs') & 0xffff,
    ds: field('ds') & 0xffff,
    es: field('es') & 0xffff,
    fs: field('fs') & 0xffff,
    gs: field('gs') & 0xffff,
    ss: field('ss') & 0xffff,
    tr: field('tr'),
    ldt: field('ldt'),
    cr0: field('cr0'),
    cr2: field('cr2'),
    cr3: field('cr3'),
    cr4: field('cr4'),
    gdtBase: table('gdt', 'base'),
    gdtLimit: table('gdt', 'limit'),
    idtBase: table('idt', 'base'),
    idtLimit: table('idt', 'limit'),
    eip: field('return_eip'),
    esp: field('esp'),
    eflags: field('eflags'),
    dr: [field('dr0'), field('dr1'), field('dr2'), field('dr3'), field('dr6'), field('dr7')],
    otherMap: field('other_map'),
    va: field('va'),
    sysenterCs: field('sysenter_cs'),
    sysenterEsp: field('sysenter_esp'),
    sysenterEip: field('sysenter_eip'),
  };
}

/** The caller's registers as the passage code leaves them on the stack of the side that is away. */
export interface CoPassageFrame {
  readonly eflags: number;
  readonly ebp: number;
  readonly edi: number;
  readonly esi: number;
  readonly ebx: number;
  readonly returnEip: number;
  /** ESP of the caller once the passage code has returned to it. */
  readonly callerEsp: number;
}

export const CO_PASSAGE_FRAME_SIZE = 24;
/** Where they are in it. */
export const CO_PASSAGE_FRAME = { eflags: 0, ebp: 4, edi: 8, esi: 12, ebx: 16, returnEip: 20 } as const;

/** Decodes the 24 bytes at the saved ESP of a side that is away. */
export function decodePassageFrame(view: DataView, esp: number): CoPassageFrame | undefined {
  if (view.byteLength < CO_PASSAGE_FRAME_SIZE) return undefined;
  const word = (register: keyof typeof CO_PASSAGE_FRAME): number =>
    view.getUint32(CO_PASSAGE_FRAME[register], true);
  return {
    eflags: word('eflags'),
    ebp: word('ebp'),
    edi: word('edi'),
    esi: word('esi'),
    ebx: word('ebx'),
    returnEip: word('returnEip'),
    callerEsp: (esp + CO_PASSAGE_FRAME_SIZE) >>> 0,
  };
}

/** Decodes a message header that begins at `at`, or undefined if the view is too short. */
export function decodeMessage(view: DataView, at = 0): CoMessage | undefined {
  const { size, fields } = layouts.co_message;
  if (at < 0 || view.byteLength - at < size) return undefined;
  return {
    from: read(view, at, fields.from),
    to: read(view, at, fields.to),
    priority: read(view, at, fields.priority),
    type: read(view, at, fields.type),
    size: read(view, at, fields.size),
  };
}

/** Encodes a message: header and data, as it travels on the wire. */
export function encodeMessage(header: Omit<CoMessage, 'size'>, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const { size, fields } = layouts.co_message;
  const bytes = new Uint8Array(size + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(fields.from[0], header.from, true);
  view.setUint32(fields.to[0], header.to, true);
  view.setUint32(fields.priority[0], header.priority, true);
  view.setUint32(fields.type[0], header.type, true);
  view.setUint32(fields.size[0], data.length, true);
  bytes.set(data, size);
  return bytes;
}

/** Splits a stream of messages, back to back, into records. `rest` is what is left of an incomplete last one. */
export function decodeRecords(bytes: Uint8Array): { records: CoRecord[]; rest: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: CoRecord[] = [];
  let at = 0;
  for (;;) {
    const header = decodeMessage(view, at);
    const data = at + layouts.co_message.size;
    if (!header || header.size > bytes.length - data) return { records, rest: bytes.subarray(at) };
    records.push({ header, data: new DataView(bytes.buffer, bytes.byteOffset + data, header.size) });
    at = data + header.size;
  }
}
