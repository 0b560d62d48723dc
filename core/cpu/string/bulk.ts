/** Many rounds of string instructions at once, as WebAssembly over the machine's memory: `assembly/` says why. */
import { instantiate } from '../../memory/instantiate.ts';
import { BULK_WASM } from './generated.ts';

/** The exports. Addresses are those of the machine's memory. */
export interface Bulk {
  copy(to: number, from: number, bytes: number): void;
  /** Elements of `size` bytes: 1, 2 or 4. */
  fill(to: number, value: number, size: number, bytes: number): void;
  /** @returns how many bytes come before the first one with the value, at most `bytes` */
  find(from: number, value: number, bytes: number): number;
  /** Zeroes whole pages, but touches none that is zero. */
  clear(from: number, bytes: number): void;
}

const compile = instantiate(BULK_WASM);

export const createBulk = (memory: WebAssembly.Memory): Bulk => compile<Bulk>({ memory });
