/** What the core's record of execution says of one image: its own counts, over all address spaces that it ran in. */
import type { ExecutedPage, ExecutedSpace } from '../../core/protocol/debug-protocol.ts';
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import { codeRanges } from '../image-code.ts';
import type { SymbolImage } from '../symbols/image.ts';

export interface BranchCounts {
  readonly taken: number;
  readonly passed: number;
}

/** By linear address. What is not there has not run. */
export interface Executed {
  readonly counts: ReadonlyMap<number, number>;
  readonly branches: ReadonlyMap<number, BranchCounts>;
}

class Sum implements Executed {
  readonly counts = new Map<number, number>();
  readonly branches = new Map<number, BranchCounts>();

  /** @param bias is taken off each address */
  add({ addresses, counts, branches, taken, passed }: ExecutedPage['executed'], bias: number): void {
    addresses.forEach((at, n) => {
      const address = (at - bias) >>> 0;
      this.counts.set(address, (this.counts.get(address) ?? 0) + counts[n]);
    });
    branches.forEach((at, n) => {
      const address = (at - bias) >>> 0;
      const before = this.branches.get(address) ?? { taken: 0, passed: 0 };
      this.branches.set(address, { taken: before.taken + taken[n], passed: before.passed + passed[n] });
    });
  }
}

/** The sum of all address spaces of a coroutine: a kernel is in each of them. */
export function executedBy(spaces: readonly ExecutedSpace[], coroutine: CoroutineId): Executed {
  const sum = new Sum();
  for (const space of spaces) if (space.coroutine === coroutine) sum.add(space, 0);
  return sum;
}

/**
 * Of a program in ring 3, by the addresses of its file: all that ran of it, wherever its code was at the time. Pages with other code are
 * another program's.
 * @param biases where it has been, as differences to its file's addresses
 */
export function executedProgram(
  spaces: readonly ExecutedSpace[],
  image: SymbolImage,
  biases: readonly number[],
): Executed {
  const sum = new Sum();
  for (const page of spaces.flatMap(({ programs }) => programs)) {
    const bias = biases.find((one) => isPageOf(image, one, page));
    if (bias !== undefined) sum.add(page.executed, bias);
  }
  return sum;
}

/** Is all code that an image has on a page there? */
function isPageOf(image: SymbolImage, bias: number, { address, bytes }: ExecutedPage): boolean {
  const parts = codeRanges(image, bias)
    .map(([start, end]) => [Math.max(start, address), Math.min(end, address + bytes.length)] as const)
    .filter(([start, end]) => start < end);
  return (
    parts.length > 0 &&
    parts.every(([start, end]) =>
      image
        .linkedBytes((start - bias) >>> 0, end - start)
        ?.every((byte, n) => byte === bytes[start - address + n]),
    )
  );
}
