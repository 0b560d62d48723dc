/** What a description says of a kernel as a whole: the memory that it gives out, and its log. */
import type { KernelDescription } from './description.ts';
import type { ListValues } from './list-values.ts';

export interface DescribedKernel {
  readonly description: KernelDescription;
  readonly values: ListValues;
}

/** In bytes. */
export interface KernelMemory {
  readonly total: number;
  readonly free: number;
}

/** @throws AdapterError for memory that cannot be read */
export async function kernelMemory({
  description,
  values,
}: DescribedKernel): Promise<KernelMemory | undefined> {
  if (!description.memory) return undefined;
  const [total, free] = [
    await values.number(description.memory.total, {}),
    await values.number(description.memory.free, {}),
  ];
  // Before it has looked for its memory, and when that was overwritten.
  return total > 0 && free <= total ? { total, free } : undefined;
}

/**
 * The end of the log. A line whose beginning was overwritten is left out.
 * @throws AdapterError like `kernelMemory`
 */
export async function kernelLog({ description, values }: DescribedKernel): Promise<string | undefined> {
  if (!description.log) return undefined;
  const ring = await values.bytes(description.log.ring);
  const written = await values.number(description.log.written, {});
  if (written <= ring.length) return textOf(ring.subarray(0, written));
  const next = written % ring.length;
  const text = textOf(ring.subarray(next)) + textOf(ring.subarray(0, next));
  return text.slice(text.indexOf('\n') + 1);
}

/** Its encoding is not known: what is no ASCII is a dot. */
const textOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) =>
    byte === 0x0a || byte === 0x09 || (byte >= 0x20 && byte < 0x7f) ? String.fromCharCode(byte) : '·',
  ).join('');
