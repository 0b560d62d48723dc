/*
 * Owns the 64 K I/O ports: which device answers at which port, and how an access that is wider than a device
 * allows is split, low half first, as on the PC's ISA bus. A port that nobody answers reads as all ones and
 * ignores writes; each such port is reported once for each direction. The ports of PCI devices move: their bus is asked
 * where no fixed device answers. Source: Intel SDM volume 1, chapter 19
 * (I/O port addressing).
 */

import type { AccessSize, Logger } from './device.ts';

/** What a device does on its ports. `port` is the full port number. Reads return `size` bytes; more is cut off. */
export interface PortHandler {
  read(port: number, size: AccessSize): number;
  /** `value` is unsigned and fits `size` bytes. */
  write(port: number, value: number, size: AccessSize): void;
}

/** A device's claim on a range of ports. */
export interface PortRange {
  /** For error messages. */
  readonly name: string;
  readonly first: number;
  readonly count: number;
  /** The access sizes the handler takes, 1 always among them. */
  readonly sizes: readonly AccessSize[];
  readonly handler: PortHandler;
}

/** A bus whose devices move: it is asked for ports that no fixed device has. */
export interface SecondaryPorts {
  /** `undefined` when nobody answers there either. */
  read(port: number, size: AccessSize): number | undefined;
  /** Returns whether somebody took it. */
  write(port: number, value: number, size: AccessSize): boolean;
}

const PORTS = 0x10000;
const READ_REPORTED = 1;
const WRITE_REPORTED = 2;

/** The value of `size` bytes of ones, unsigned. */
function ones(size: AccessSize): number {
  return size === 1 ? 0xff : size === 2 ? 0xffff : 0xffffffff;
}

/** The machine's I/O space. */
export class IoBus {
  secondary: SecondaryPorts | null = null;

  readonly #log: Logger;
  /** Port to index into the tables below; 0 is nobody. */
  readonly #owner = new Uint16Array(PORTS);
  readonly #reported = new Uint8Array(PORTS);
  readonly #ranges: (PortRange | null)[] = [null];
  readonly #handlers: (PortHandler | null)[] = [null];
  /** Bit mask of the allowed sizes (1, 2, 4) by owner. */
  readonly #sizes: number[] = [0];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Gives `range` to its handler. Throws when the range is bad or a port of it is taken. */
  register(range: PortRange): void {
    const { name, first, count } = range;
    if (first < 0 || count < 1 || first + count > PORTS || !range.sizes.includes(1)) {
      throw new RangeError(
        `${name} asks for ${count} ports from ${hex(first)}, which is no byte-addressable range.`,
      );
    }
    for (let port = first; port < first + count; port++) {
      const other = this.#ranges[this.#owner[port]!]!;
      if (this.#owner[port] !== 0) {
        throw new Error(`${name} asks for port ${hex(port)}, which belongs to ${other.name}.`);
      }
    }
    this.#owner.fill(this.#ranges.length, first, first + count);
    this.#ranges.push(range);
    this.#handlers.push(range.handler);
    this.#sizes.push(range.sizes.reduce((mask: number, size) => mask | size, 0));
  }

  /** Reads `size` bytes from `port`, as an unsigned number. */
  read(port: number, size: AccessSize): number {
    port &= 0xffff;
    const owner = this.#owner[port]!;
    if (
      (this.#sizes[owner]! & size) !== 0 &&
      (size === 1 || this.#owner[(port + size - 1) & 0xffff] === owner)
    ) {
      const value = this.#handlers[owner]!.read(port, size);
      return size === 4 ? value >>> 0 : value & ones(size);
    }
    if (this.#isFree(port, size)) {
      const value = this.secondary?.read(port, size);
      if (value !== undefined) {
        return size === 4 ? value >>> 0 : value & ones(size);
      }
      if ((this.#reported[port]! & READ_REPORTED) === 0) {
        this.#reported[port]! |= READ_REPORTED;
        this.#log.unimplemented(`port ${hex(port)} read ${size}`);
      }
      return ones(size);
    }
    return size === 4
      ? (this.read(port, 2) | (this.read(port + 2, 2) << 16)) >>> 0
      : this.read(port, 1) | (this.read(port + 1, 1) << 8);
  }

  /** Writes the low `size` bytes of `value` to `port`. */
  write(port: number, value: number, size: AccessSize): void {
    port &= 0xffff;
    const owner = this.#owner[port]!;
    if (
      (this.#sizes[owner]! & size) !== 0 &&
      (size === 1 || this.#owner[(port + size - 1) & 0xffff] === owner)
    ) {
      this.#handlers[owner]!.write(port, size === 4 ? value >>> 0 : value & ones(size), size);
    } else if (this.#isFree(port, size)) {
      const taken = this.secondary?.write(port, size === 4 ? value >>> 0 : value & ones(size), size);
      if (!taken && (this.#reported[port]! & WRITE_REPORTED) === 0) {
        this.#reported[port]! |= WRITE_REPORTED;
        this.#log.unimplemented(`port ${hex(port)} write ${size}`);
      }
    } else if (size === 4) {
      this.write(port, value & 0xffff, 2);
      this.write(port + 2, value >>> 16, 2);
    } else {
      this.write(port, value & 0xff, 1);
      this.write(port + 1, (value >>> 8) & 0xff, 1);
    }
  }

  #isFree(port: number, size: AccessSize): boolean {
    for (let i = 0; i < size; i++) {
      if (this.#owner[(port + i) & 0xffff] !== 0) {
        return false;
      }
    }
    return true;
  }
}

function hex(port: number): string {
  return `0x${port.toString(16)}`;
}
