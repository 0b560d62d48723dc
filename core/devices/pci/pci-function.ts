/*
 * Owns the configuration space of one PCI function: identity, command and status, base address registers (BARs) with
 * their sizing, a list of capabilities, the interrupt pin. What the BARs lead to is the device's own; where they answer
 * is the bus's business. Source: PCI Local Bus Specification 3.0, chapter 6. Which bits can be written is as in QEMU's
 * hw/pci/pci.c.
 */

import type { AccessSize } from '../device.ts';

/** Offsets in the header (specification, 6.1). */
export const PciRegister = {
  Vendor: 0x00,
  Device: 0x02,
  Command: 0x04,
  Status: 0x06,
  Revision: 0x08,
  Class: 0x09,
  HeaderType: 0x0e,
  Bar0: 0x10,
  SubsystemVendor: 0x2c,
  Subsystem: 0x2e,
  Capabilities: 0x34,
  InterruptLine: 0x3c,
  InterruptPin: 0x3d,
} as const;

export const PciCommand = {
  Io: 0x001,
  Memory: 0x002,
  BusMaster: 0x004,
  Serr: 0x100,
  InterruptDisable: 0x400,
} as const;

const COMMAND_WRITABLE = 0x507;
const STATUS_INTERRUPT = 0x08;
const STATUS_CAPABILITIES = 0x10;
const CONFIG_BYTES = 256;
/** BARs of a type 0 header. */
export const PCI_BARS = 6;

/** What lies behind a BAR. Offsets count from its start; reads return `size` bytes, more is cut off. */
export interface BarHandler {
  read(offset: number, size: AccessSize): number;
  write(offset: number, value: number, size: AccessSize): void;
}

/** A base address register. `memory` has 32 bits; `memory64` is prefetchable and takes the next register too. */
export interface BarSpec {
  readonly index: number;
  readonly kind: 'io' | 'memory' | 'memory64';
  /** In bytes, a power of two. */
  readonly size: number;
  readonly handler: BarHandler;
}

/** The read-only bits at the bottom of a BAR (specification, 6.2.5.1). */
const TYPE_BITS = { io: 0x1, memory: 0x0, memory64: 0xc } as const;

/** Who a function says it is. */
export interface PciIdentity {
  readonly vendor: number;
  readonly device: number;
  readonly revision: number;
  /** Base class, subclass and interface: 24 bits. */
  readonly classCode: number;
  readonly subsystemVendor: number;
  readonly subsystem: number;
  /** 1 is INTA#; 0 is none. */
  readonly interruptPin: number;
  /** More functions may share the slot. */
  readonly multifunction?: boolean;
}

/** Bytes that a function has beside the header: their values after a reset, and their writable bits. */
export interface ConfigBytes {
  readonly at: number;
  readonly values: readonly number[];
  /** One mask a byte; nothing can be written when absent. */
  readonly writable?: readonly number[];
}

/** A range of the address space that a BAR answers now. */
export interface Mapping {
  readonly base: number;
  readonly spec: BarSpec;
}

/** Saved state of one function. */
export interface PciFunctionState {
  readonly bytes: Uint8Array;
  readonly interrupt: boolean;
}

/** How accesses to the configuration space that mean more than storing bytes reach the device. */
export interface ConfigHooks {
  /** Before `size` bytes at `offset` are read: the device may renew them with `poke`. */
  beforeRead?(offset: number, size: number): void;
  /** After `size` bytes at `offset` were written. */
  afterWrite?(offset: number, size: number): void;
}

/** One function of a PCI device. */
export class PciFunction {
  readonly name: string;
  readonly bars: readonly BarSpec[];
  readonly interruptPin: number;
  hooks: ConfigHooks = {};
  /** For the bus: command or BARs have changed; the level of the interrupt pin has changed. */
  onMappingChange: (() => void) | null = null;
  onInterruptChange: (() => void) | null = null;

  readonly #reset = new Uint8Array(CONFIG_BYTES);
  readonly #writable = new Uint8Array(CONFIG_BYTES);
  readonly #bytes = new Uint8Array(CONFIG_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #interrupt = false;

  /** @param extra what the function has beside its header; capabilities are linked by their own bytes. */
  constructor(
    name: string,
    identity: PciIdentity,
    bars: readonly BarSpec[] = [],
    extra: readonly ConfigBytes[] = [],
  ) {
    this.name = name;
    this.bars = bars;
    this.interruptPin = identity.interruptPin;
    const view = new DataView(this.#reset.buffer);
    view.setUint16(PciRegister.Vendor, identity.vendor, true);
    view.setUint16(PciRegister.Device, identity.device, true);
    view.setUint32(PciRegister.Revision, (identity.classCode << 8) | identity.revision, true);
    view.setUint8(PciRegister.HeaderType, identity.multifunction ? 0x80 : 0);
    view.setUint16(PciRegister.SubsystemVendor, identity.subsystemVendor, true);
    view.setUint16(PciRegister.Subsystem, identity.subsystem, true);
    view.setUint8(PciRegister.InterruptPin, identity.interruptPin);
    const masks = new DataView(this.#writable.buffer);
    masks.setUint16(PciRegister.Command, COMMAND_WRITABLE, true);
    masks.setUint8(PciRegister.InterruptLine, 0xff);
    for (const { index, kind, size } of bars) {
      const at = PciRegister.Bar0 + index * 4;
      view.setUint32(at, TYPE_BITS[kind], true);
      masks.setUint32(at, -size, true);
      if (kind === 'memory64') masks.setUint32(at + 4, 0xffff_ffff, true);
    }
    for (const { at, values, writable } of extra) {
      this.#reset.set(values, at);
      if (writable) this.#writable.set(writable, at);
    }
    if (this.#reset[PciRegister.Capabilities] !== 0) {
      view.setUint16(
        PciRegister.Status,
        view.getUint16(PciRegister.Status, true) | STATUS_CAPABILITIES,
        true,
      );
    }
    this.#bytes.set(this.#reset);
  }

  /** The state after RST#: nothing is mapped, the pin is not asserted. */
  reset(): void {
    this.#bytes.set(this.#reset);
    this.#interrupt = false;
    this.onMappingChange?.();
    this.onInterruptChange?.();
  }

  /** Configuration read of 1, 2 or 4 bytes that do not cross a dword. */
  read(offset: number, size: AccessSize): number {
    this.hooks.beforeRead?.(offset, size);
    return this.peek(offset, size);
  }

  /** Configuration write: bits that cannot be written stay. */
  write(offset: number, value: number, size: AccessSize): void {
    for (let n = 0; n < size; n++) {
      const mask = this.#writable[offset + n]!;
      this.#bytes[offset + n] = (this.#bytes[offset + n]! & ~mask) | ((value >>> (8 * n)) & mask);
    }
    if (offset < PciRegister.Bar0 + PCI_BARS * 4 && offset + size > PciRegister.Command) {
      this.onMappingChange?.();
      this.onInterruptChange?.();
    }
    this.hooks.afterWrite?.(offset, size);
  }

  /** The bytes as they are: no hook sees it. */
  peek(offset: number, size: AccessSize): number {
    const view = this.#view;
    return size === 4
      ? view.getUint32(offset, true)
      : size === 2
        ? view.getUint16(offset, true)
        : view.getUint8(offset);
  }

  /** Sets a dword from inside the device, past the write masks. */
  poke(offset: number, value: number): void {
    this.#view.setUint32(offset, value, true);
  }

  get command(): number {
    return this.#view.getUint16(PciRegister.Command, true);
  }

  /** Drives the interrupt pin. */
  setInterrupt(level: boolean): void {
    if (level === this.#interrupt) return;
    this.#interrupt = level;
    this.#bytes[PciRegister.Status] =
      (this.#bytes[PciRegister.Status]! & ~STATUS_INTERRUPT) | (level ? STATUS_INTERRUPT : 0);
    this.onInterruptChange?.();
  }

  /** The pin as the board sees it. */
  get intx(): boolean {
    return this.#interrupt && (this.command & PciCommand.InterruptDisable) === 0;
  }

  /** Where BARs of a space answer at present. A BAR of 0, or one above 4 GiB, is nowhere. */
  mappings(space: 'io' | 'memory'): Mapping[] {
    const enabled = (this.command & (space === 'io' ? PciCommand.Io : PciCommand.Memory)) !== 0;
    const found: Mapping[] = [];
    if (!enabled) return found;
    for (const spec of this.bars) {
      const { kind } = spec;
      if ((kind === 'io') !== (space === 'io')) continue;
      const at = PciRegister.Bar0 + spec.index * 4;
      const base = (this.#view.getUint32(at, true) & -spec.size) >>> 0;
      const high = kind === 'memory64' ? this.#view.getUint32(at + 4, true) : 0;
      const end = kind === 'io' ? 0x1_0000 : 0x1_0000_0000;
      if (base !== 0 && high === 0 && base + spec.size <= end) found.push({ base, spec });
    }
    return found;
  }

  save(): PciFunctionState {
    return { bytes: this.#bytes.slice(), interrupt: this.#interrupt };
  }

  /** The bus rebuilds its maps afterwards. */
  restore(state: PciFunctionState): void {
    this.#bytes.set(state.bytes);
    this.#interrupt = state.interrupt;
  }
}
