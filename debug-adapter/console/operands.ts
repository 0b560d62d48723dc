/** Operands of commands: numbers and addresses as C expressions or memory references, counts, bytes. */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import { type Place, placeOf } from '../memory-reference.ts';
import { hex } from '../registers.ts';
import { type Command, type ConsoleContext, misused } from './command.ts';

/** Splits at spaces outside of brackets and quotes. */
export function words(text: string): string[] {
  return (
    text.match(/(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\]|\S)+/g) ??
    []
  );
}

/** The value of an expression as an unsigned number of 32 bits; negative ones count from the end. @throws AdapterError */
export async function numberOf(context: ConsoleContext, text: string): Promise<number> {
  const plain = /^\s*(0x[0-9a-f]+|\d+)\s*$/i.exec(text);
  const value = plain ? Number(plain[1]) : Number(await evaluated(context, text));
  if (value > 0xffff_ffff || value < -0x8000_0000)
    throw new AdapterError('bad-address', say`"${text}" has more than 32 bits.`);
  return value >>> 0;
}

/** @throws AdapterError for an expression that is no number */
async function evaluated({ session, frame }: ConsoleContext, text: string): Promise<bigint> {
  const options = { hexadecimal: false, context: 'watch' } as const;
  // By itself first, for nothing is assigned here: what is wrong with it is told of what was typed, not of the brackets around it.
  await session.looking().evaluate(text, frame, options);
  const { body } = await session.looking().evaluate(`(long long)(${text}),d`, frame, options);
  const digits = /^-?\d+/.exec(body.result)?.[0];
  if (digits === undefined)
    throw new AdapterError('evaluate-failed', say`"${text}" is no number or address.`);
  return BigInt(digits);
}

/** The bytes of an expression's value, little-endian: 8 if its type has so many, else 4. @throws AdapterError */
export async function wordOf(context: ConsoleContext, text: string): Promise<Uint8Array> {
  // As an operand, for a function has no size that is meant here.
  const isLong = (await evaluated(context, `sizeof(1 ? (${text}) : (${text}))`)) > 4n;
  const words = new BigInt64Array([await evaluated(context, text)]);
  return new Uint8Array(words.buffer, 0, isLong ? 8 : 4);
}

/** Where a memory reference or an expression is; without a prefix, in the address space of the selected frame. */
export async function addressOf(context: ConsoleContext, text: string): Promise<Place> {
  const { coroutine, machine } = context;
  if (/^\s*(host|guest\d{1,2}|physical):/.test(text)) return placeOf(text, 0, machine.coroutines.current);
  return { address: await numberOf(context, text), coroutine, space: { kind: 'coroutine', coroutine } };
}

/** A count that may be left out. @throws AdapterError unless it is from 1 to `most` */
export function countOf(text: string, otherwise: number, most: number): number {
  if (text.trim() === '') return otherwise;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new AdapterError('bad-command', say`"${text.trim()}" is no count from 1 to ${most}.`);
}

/** A command that takes no operands was given some. @throws AdapterError */
export function expectNothing(command: Pick<Command, 'name' | 'usage'>, operands: string): void {
  if (operands !== '') throw misused(command, say`it takes no operands`);
}

/** Bytes of memory. @throws AdapterError when not even the first is mapped */
export async function bytesAt(
  { machine }: ConsoleContext,
  { space, address }: { readonly space: Space; readonly address: number },
  length: number,
): Promise<Uint8Array> {
  const most = Math.min(length, 0x1_0000_0000 - address);
  const { bytes } = await machine.request('readMemory', { space, address, length: most });
  if (bytes.length === 0 && length > 0)
    throw new AdapterError(
      'bad-address',
      say`Nothing is mapped at ${hex(address)}: walk ${hex(address)} tells why.`,
    );
  return bytes;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '0': 0, '\\': 92, '"': 34 };

/** `"text"` in UTF-8 with C's usual escapes, or `de ad be ef` in hexadecimal; `undefined` for anything else. */
export function patternOf(text: string): Uint8Array | undefined {
  const quoted = /^\s*"((?:[^"\\]|\\.)*)"\s*$/s.exec(text)?.[1];
  if (quoted !== undefined) {
    const plain = quoted.replace(/\\(.)/gs, (_all, letter: string) =>
      String.fromCharCode(ESCAPES[letter] ?? letter.charCodeAt(0)),
    );
    return new TextEncoder().encode(plain);
  }
  const digits = text.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})+$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}
