/** RAM for tests of loaders. */
import type { BootMemory } from '../boot/boot-state.ts';

const MIB = 0x100000;

/** RAM that refuses to be written outside itself. */
export class TestBootMemory implements BootMemory {
  readonly bytes: Uint8Array;
  writes = 0;

  constructor(mebibytes: number) {
    this.bytes = new Uint8Array(mebibytes * MIB).fill(0xcc);
  }

  get size(): number {
    return this.bytes.length;
  }

  write(address: number, bytes: Uint8Array): void {
    this.#check(address, bytes.length);
    this.bytes.set(bytes, address);
  }

  fill(address: number, length: number, value: number): void {
    this.#check(address, length);
    this.bytes.fill(value, address, address + length);
  }

  u32(address: number): number {
    return new DataView(this.bytes.buffer).getUint32(address, true);
  }

  text(address: number): string {
    return new TextDecoder().decode(this.bytes.subarray(address, this.bytes.indexOf(0, address)));
  }

  #check(address: number, length: number): void {
    if (!Number.isInteger(address) || !Number.isInteger(length) || address < 0 || length < 0) {
      throw new Error(`bad range ${address} ${length}`);
    }
    if (address + length > this.size) {
      throw new Error(`write outside RAM: ${address} ${length}`);
    }
    this.writes++;
  }
}
