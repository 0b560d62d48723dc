/**
 * Where kernels are that have moved themselves: by a copy to other memory, by a mapping at other addresses, or both. A kernel is
 * looked for when code is executed at an address that nobody has symbols for; where it was before it stays only as long as
 * its code does.
 */
import { say, type Sentence } from '../core/sentences/say.ts';
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import { ImageCode } from './image-code.ts';
import type { MemoryCache } from './memory-cache.ts';
import { biasText } from './modules.ts';
import type { SymbolImage } from './symbols/image.ts';

/** Where a kernel is that has not moved. */
const LINKED: readonly number[] = [0];
/** Places without a find after which a kernel is thought to stay where it is. */
const MAX_FAILURES = 64;

interface Kernel {
  readonly code: ImageCode;
  /** Where it is, the latest find first. */
  biases: readonly number[];
  failures: number;
}

export class MovedKernels {
  private readonly kernels = new Map<CoroutineId, Kernel>();

  /** @param imageOf the kernels of the coroutines */
  constructor(
    private readonly imageOf: (coroutine: CoroutineId) => SymbolImage | undefined,
    private readonly memory: MemoryCache,
    /** A sentence for the user. */
    private readonly note: (text: Sentence) => void,
  ) {}

  /** How far a kernel is from where it is linked: the latest place first, never empty. */
  biases(coroutine: CoroutineId): readonly number[] {
    return this.kernels.get(coroutine)?.biases ?? LINKED;
  }

  /** It has been looked for in vain often enough. */
  isSettled(coroutine: CoroutineId): boolean {
    return (this.kernels.get(coroutine)?.failures ?? 0) >= MAX_FAILURES;
  }

  /** Some kernel was found elsewhere than where it is linked. */
  get anyMoved(): boolean {
    for (const { biases } of this.kernels.values()) if (biases.length >= 2) return true;
    return false;
  }

  private kernel(coroutine: CoroutineId): Kernel | undefined {
    const known = this.kernels.get(coroutine);
    const image = this.imageOf(coroutine);
    if (known?.code.image === image) return known;
    if (!image) return undefined;
    const kernel = { code: new ImageCode(image), biases: LINKED, failures: 0 };
    this.kernels.set(coroutine, kernel);
    return kernel;
  }

  private isThere(coroutine: CoroutineId, code: ImageCode, bias: number): Promise<boolean> {
    const read = this.memory.reader(coroutine);
    return this.memory.compute(() => code.isLikelyAt(bias, read));
  }

  /**
   * Looks whether it is the kernel of a coroutine that executes at an address.
   * @returns whether it was found where it had not been
   */
  async locate(coroutine: CoroutineId, pc: number, bytes: Uint8Array): Promise<boolean> {
    const kernel = this.kernel(coroutine);
    if (!kernel || this.isSettled(coroutine)) return false;
    const { code, biases } = kernel;
    const loaded = code.image.loadBias(pc);
    for (const bias of code.biasesFor(pc, bytes)) {
      if (biases.includes(bias) || bias === (loaded ?? 0) >>> 0) continue;
      if (!(await this.isThere(coroutine, code, bias))) continue;
      kernel.biases = [bias, ...(await this.remaining(coroutine, kernel))];
      this.note(
        say`${code.image.name} runs ${biasText(bias)} from where it is linked: symbols and breakpoints follow it.`,
      );
      return true;
    }
    kernel.failures++;
    return false;
  }

  /** A new stop. @returns whether a kernel that had moved is gone from some place */
  async begin(): Promise<boolean> {
    let changed = false;
    for (const [coroutine, kernel] of this.kernels) {
      if (kernel.biases.length < 2) continue;
      const remaining = await this.remaining(coroutine, kernel);
      if (remaining.length === 0 || remaining.length === kernel.biases.length) continue;
      kernel.biases = remaining;
      changed = true;
    }
    return changed;
  }

  private async remaining(coroutine: CoroutineId, { code, biases }: Kernel): Promise<number[]> {
    const remaining: number[] = [];
    for (const bias of biases) if (await this.isThere(coroutine, code, bias)) remaining.push(bias);
    return remaining;
  }
}
