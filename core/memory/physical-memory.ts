/**
 * Guest physical memory: RAM inside the machine's `WebAssembly.Memory`, and the answer of the bus where no RAM is.
 *
 * Owns the memory object and the byte-wise physical accessors used by loaders, page walks, devices and the
 * debugger. The CPU's fast path does not come through here; it reads the same buffer through the TLB.
 * Addresses are physical and unsigned; values are little endian.
 */
import { MAX_RAM, MIN_RAM, PAGE_FLAGS_BASE, PAGE_SIZE, PageFlag, RAM_BASE } from './layout.ts';
import { SaidError, say } from '../sentences/say.ts';

/** Receives every write that touches a page with decoded code on it. A range lies in one page, or in two adjacent ones. */
export type CodeWriteListener = (address: number, length: number) => void;

/** What answers outside RAM. `size` is 1, 2 or 4 bytes. */
export interface MemoryMappedIo {
  read(address: number, size: number): number;
  write(address: number, value: number, size: number): void;
}

/** Thrown for a RAM size that the machine cannot have. */
export class MemorySizeError extends SaidError {
  readonly code = 'memory-size';
}

const NOBODY: CodeWriteListener = () => undefined;
const OPEN_BUS: MemoryMappedIo = {
  read: (_address, size) => (size === 4 ? -1 : (1 << (size * 8)) - 1),
  write: () => undefined,
};

export class PhysicalMemory {
  /** RAM size in bytes, a multiple of 4 KiB. */
  readonly size: number;
  readonly wasm: WebAssembly.Memory;
  /** RAM alone: index 0 is physical address 0. */
  readonly bytes: Uint8Array;
  /** One flag byte a page, see `PageFlag`. */
  readonly pageFlags: Uint8Array;
  onCodeWrite: CodeWriteListener = NOBODY;
  /** Receives every write into a page with `PageFlag.Watched`, just before it happens. */
  onWatchedWrite: CodeWriteListener = NOBODY;
  /** The same for reads of data by the processor, just after. */
  onWatchedRead: CodeWriteListener = NOBODY;
  mmio: MemoryMappedIo = OPEN_BUS;
  private readonly view: DataView;

  /** @throws MemorySizeError when `size` is not a multiple of 4 KiB between 1 MiB and 1 GiB. */
  constructor(size: number) {
    if (!Number.isInteger(size) || size < MIN_RAM || size > MAX_RAM || size % PAGE_SIZE !== 0) {
      throw new MemorySizeError(
        say`The machine's memory must be a multiple of 4 KiB between 1 MiB and 1024 MiB, but ${size} bytes were asked for.`,
      );
    }
    this.size = size;
    const pages = (RAM_BASE + size) / 0x1_0000;
    this.wasm = new WebAssembly.Memory({ initial: Math.ceil(pages), maximum: Math.ceil(pages) });
    this.bytes = new Uint8Array(this.wasm.buffer, RAM_BASE, size);
    this.pageFlags = new Uint8Array(this.wasm.buffer, PAGE_FLAGS_BASE, size / PAGE_SIZE);
    this.view = new DataView(this.wasm.buffer, RAM_BASE, size);
  }

  /** Reads 1, 2 or 4 bytes, zero extended to an unsigned 32-bit number. Works across the end of RAM. */
  read(address: number, size: number): number {
    address >>>= 0;
    if (address + size <= this.size) {
      if (size === 4) return this.view.getUint32(address, true);
      return size === 2 ? this.view.getUint16(address, true) : this.bytes[address];
    }
    return this.mmio.read(address, size) >>> 0;
  }

  /** The dword at an address of RAM, unsigned; `undefined` elsewhere, where devices may answer: they are not asked. */
  peek(address: number): number | undefined {
    return address + 4 <= this.size ? this.view.getUint32(address, true) : undefined;
  }

  /** Writes 1, 2 or 4 bytes and tells the code cache when the page holds decoded instructions. */
  write(address: number, value: number, size: number): void {
    address >>>= 0;
    if (address + size > this.size) {
      this.mmio.write(address, value, size);
      return;
    }
    const flags = this.pageFlags[address >>> 12] | this.pageFlags[(address + size - 1) >>> 12];
    if (flags & PageFlag.Rom) {
      this.writeBesideRom(address, value, size);
      return;
    }
    if (flags & PageFlag.Code) {
      this.onCodeWrite(address, size);
    }
    if (flags & PageFlag.Watched) this.onWatchedWrite(address, size);
    if (size === 4) this.view.setInt32(address, value, true);
    else if (size === 2) this.view.setInt16(address, value, true);
    else this.bytes[address] = value;
  }

  /** Copies bytes into RAM as a device or a debugger would. @throws RangeError when they do not fit. */
  writeBytes(address: number, data: Uint8Array): void {
    if (address < 0 || address + data.length > this.size) {
      throw new RangeError(
        `Physical range ${address.toString(16)}h+${data.length} is outside ${this.size} bytes of RAM.`,
      );
    }
    this.touch(address, data.length);
    this.bytes.set(data, address);
  }

  /** Fills a range of RAM. @throws RangeError when it does not fit. */
  fill(address: number, length: number, value: number): void {
    if (address < 0 || address + length > this.size) {
      throw new RangeError(
        `Physical range ${address.toString(16)}h+${length} is outside ${this.size} bytes of RAM.`,
      );
    }
    this.touch(address, length);
    this.bytes.fill(value, address, address + length);
  }

  /**
   * Zeroes RAM and forgets what pages were to anybody, and who else there was; the processor is not told.
   * @param clear zeroes pages of `wasm`; those that nobody has touched are none of the host's memory, and shall not become some
   */
  renew(clear: (from: number, bytes: number) => void): void {
    this.pageFlags.fill(0);
    this.onWatchedWrite = this.onWatchedRead = NOBODY;
    this.mmio = OPEN_BUS;
    clear(RAM_BASE, this.size);
  }

  /** A write that touches read-only memory: only the bytes outside of it arrive. */
  private writeBesideRom(address: number, value: number, size: number): void {
    for (let n = 0; n < size; n++) {
      const at = address + n;
      if (this.pageFlags[at >>> 12] & PageFlag.Rom) continue;
      if (this.pageFlags[at >>> 12] & PageFlag.Code) this.onCodeWrite(at, 1);
      this.bytes[at] = value >>> (n * 8);
    }
  }

  private touch(address: number, length: number): void {
    for (let page = address >>> 12; page << 12 < address + length; page++) {
      const flags = this.pageFlags[page];
      const from = Math.max(address, page << 12);
      const size = Math.min(address + length, (page + 1) << 12) - from;
      if (flags & PageFlag.Code) this.onCodeWrite(from, size);
      if (flags & PageFlag.Watched) this.onWatchedWrite(from, size);
    }
  }
}
