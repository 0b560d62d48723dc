/**
 * The ids of data breakpoints (DAP `dataId`): what is watched, as text that a client keeps. A memory reference and a length, `guest0:0xc0104020+4`;
 * behind that, of a bit field where it begins and how many bits it has, `:3:5`; then of a global variable its symbol, `@boot_params+8`, or of a
 * variable on the stack how its frame is known, `~5ff8:c0100123:c0105ff8`: where its return address is in RAM, that, and where on the stack.
 */
import type { BitRange } from '../core/protocol/machine-protocol.ts';

/** Bytes from a symbol on. */
export interface SymbolPlace {
  readonly name: string;
  readonly offset: number;
}

/** A frame lives while the word at a physical address is where it returns to. */
export interface Lifetime {
  readonly slot: number;
  readonly returns: number;
  /** The linear address of that word. */
  readonly address: number;
}

export interface DataId {
  readonly reference: string;
  /** In bytes. */
  readonly length: number;
  readonly bits?: BitRange | undefined;
  readonly symbol?: SymbolPlace | undefined;
  readonly lifetime?: Lifetime | undefined;
}

const ID =
  /^(\S+?)\+(\d{1,6})(?::(\d{1,2}):(\d{1,2}))?(?:@(\S+)\+(\d{1,9})|~([0-9a-f]{1,8}):([0-9a-f]{1,8}):([0-9a-f]{1,8}))?$/;

export function dataIdText({ reference, length, bits, symbol, lifetime }: DataId): string {
  const range = bits ? `:${bits.offset}:${bits.width}` : '';
  const global = symbol ? `@${symbol.name}+${symbol.offset}` : '';
  const words = lifetime ? [lifetime.slot, lifetime.returns, lifetime.address] : [];
  const local = lifetime ? `~${words.map((word) => word.toString(16)).join(':')}` : '';
  return `${reference}+${length}${range}${global || local}`;
}

/** @returns `undefined` for what is no id */
export function parseDataId(text: string): DataId | undefined {
  const [all, reference, length, first, width, name, offset, ...words] = ID.exec(text) ?? [];
  if (all === undefined) return undefined;
  const [slot, returns, address] = words.map((word) => parseInt(word, 16));
  return {
    reference,
    length: Number(length),
    bits: first === undefined ? undefined : { offset: Number(first), width: Number(width) },
    symbol: name === undefined ? undefined : { name, offset: Number(offset) },
    lifetime: words[0] === undefined ? undefined : { slot, returns, address },
  };
}

/** The condition of a data breakpoint: that of the client, and that its frame lives. */
export function conditionOf({ lifetime }: DataId, condition: string | undefined): string | undefined {
  if (!lifetime) return condition;
  const lives = `*(unsigned *)physical:${lifetime.slot}u == ${lifetime.returns}u`;
  return condition === undefined || condition.trim() === '' ? lives : `${lives} && (${condition})`;
}
