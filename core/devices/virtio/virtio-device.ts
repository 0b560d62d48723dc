/*
 * Owns what all virtio devices have in common, whatever the transport: the status register and its reset, feature
 * negotiation, the queues, the interrupt status, and the broken state. What the device does with requests is its model's
 * business. Source: Virtual I/O Device (VIRTIO) Version 1.2, chapters 2 and 3; the legacy interface of sections 2.2.3,
 * 3.1.2.
 */

import type { Logger } from '../device.ts';
import type { Dma } from '../pci/dma.ts';
import { readSegments, writeSegments } from './segments.ts';
import { type Chain, Virtqueue, type VirtqueueState } from './virtqueue.ts';

/** Device status (2.1). */
export const Status = {
  Acknowledge: 0x01,
  Driver: 0x02,
  DriverOk: 0x04,
  FeaturesOk: 0x08,
  NeedsReset: 0x40,
  Failed: 0x80,
} as const;

/** Bit numbers of the features that belong to no device type (chapter 6). */
export const Feature = {
  AnyLayout: 27,
  IndirectDescriptors: 28,
  EventIndex: 29,
  Version1: 32,
} as const;
const COMMON = [Feature.AnyLayout, Feature.IndirectDescriptors, Feature.EventIndex, Feature.Version1];

/** Interrupt status (4.1.4.5). */
const ISR_QUEUE = 1;
const ISR_CONFIG = 2;

/** Most different complaints of one device that are logged. */
const MAX_COMPLAINTS = 16;

/** What a device model sees of the device around it. */
export interface VirtioHost {
  readonly queues: readonly Virtqueue[];
  /** A feature was offered and chosen. */
  has(feature: number): boolean;
  /** Copies from and to the buffers of a chain. */
  read(chain: Chain, at: number, length: number): Uint8Array;
  write(chain: Chain, at: number, bytes: Uint8Array): number;
  /** The device configuration has changed by itself. */
  configurationChanged(): void;
  /** The driver broke the rules: the device stops until it is reset. */
  fail(why: string): void;
  /** The driver asked for what cannot be done; the device goes on. */
  complain(what: string): void;
}

/** A device type: its identity, its configuration and what it does with requests. */
export interface VirtioModel<S = unknown> {
  /** Unique in the machine, for example `disk0`. */
  readonly name: string;
  /** Chapter 5: 1 network, 2 block, 3 console, 4 entropy, 9 9P. */
  readonly type: number;
  /** PCI class, subclass and interface. */
  readonly classCode: number;
  /** Bit numbers of what it offers beyond the common features. */
  readonly features: readonly number[];
  /** The largest size of each queue, powers of two. */
  readonly queueSizes: readonly number[];
  /** The device configuration as the driver reads it now; always the same length. */
  configuration(): Uint8Array;
  /** The driver wrote into the device configuration. */
  configure?(offset: number, bytes: Uint8Array): void;
  /** Called once, before anything else. */
  attach(host: VirtioHost): void;
  /** There may be requests in this queue. Only called while the driver is ready. */
  notify(queue: number): void;
  /** Forgets every request that it works on. */
  reset(): void;
  save(): S;
  restore(state: S): void;
}

/** Saved state of a device with its model. */
export interface VirtioDeviceState {
  readonly status: number;
  readonly isr: number;
  readonly driverFeatures: readonly [number, number];
  readonly broken: boolean;
  readonly generation: number;
  readonly queues: readonly VirtqueueState[];
  readonly model: unknown;
}

/** What the device needs from its transport. */
export interface VirtioWires {
  /** The device may read and write RAM. */
  canMaster(): boolean;
  setInterrupt(level: boolean): void;
}

/** One virtio device, apart from how the driver reaches its registers. */
export class VirtioDevice {
  readonly model: VirtioModel;
  readonly queues: readonly Virtqueue[];
  /** Offered features, bits 0-31 and 32-63. */
  readonly offered: readonly [number, number];
  readonly #log: Logger;
  readonly #wires: VirtioWires;
  readonly #complaints = new Set<string>();
  #driverFeatures: [number, number] = [0, 0];
  #status = 0;
  #isr = 0;
  #broken = false;
  #generation = 0;

  constructor(model: VirtioModel, dma: Dma, log: Logger, wires: VirtioWires) {
    this.model = model;
    this.#log = log;
    this.#wires = wires;
    this.offered = featureWords([...COMMON, ...model.features]);
    const has = (feature: number): boolean => this.has(feature);
    const running = (): boolean => this.running;
    const owner = {
      get eventIndex() {
        return has(Feature.EventIndex);
      },
      get indirect() {
        return has(Feature.IndirectDescriptors);
      },
      get running() {
        return running();
      },
      interrupt: () => {
        this.#interrupt(ISR_QUEUE);
      },
      fail: (why: string) => {
        this.fail(why);
      },
    };
    this.queues = model.queueSizes.map((size, index) => new Virtqueue(index, size, dma, owner));
    model.attach({
      queues: this.queues,
      has,
      read: (chain, at, length) => readSegments(dma, chain.readable, at, length),
      write: (chain, at, bytes) => writeSegments(dma, chain.writable, at, bytes),
      configurationChanged: () => {
        this.#generation = (this.#generation + 1) & 0xff;
        if ((this.#status & Status.DriverOk) !== 0) this.#interrupt(ISR_CONFIG);
      },
      fail: (why) => {
        this.fail(why);
      },
      complain: (what) => {
        this.#complain(what);
      },
    });
  }

  get status(): number {
    return this.#status;
  }

  get generation(): number {
    return this.#generation;
  }

  get driverFeatures(): readonly [number, number] {
    return this.#driverFeatures;
  }

  get running(): boolean {
    return (this.#status & Status.DriverOk) !== 0 && !this.#broken && this.#wires.canMaster();
  }

  has(feature: number): boolean {
    const word = feature >> 5;
    return (this.#driverFeatures[word]! & this.offered[word]! & (1 << (feature & 31))) !== 0;
  }

  /** The driver's choice, one word of it; it is closed by FEATURES_OK or DRIVER_OK. */
  acceptFeatures(word: number, value: number): void {
    if (word > 1 || (this.#status & (Status.FeaturesOk | Status.DriverOk)) !== 0) return;
    this.#driverFeatures[word] = value >>> 0;
  }

  /** A write to the status register. 0 resets the device. */
  setStatus(value: number, legacy: boolean): void {
    if (value === 0) {
      this.reset();
      return;
    }
    const before = this.#status;
    let wanted = value & ~Status.NeedsReset;
    if (!legacy && (before & Status.FeaturesOk) === 0 && !this.#featuresOk()) wanted &= ~Status.FeaturesOk;
    this.#status = wanted | (before & Status.NeedsReset);
    if ((wanted & ~before & Status.DriverOk) !== 0) this.notifyAll();
  }

  /** Looks into every queue: the driver is ready, or has given the right to use RAM. */
  notifyAll(): void {
    for (const { index } of this.queues) this.notify(index);
  }

  /** The driver says that there is something in a queue; a queue that does not exist is nothing. */
  notify(index: number): void {
    if (this.running && this.queues[index]?.enabled) this.model.notify(index);
  }

  /** The ISR register: reading clears it and lowers the line. */
  readIsr(): number {
    const isr = this.#isr;
    this.#isr = 0;
    this.#wires.setInterrupt(false);
    return isr;
  }

  fail(why: string): void {
    this.#complain(`${why}; the device stops until it is reset`);
    this.#broken = true;
    if (!this.has(Feature.Version1)) return;
    this.#status |= Status.NeedsReset;
    if ((this.#status & Status.DriverOk) !== 0) this.#interrupt(ISR_CONFIG);
  }

  reset(): void {
    this.#status = 0;
    this.#broken = false;
    this.#driverFeatures = [0, 0];
    this.#generation = 0;
    for (const queue of this.queues) queue.reset();
    this.model.reset();
    this.readIsr();
  }

  save(): VirtioDeviceState {
    return {
      status: this.#status,
      isr: this.#isr,
      driverFeatures: [...this.#driverFeatures],
      broken: this.#broken,
      generation: this.#generation,
      queues: this.queues.map((queue) => queue.save()),
      model: this.model.save(),
    };
  }

  restore(state: VirtioDeviceState): void {
    this.#status = state.status;
    this.#isr = state.isr;
    this.#driverFeatures = [...state.driverFeatures];
    this.#broken = state.broken;
    this.#generation = state.generation;
    this.queues.forEach((queue, n) => {
      queue.restore(state.queues[n]!);
    });
    this.model.restore(state.model);
  }

  /** A modern driver must want VIRTIO_F_VERSION_1 and nothing that is not offered (2.2.2, 6.2). */
  #featuresOk(): boolean {
    return (
      this.has(Feature.Version1) && this.#driverFeatures.every((word, n) => (word & ~this.offered[n]!) === 0)
    );
  }

  #interrupt(cause: number): void {
    this.#isr |= cause;
    this.#wires.setInterrupt(true);
  }

  #complain(what: string): void {
    if (this.#complaints.size >= MAX_COMPLAINTS || this.#complaints.has(what)) return;
    this.#complaints.add(what);
    this.#log.unimplemented(`${this.model.name}: ${what}`);
  }
}

function featureWords(features: readonly number[]): [number, number] {
  const words: [number, number] = [0, 0];
  for (const feature of features) words[feature >> 5]! |= 1 << (feature & 31);
  return [words[0] >>> 0, words[1] >>> 0];
}
