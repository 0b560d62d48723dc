/** Answers that depend on an address, or on the offset of an entry, alone, kept: every stop asks for the same few many times over. */

/** Answers that one function keeps; when there are more, all are forgotten. */
const MOST = 2048;

/** `answer`, asked once for an address. What it gives is not to be changed by anybody. */
export function byAddress<T>(answer: (address: number) => T): (address: number) => T {
  const known = new Map<number, T>();
  return (address) => {
    const found = known.get(address);
    if (found !== undefined || known.has(address)) return found as T;
    const fresh = answer(address);
    if (known.size >= MOST) known.clear();
    known.set(address, fresh);
    return fresh;
  };
}
