/** The last things of a kind, bounded in number and in bytes: what is older gives way. */
export class Recent<T> {
  /** In the slot of its number. */
  readonly #slots: ({ readonly item: T; readonly bytes: number } | undefined)[] = [];
  #oldest = 0;
  #next = 0;
  #bytes = 0;

  constructor(
    private readonly most: number,
    private readonly mostBytes: number,
  ) {}

  /** How many there were: the number of the next one. */
  get count(): number {
    return this.#next;
  }

  /** @param bytes that it holds */
  push(item: T, bytes: number): void {
    if (this.#next - this.#oldest === this.most) this.#forgetOldest();
    this.#slots[this.#next++ % this.most] = { item, bytes };
    this.#bytes += bytes;
    while (this.#bytes > this.mostBytes) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const slot = this.#oldest++ % this.most;
    this.#bytes -= this.#slots[slot]!.bytes;
    this.#slots[slot] = undefined;
  }

  /** At most `most` from a number on, or what is left of them, each with its number. */
  since(first: number, most = Infinity): { readonly item: T; readonly number: number }[] {
    const from = Math.max(first, this.#oldest);
    const count = Math.max(0, Math.min(most, this.#next - from));
    return Array.from({ length: count }, (_, n) => ({
      item: this.#slots[(from + n) % this.most]!.item,
      number: from + n,
    }));
  }
}
