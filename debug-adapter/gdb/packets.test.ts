/** Packets on the wire: framing, checksums, escapes, pieces of any size. */
import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  createPacketReader,
  escapeBinary,
  framed,
  fromHex,
  numberOf,
  PACKET_SIZE,
  type Received,
} from './packets.ts';

function readAll(...pieces: readonly string[]): Received[] {
  const found: Received[] = [];
  const read = createPacketReader((one) => found.push(one));
  for (const piece of pieces) read(bytesOf(piece));
  return found;
}

describe('a packet', () => {
  it('has the checksum of the manual', () => {
    // Debugging with gdb, E.1: the sum of all characters modulo 256.
    expect(framed('OK')).toBe('$OK#9a');
    expect(framed('')).toBe('$#00');
  });

  it('is read in pieces of any size', () => {
    const text = framed('qSupported:swbreak+');
    const expected = [{ kind: 'packet', payload: 'qSupported:swbreak+' }];
    expect(readAll(text)).toEqual(expected);
    expect(readAll(...text)).toEqual(expected);
  });

  it('is found between acknowledgements and noise', () => {
    expect(readAll('++x', framed('g'), '+', framed('?'))).toEqual([
      { kind: 'packet', payload: 'g' },
      { kind: 'packet', payload: '?' },
    ]);
  });

  it('has its escaped bytes back, and no runs', () => {
    expect(readAll(framed('X0,4:}\x03}\x04}]*'))).toEqual([{ kind: 'packet', payload: 'X0,4:#$}*' }]);
  });

  it('carries every byte in an answer', () => {
    const all = String.fromCharCode(...Array(256).keys());
    const escaped = escapeBinary(all);
    expect(escaped).not.toMatch(/[#$*]/);
    expect(readAll(framed(escaped))).toEqual([{ kind: 'packet', payload: all }]);
  });

  it.each(['$g#00', '$g#6', '$g#zz'])('with a wrong checksum is damaged: %s', (text) => {
    expect(readAll(text, framed('?'))[0]).toEqual({ kind: 'damaged' });
  });

  it('that is too long is refused, and the next one is read', () => {
    expect(readAll(framed('m'.repeat(PACKET_SIZE + 1)), framed('m'.repeat(PACKET_SIZE)))).toEqual([
      { kind: 'oversized' },
      { kind: 'packet', payload: 'm'.repeat(PACKET_SIZE) },
    ]);
  });

  it('whose end was lost does not swallow the next', () => {
    expect(readAll('$Z0,c01', framed('?'))).toEqual([{ kind: 'packet', payload: '?' }]);
  });
});

it('the interrupt is a byte between packets, and a byte of data within', () => {
  expect(readAll('\x03', framed('X0,1:\x03'), '\x03')).toEqual([
    { kind: 'interrupt' },
    { kind: 'packet', payload: 'X0,1:\x03' },
    { kind: 'interrupt' },
  ]);
});

it('a minus sign asks for the last answer again', () => {
  expect(readAll('-+-')).toEqual([{ kind: 'resend' }, { kind: 'resend' }]);
});

it.each([
  ['', new Uint8Array()],
  ['00ff', Uint8Array.of(0, 255)],
  ['0', undefined],
  ['0g', undefined],
])('hexadecimal bytes: %j', (text, bytes) => {
  expect(fromHex(text)).toEqual(bytes);
});

it.each([
  ['ffffffff', 0xffff_ffff],
  ['1ffffffff', undefined],
  ['', undefined],
  ['-1', undefined],
  [undefined, undefined],
])('numbers of 32 bits: %j', (text, number) => {
  expect(numberOf(text)).toBe(number);
});
