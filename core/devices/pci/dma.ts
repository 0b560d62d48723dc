/*
 * Owns how a PCI device reaches RAM: checked, little endian, and seen by the cache of decoded code. Addresses come from
 * the guest and may be anything; only RAM can be reached. Read-only pages keep their contents.
 */

import { PAGE_SIZE, PageFlag } from '../../memory/layout.ts';
import type { PhysicalMemory } from '../../memory/physical-memory.ts';

/** RAM as bus masters see it. Every range must be checked with `holds` before it is used. */
export class Dma {
  readonly #memory: PhysicalMemory;
  readonly #view: DataView;

  constructor(memory: PhysicalMemory) {
    this.#memory = memory;
    const { bytes } = memory;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The whole range is RAM. */
  holds(address: number, length: number): boolean {
    return address >= 0 && address + length <= this.#memory.size;
  }

  read16(address: number): number {
    return this.#view.getUint16(address, true);
  }

  read32(address: number): number {
    return this.#view.getUint32(address, true);
  }

  /** As a number: exact below 2^53, and beyond all RAM above. */
  read64(address: number): number {
    return this.read32(address) + this.read32(address + 4) * 0x1_0000_0000;
  }

  write16(address: number, value: number): void {
    this.write(address, Uint8Array.of(value, value >>> 8));
  }

  write32(address: number, value: number): void {
    this.write(address, Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24));
  }

  /** Fills `into` from RAM. */
  read(address: number, into: Uint8Array): void {
    into.set(this.#memory.bytes.subarray(address, address + into.length));
  }

  /** Copies `data` into RAM, page by page: those that are ROM stay as they are. */
  write(address: number, data: Uint8Array): void {
    for (let done = 0; done < data.length;) {
      const at = address + done;
      const size = Math.min(data.length - done, PAGE_SIZE - (at % PAGE_SIZE));
      if ((this.#memory.pageFlags[Math.floor(at / PAGE_SIZE)]! & PageFlag.Rom) === 0)
        this.#memory.writeBytes(at, data.subarray(done, done + size));
      done += size;
    }
  }
}
