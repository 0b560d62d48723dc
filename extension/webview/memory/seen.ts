/** What memory was at the last stop, as far as the user has seen it. */
import type { MemoryPage, SpaceName } from './read-memory.ts';

/** Bytes by space and address as they were at the last stop, as far as they were seen. */
export class Seen {
  private readonly pages = new Map<string, Map<number, number>>();
  private readonly fresh = new Map<string, Map<number, number>>();

  /** Most bytes that are remembered for a space. */
  constructor(private readonly most = 0x1_0000) {}

  note({ space, address, bytes }: MemoryPage): void {
    const known = this.fresh.get(space) ?? new Map<number, number>();
    this.fresh.set(space, known);
    if (known.size > this.most) known.clear();
    bytes.forEach((byte, n) => byte !== undefined && known.set(address + n, byte));
  }

  /** Another stop: what was seen now was seen before. */
  next(): void {
    for (const [space, bytes] of this.fresh) {
      const known = this.pages.get(space) ?? new Map<number, number>();
      if (known.size > this.most) known.clear();
      for (const [address, byte] of bytes) known.set(address, byte);
      this.pages.set(space, known);
    }
    this.fresh.clear();
  }

  /** The byte at the last stop, if it was seen and was another one. */
  before(space: SpaceName, address: number, byte: number | undefined): number | undefined {
    const old = this.pages.get(space)?.get(address);
    return old === byte ? undefined : old;
  }

  clear(): void {
    this.pages.clear();
    this.fresh.clear();
  }
}
