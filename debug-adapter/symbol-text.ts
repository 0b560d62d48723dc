/** Addresses by the names of symbols. */
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import type { Coroutines } from './coroutines.ts';
import { shownName } from './symbols/demangle/demangle.ts';

/** `name` or `name+0x12` of the symbol at an address of a coroutine. */
export function symbolText(
  coroutines: Coroutines,
  owner: CoroutineId,
  address: number,
  cr3?: number,
): string | undefined {
  const resolved = coroutines.resolve(owner, address, cr3);
  const link = resolved ? (address - resolved.bias) >>> 0 : address;
  const symbol = resolved?.image.symbolAt(link);
  if (!symbol) return undefined;
  const offset = link - symbol.address;
  const name = shownName(symbol.name);
  return offset === 0 ? name : `${name}+0x${offset.toString(16)}`;
}
