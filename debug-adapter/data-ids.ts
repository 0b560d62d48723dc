/**
 * The ids of data breakpoints (DAP `dataId`): what is watched, as text that a client keeps. A memory reference and a length, `guest0:0xc0104020+4`;
 * behind that, of a bit field where it begins and how many bits it has, `:3:5`; then of a global variable its symbol, `@boot_params+8`, or of a
 * variable on the stack how its frame is known, `~5ff8:c0100123`: the physical address of its return address, and that.
 */
export interface BitRange {
  /** From the lowest bit of the first byte. */
  readonly offset: number;
  readonly width: number;
}

/** Bytes from a symbol on. */
export interface SymbolPlace {
  readonly name: string;
  readonly offset: number;
}

/** A frame lives while the word at a physical address is where it returns to. */
export interface Lifetime {
  readonly slot: number;
  readonly returns: number;
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
  /^(\S+?)\+(\d{1,6})(?::(\d{1,2}):(\d{1,2}))?(?:@(\S+)\+(\d{1,9})|~([0-9a-f]{1,8}):([0-9a-f]{1,8}))?$/;

export function dataIdText({ reference, length, bits, symbol, lifetime }: DataId): string {
  const range = bits ? `:${bits.offset}:${bits.width}` : '';
  const global = symbol ? `@${symbol.name}+${symbol.offset}` : '';
  const local = lifetime ? `~${lifetime.slot.toString(16)}:${lifetime.returns.toString(16)}` : '';
  return `${reference}+${length}${range}${global || local}`;
}

/** @returns `undefined` for what is no id */
export function parseDataId(text: string): DataId | undefined {
  const [all, reference, length, first, width, name, offset, slot, returns] = ID.exec(text) ?? [];
  if (all === undefined) return undefined;
  return {
    reference,
    length: Number(length),
    bits: first === undefined ? undefined : { offset: Number(first), width: Number(width) },
    symbol: name === undefined ? undefined : { name, offset: Number(offset) },
    lifetime: slot === undefined ? undefined : { slot: parseInt(slot, 16), returns: parseInt(returns, 16) },
  };
}

/** Longest values of `$before` and `$value`, in bytes. */
const MAX_NUMBER = 4;

/** The condition of a data breakpoint: that of the client, and that its bits have changed and its frame lives. */
export function conditionOf(
  { bits, length, lifetime }: DataId,
  isChange: boolean,
  condition: string | undefined,
): string | undefined {
  const parts: string[] = [];
  if (bits && isChange && length <= MAX_NUMBER) {
    const mask = (((1n << BigInt(bits.width)) - 1n) << BigInt(bits.offset)) & 0xffff_ffffn;
    parts.push(`(($before ^ $value) & ${mask}u) != 0`);
  }
  if (lifetime) parts.push(`*(unsigned *)physical:${lifetime.slot}u == ${lifetime.returns}u`);
  if (parts.length === 0) return condition;
  if (condition !== undefined && condition.trim() !== '') parts.push(`(${condition})`);
  return parts.join(' && ');
}
