/** Addresses by the names of symbols. */
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import type { Coroutines, Placed } from './coroutines.ts';
import { shownName } from './symbols/demangle/demangle.ts';

/** `name` or `name+0x12` of the symbol at an address of a coroutine. */
export function symbolText(
  coroutines: Coroutines,
  owner: CoroutineId,
  address: number,
  cr3?: number,
): string | undefined {
  const code = coroutines.resolve(owner, address, cr3);
  for (const { image, bias } of code ? [code] : dataOf(coroutines, owner)) {
    const link = (address - bias) >>> 0;
    const symbol = image.symbolAt(link);
    if (!symbol) continue;
    const offset = link - symbol.address;
    const name = shownName(symbol.name);
    return offset === 0 ? name : `${name}+0x${offset.toString(16)}`;
  }
  return undefined;
}

/** What may have data at an address that is no code. */
function dataOf(coroutines: Coroutines, owner: CoroutineId): readonly Placed[] {
  const kernel = coroutines.kernelOf(owner);
  return kernel ? [kernel, ...coroutines.modulesOf(owner)] : coroutines.modulesOf(owner);
}
