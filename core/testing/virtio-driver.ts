/*
 * Owns a small virtio driver for device tests: a PCI bus with one device in slot 3, and the driver's side of its queues,
 * by the legacy or the modern registers. Buffers and rings lie in RAM where the test can spoil them.
 */

import { applyPciFirmwareState } from '../boot/pci-firmware.ts';
import { IoBus } from '../devices/io-bus.ts';
import { Dma } from '../devices/pci/dma.ts';
import { IsaBridge } from '../devices/pci/isa-bridge.ts';
import { PciBus } from '../devices/pci/pci-bus.ts';
import { VirtioPci } from '../devices/virtio/virtio-pci.ts';
import type { VirtioModel } from '../devices/virtio/virtio-device.ts';
import { PhysicalMemory } from '../memory/physical-memory.ts';

export type Interface = 'legacy' | 'modern';

/** Where the firmware puts the BARs of a single device. */
export const IO_BASE = 0xc000;
export const MEMORY_BASE = 0xfebf_c000;
export const ISR_AT = MEMORY_BASE + 0x1000;
export const CONFIGURATION_AT = MEMORY_BASE + 0x2000;
export const NOTIFY_AT = MEMORY_BASE + 0x3000;
const RAM = 2 << 20;
/** Rings of queue n are here, and its buffers at the same place in the second MiB. */
const QUEUES_AT = 0x1_0000;
const QUEUE_ROOM = 0x4000;
const BUFFERS_AT = 0x10_0000;
const BUFFER_ROOM = 0x1_0000;
export const FEATURE_VERSION_1 = 32;
export const FEATURE_EVENT_INDEX = 29;
export const FEATURE_INDIRECT = 28;

/** A buffer of a request: bytes for the device, or room for so many from it. */
export type Part = Uint8Array | number;

/** A request that came back. */
export interface Used {
  readonly head: number;
  readonly written: number;
  /** Contents of the rooms, in order. */
  readonly data: Uint8Array[];
}

/** One board with one device and its driver. */
export class VirtioDriver {
  readonly memory = new PhysicalMemory(RAM);
  readonly log: string[] = [];
  /** Changes of the interrupt line, which is IRQ 11. */
  readonly irqs: boolean[] = [];
  readonly bus: IoBus;
  readonly pci: PciBus;
  readonly device: VirtioPci;
  readonly queues: DriverQueue[] = [];
  kind: Interface = 'modern';
  features = new Set<number>();

  constructor(model: VirtioModel) {
    const logger = { unimplemented: (what: string) => void this.log.push(what) };
    this.bus = new IoBus(logger);
    const isa = new IsaBridge({
      setIrq: (irq, level) => {
        if (irq !== 11) throw new Error(`IRQ ${irq}`);
        this.irqs.push(level);
      },
      onReset: () => undefined,
    });
    this.pci = new PciBus(this.bus, isa);
    this.pci.attach(1, 0, isa.pci);
    this.device = new VirtioPci(model, new Dma(this.memory), logger);
    this.pci.attach(3, 0, this.device.pci);
    this.pci.reset();
    applyPciFirmwareState(this.bus);
    this.configure(4, 0x107, 2);
  }

  configure(register: number, value: number, size: 1 | 2 | 4): void {
    this.bus.write(0xcf8, 0x8000_1800 | (register & 0xfc), 4);
    this.bus.write(0xcfc + (register & 3), value, size);
  }

  configuration(register: number, size: 1 | 2 | 4): number {
    this.bus.write(0xcf8, 0x8000_1800 | (register & 0xfc), 4);
    return this.bus.read(0xcfc + (register & 3), size);
  }

  mmio(offset: number, size: 1 | 2 | 4): number {
    return this.pci.readMemory(MEMORY_BASE + offset, size)!;
  }

  setMmio(offset: number, value: number, size: 1 | 2 | 4): void {
    this.pci.writeMemory(MEMORY_BASE + offset, value, size);
  }

  status(): number {
    return this.kind === 'legacy' ? this.bus.read(IO_BASE + 18, 1) : this.mmio(0x14, 1);
  }

  setStatus(value: number): void {
    if (this.kind === 'legacy') this.bus.write(IO_BASE + 18, value, 1);
    else this.setMmio(0x14, value, 1);
  }

  isr(): number {
    return this.kind === 'legacy' ? this.bus.read(IO_BASE + 19, 1) : this.mmio(0x1000, 1);
  }

  /** The device configuration, `length` bytes. */
  deviceConfiguration(length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, n) =>
      this.kind === 'legacy' ? this.bus.read(IO_BASE + 20 + n, 1) : this.mmio(0x2000 + n, 1),
    );
  }

  offered(): number[] {
    const words =
      this.kind === 'legacy'
        ? [this.bus.read(IO_BASE, 4)]
        : [0, 1].map((n) => {
            this.setMmio(0, n, 4);
            return this.mmio(4, 4);
          });
    return words.flatMap((word, w) =>
      [...Array(32).keys()].filter((n) => word & (1 << n)).map((n) => w * 32 + n),
    );
  }

  /** Resets the device, chooses `wanted` of its features and starts all queues. */
  start(kind: Interface, wanted: readonly number[] = [], sizes: readonly number[] = []): this {
    this.kind = kind;
    this.setStatus(0);
    this.setStatus(1);
    this.setStatus(3);
    this.features = new Set(kind === 'modern' ? [...wanted, FEATURE_VERSION_1] : wanted);
    const words = [0, 0];
    for (const feature of this.features) words[feature >> 5]! |= 1 << (feature & 31);
    if (kind === 'legacy') this.bus.write(IO_BASE + 4, words[0]!, 4);
    else {
      words.forEach((word, n) => {
        this.setMmio(8, n, 4);
        this.setMmio(12, word, 4);
      });
      this.setStatus(11);
      if (this.status() !== 11) throw new Error('FEATURES_OK was refused.');
    }
    this.queues.length = 0;
    for (let n = 0; ; n++) {
      this.select(n);
      const most = kind === 'legacy' ? this.bus.read(IO_BASE + 12, 2) : this.mmio(0x18, 2);
      if (most === 0) break;
      this.queues.push(new DriverQueue(this, n, kind === 'legacy' ? most : (sizes[n] ?? most)));
    }
    this.setStatus(this.status() | 4);
    return this;
  }

  select(queue: number): void {
    if (this.kind === 'legacy') this.bus.write(IO_BASE + 14, queue, 2);
    else this.setMmio(0x16, queue, 2);
  }

  kick(queue: number): void {
    if (this.kind === 'legacy') this.bus.write(IO_BASE + 16, queue, 2);
    else this.setMmio(0x3000 + queue * 4, queue, 2);
  }
}

/** The driver's side of one queue. */
export class DriverQueue {
  readonly #driver: VirtioDriver;
  readonly index: number;
  readonly size: number;
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
  /** Next free descriptor and buffer byte: they are never given back, a test is short. */
  #descriptor = 0;
  #buffer: number;
  #availableIndex = 0;
  #usedIndex = 0;
  readonly #rooms = new Map<number, { address: number; length: number }[]>();

  constructor(driver: VirtioDriver, index: number, size: number) {
    this.#driver = driver;
    this.index = index;
    this.size = size;
    const { memory } = driver;
    this.descriptors = QUEUES_AT + index * QUEUE_ROOM;
    memory.fill(this.descriptors, QUEUE_ROOM, 0);
    this.available = this.descriptors + 16 * size;
    this.used = Math.ceil((this.available + 6 + 2 * size) / 4096) * 4096;
    this.#buffer = BUFFERS_AT + index * BUFFER_ROOM;
    driver.select(index);
    if (driver.kind === 'legacy') driver.bus.write(IO_BASE + 8, this.descriptors / 4096, 4);
    else {
      driver.setMmio(0x18, size, 2);
      [this.descriptors, this.available, this.used].forEach((address, n) => {
        driver.setMmio(0x20 + 8 * n, address, 4);
        driver.setMmio(0x24 + 8 * n, 0, 4);
      });
      driver.setMmio(0x1c, 1, 2);
    }
  }

  describe(at: number, address: number, length: number, flags: number, next = 0): void {
    const { memory } = this.#driver;
    memory.write(at, address, 4);
    memory.write(at + 4, 0, 4);
    memory.write(at + 8, length, 4);
    memory.write(at + 12, flags, 2);
    memory.write(at + 14, next, 2);
  }

  /** Makes a request available without telling. Returns its head. */
  add(parts: readonly Part[], { indirect = false } = {}): number {
    const { memory } = this.#driver;
    const rooms: { address: number; length: number }[] = [];
    const head = this.#descriptor % this.size;
    const table = indirect ? this.allocate(16 * parts.length) : this.descriptors;
    parts.forEach((part, n) => {
      const length = typeof part === 'number' ? part : part.length;
      const address = this.allocate(length);
      if (typeof part === 'number') rooms.push({ address, length });
      else memory.writeBytes(address, part);
      const at = indirect ? n : this.#descriptor++ % this.size;
      const next = indirect ? n + 1 : this.#descriptor % this.size;
      const more = n < parts.length - 1 ? 1 : 0;
      this.describe(table + 16 * at, address, length, more | (typeof part === 'number' ? 2 : 0), more * next);
    });
    if (indirect) {
      this.describe(this.descriptors + 16 * head, table, 16 * parts.length, 4);
      this.#descriptor++;
    }
    this.#rooms.set(head, rooms);
    this.publish(head);
    return head;
  }

  /** Room for `length` bytes in RAM. */
  allocate(length: number): number {
    const end = BUFFERS_AT + (this.index + 1) * BUFFER_ROOM;
    if (this.#buffer + length > end) this.#buffer = BUFFERS_AT + this.index * BUFFER_ROOM;
    this.#buffer += length;
    return this.#buffer - length;
  }

  /** Puts a descriptor into the available ring. */
  publish(head: number): void {
    const { memory } = this.#driver;
    memory.write(this.available + 4 + 2 * (this.#availableIndex++ % this.size), head, 2);
    memory.write(this.available + 2, this.#availableIndex, 2);
  }

  kick(): void {
    this.#driver.kick(this.index);
  }

  /** What has come back since the last call. */
  take(): Used[] {
    const { memory } = this.#driver;
    const taken: Used[] = [];
    while (memory.read(this.used + 2, 2) !== (this.#usedIndex & 0xffff)) {
      const at = this.used + 4 + 8 * (this.#usedIndex++ % this.size);
      const head = memory.read(at, 4);
      const data = this.#rooms
        .get(head)!
        .map(({ address, length }) => memory.bytes.slice(address, address + length));
      taken.push({ head, written: memory.read(at + 4, 4), data });
    }
    return taken;
  }

  /** One request, and the one answer. */
  request(parts: readonly Part[], options?: { indirect?: boolean }): Used {
    this.add(parts, options);
    this.kick();
    const taken = this.take();
    if (taken.length !== 1) throw new Error(`${taken.length} answers: ${this.#driver.log.join('; ')}`);
    return taken[0]!;
  }

  /** No interrupts please (flags of the available ring), or the index for VIRTIO_F_EVENT_IDX. */
  setAvailableFlags(flags: number): void {
    this.#driver.memory.write(this.available, flags, 2);
  }
  setUsedEvent(index: number): void {
    this.#driver.memory.write(this.available + 4 + 2 * this.size, index, 2);
  }
  availableEvent(): number {
    return this.#driver.memory.read(this.used + 4 + 8 * this.size, 2);
  }
}
