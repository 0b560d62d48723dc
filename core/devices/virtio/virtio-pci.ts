/*
 * Owns the transitional PCI transport of a virtio device: the legacy registers in I/O BAR 0 and the modern ones (common
 * configuration, interrupt status, device configuration, notification, and the window in configuration space) in memory
 * BAR 4. One interrupt pin, no MSI-X. Source: Virtual I/O Device (VIRTIO) Version 1.2, section 4.1; numbers, places and
 * sizes as QEMU's hw/virtio/virtio-pci.c has them with vectors=0.
 */

import type { AccessSize, Device, Logger } from '../device.ts';
import type { Dma } from '../pci/dma.ts';
import { PciCommand, PciFunction, PciRegister } from '../pci/pci-function.ts';
import { Status, VirtioDevice, type VirtioDeviceState, type VirtioModel } from './virtio-device.ts';

const VENDOR = 0x1af4;
/** Transitional device numbers by device type (4.1.2.1); 9P has none of its own and takes the next one. */
const DEVICE_BY_TYPE: Readonly<Record<number, number>> = {
  1: 0x1000,
  2: 0x1001,
  3: 0x1003,
  4: 0x1005,
  9: 0x1009,
};

/** The legacy registers (4.1.4.10); the device configuration follows them. */
const Legacy = {
  DeviceFeatures: 0x00,
  DriverFeatures: 0x04,
  QueueAddress: 0x08,
  QueueSize: 0x0c,
  QueueSelect: 0x0e,
  QueueNotify: 0x10,
  Status: 0x12,
  Isr: 0x13,
  Configuration: 0x14,
} as const;

/** The common configuration structure (4.1.4.3). */
const Common = {
  DeviceFeatureSelect: 0x00,
  DeviceFeature: 0x04,
  DriverFeatureSelect: 0x08,
  DriverFeature: 0x0c,
  ConfigVector: 0x10,
  QueueCount: 0x12,
  Status: 0x14,
  Generation: 0x15,
  QueueSelect: 0x16,
  QueueSize: 0x18,
  QueueVector: 0x1a,
  QueueEnable: 0x1c,
  QueueNotifyOffset: 0x1e,
  Descriptors: 0x20,
  Available: 0x28,
  Used: 0x30,
  End: 0x38,
} as const;

/** The 4 KiB regions of BAR 4, in their order. */
const Region = { Common: 0, Isr: 1, Configuration: 2, Notify: 3 } as const;
const REGION_SHIFT = 12;
const MODERN_BAR = 4;
const NOTIFY_MULTIPLIER = 4;
const NO_VECTOR = 0xffff;
const HIGH = 0x1_0000_0000;

/** The capabilities in configuration space (4.1.4); each points to the one before it. */
const WINDOW = 0x84;
const WINDOW_BAR = WINDOW + 4;
const WINDOW_OFFSET = WINDOW + 8;
const WINDOW_LENGTH = WINDOW + 12;
const WINDOW_DATA = WINDOW + 16;

function capability(at: number, next: number, type: number, region: number, more: readonly number[] = []) {
  const offset = region << REGION_SHIFT;
  const values = [0x09, next, 16 + more.length, type, MODERN_BAR, 0, 0, 0];
  values.push(0, offset >> 8, 0, 0, 0, 0x10, 0, 0, ...more);
  return { at, values };
}
const CAPABILITIES = [
  { at: PciRegister.Capabilities, values: [WINDOW] },
  capability(0x40, 0x00, 1, Region.Common),
  capability(0x50, 0x40, 3, Region.Isr),
  capability(0x60, 0x50, 4, Region.Configuration),
  capability(0x70, 0x60, 2, Region.Notify, [NOTIFY_MULTIPLIER, 0, 0, 0]),
  {
    at: WINDOW,
    values: [0x09, 0x70, 20, 5, ...Array<number>(16).fill(0)],
    writable: [0, 0, 0, 0, 0xff, 0, 0, 0, ...Array<number>(12).fill(0xff)],
  },
];

/** Saved state: the registers that select, and the device. The configuration space is saved by the bus. */
export interface VirtioPciState {
  readonly deviceFeatureSelect: number;
  readonly driverFeatureSelect: number;
  readonly queueSelect: number;
  readonly device: VirtioDeviceState;
}

/** A virtio device on the PCI bus. */
export class VirtioPci implements Device<VirtioPciState> {
  readonly name: string;
  readonly pci: PciFunction;
  readonly #device: VirtioDevice;
  #deviceFeatureSelect = 0;
  #driverFeatureSelect = 0;
  #queueSelect = 0;
  #wasMaster = false;

  constructor(model: VirtioModel, dma: Dma, log: Logger) {
    this.name = model.name;
    const device = DEVICE_BY_TYPE[model.type];
    if (device === undefined)
      throw new Error(`There is no transitional virtio device of type ${model.type}.`);
    const legacySize = 2 ** Math.ceil(Math.log2(Legacy.Configuration + model.configuration().length));
    this.pci = new PciFunction(
      model.name,
      {
        vendor: VENDOR,
        device,
        revision: 0,
        classCode: model.classCode,
        subsystemVendor: VENDOR,
        subsystem: model.type,
        interruptPin: 1,
      },
      [
        {
          index: 0,
          kind: 'io',
          size: Math.max(32, legacySize),
          handler: {
            read: (offset, size) => this.#readLegacy(offset, size),
            write: (offset, value, size) => {
              this.#writeLegacy(offset, value, size);
            },
          },
        },
        {
          index: MODERN_BAR,
          kind: 'memory64',
          size: 4 << REGION_SHIFT,
          handler: {
            read: (offset, size) => this.#readModern(offset, size),
            write: (offset, value, size) => {
              this.#writeModern(offset, value, size);
            },
          },
        },
      ],
      CAPABILITIES,
    );
    this.pci.hooks = {
      beforeRead: (offset, size) => {
        if (offset + size > WINDOW_DATA && offset < WINDOW_DATA + 4) this.#window(false);
      },
      afterWrite: (offset, size) => {
        if (offset + size > WINDOW_DATA && offset < WINDOW_DATA + 4) this.#window(true);
        if (offset === PciRegister.Command) this.#updateMaster();
      },
    };
    this.#device = new VirtioDevice(model, dma, log, {
      canMaster: () => this.#isMaster,
      setInterrupt: (level) => {
        this.pci.setInterrupt(level);
      },
    });
  }

  /** The bus resets the configuration space. */
  reset(): void {
    this.#deviceFeatureSelect = this.#driverFeatureSelect = this.#queueSelect = 0;
    this.#wasMaster = false;
    this.#device.reset();
  }

  save(): VirtioPciState {
    return {
      deviceFeatureSelect: this.#deviceFeatureSelect,
      driverFeatureSelect: this.#driverFeatureSelect,
      queueSelect: this.#queueSelect,
      device: this.#device.save(),
    };
  }

  /** After the bus. */
  restore(state: VirtioPciState): void {
    this.#deviceFeatureSelect = state.deviceFeatureSelect;
    this.#driverFeatureSelect = state.driverFeatureSelect;
    this.#queueSelect = state.queueSelect;
    this.#device.restore(state.device);
    this.#wasMaster = this.#isMaster;
  }

  get #isMaster(): boolean {
    return (this.pci.command & PciCommand.BusMaster) !== 0;
  }

  #updateMaster(): void {
    const was = this.#wasMaster;
    this.#wasMaster = this.#isMaster;
    if (this.#wasMaster && !was) this.#device.notifyAll();
  }

  #readConfiguration(offset: number, size: AccessSize): number {
    const bytes = this.#device.model.configuration();
    return littleEndian(bytes, offset, size);
  }

  #writeConfiguration(offset: number, value: number, size: AccessSize): void {
    const bytes = Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
    this.#device.model.configure?.(offset, bytes.subarray(0, size));
  }

  #readLegacy(offset: number, size: AccessSize): number {
    const device = this.#device;
    const queue = device.queues[this.#queueSelect];
    if (offset >= Legacy.Configuration) return this.#readConfiguration(offset - Legacy.Configuration, size);
    switch (offset) {
      case Legacy.DeviceFeatures:
        return device.offered[0];
      case Legacy.DriverFeatures:
        return device.driverFeatures[0];
      case Legacy.QueueAddress:
        return queue?.legacyPage ?? 0;
      case Legacy.QueueSize:
        return queue?.maxSize ?? 0;
      case Legacy.QueueSelect:
        return this.#queueSelect;
      case Legacy.Status:
        return device.status;
      case Legacy.Isr:
        return device.readIsr();
      default:
        return 0;
    }
  }

  #writeLegacy(offset: number, value: number, size: AccessSize): void {
    const device = this.#device;
    if (offset >= Legacy.Configuration) {
      this.#writeConfiguration(offset - Legacy.Configuration, value, size);
      return;
    }
    switch (offset) {
      case Legacy.DriverFeatures:
        device.acceptFeatures(0, value);
        break;
      case Legacy.QueueAddress:
        device.queues[this.#queueSelect]?.placeLegacy(value);
        break;
      case Legacy.QueueSelect:
        this.#queueSelect = value & 0xffff;
        break;
      case Legacy.QueueNotify:
        device.notify(value & 0xffff);
        break;
      case Legacy.Status:
        // Linux before 2.6.34 and other old drivers never turn bus mastering on: QEMU does it for them.
        if ((value & 0xff) === (Status.Acknowledge | Status.Driver)) {
          this.pci.write(PciRegister.Command, this.pci.command | PciCommand.BusMaster, 2);
        }
        device.setStatus(value & 0xff, true);
        break;
      default: // the others are read only
    }
  }

  #readModern(offset: number, size: AccessSize): number {
    const within = offset & ((1 << REGION_SHIFT) - 1);
    switch (offset >> REGION_SHIFT) {
      case Region.Common:
        return this.#readCommon(within);
      case Region.Isr:
        return this.#device.readIsr();
      case Region.Configuration:
        return this.#readConfiguration(within, size);
      default:
        return 0;
    }
  }

  #writeModern(offset: number, value: number, size: AccessSize): void {
    const within = offset & ((1 << REGION_SHIFT) - 1);
    switch (offset >> REGION_SHIFT) {
      case Region.Common:
        this.#writeCommon(within, value);
        break;
      case Region.Configuration:
        this.#writeConfiguration(within, value, size);
        break;
      case Region.Notify:
        this.#device.notify(Math.floor(within / NOTIFY_MULTIPLIER));
        break;
      default: // the interrupt status is read only
    }
  }

  /** Each field is read at its start, by its own width (4.1.3.1). */
  #readCommon(field: number): number {
    const device = this.#device;
    const queue = device.queues[this.#queueSelect];
    const half = (address: number) => (field & 4 ? Math.floor(address / HIGH) : address) >>> 0;
    switch (field) {
      case Common.DeviceFeatureSelect:
        return this.#deviceFeatureSelect;
      case Common.DeviceFeature:
        return device.offered[this.#deviceFeatureSelect] ?? 0;
      case Common.DriverFeatureSelect:
        return this.#driverFeatureSelect;
      case Common.DriverFeature:
        return device.driverFeatures[this.#driverFeatureSelect] ?? 0;
      case Common.ConfigVector:
      case Common.QueueVector:
        return NO_VECTOR;
      case Common.QueueCount:
        return device.queues.length;
      case Common.Status:
        return device.status;
      case Common.Generation:
        return device.generation;
      case Common.QueueSelect:
        return this.#queueSelect;
      case Common.QueueSize:
        return queue?.size ?? 0;
      case Common.QueueEnable:
        return queue?.enabled ? 1 : 0;
      case Common.QueueNotifyOffset:
        return queue?.index ?? 0;
      case Common.Descriptors:
      case Common.Descriptors + 4:
        return half(queue?.descriptors ?? 0);
      case Common.Available:
      case Common.Available + 4:
        return half(queue?.available ?? 0);
      case Common.Used:
      case Common.Used + 4:
        return half(queue?.used ?? 0);
      default:
        return 0;
    }
  }

  #writeCommon(field: number, value: number): void {
    const device = this.#device;
    switch (field) {
      case Common.DeviceFeatureSelect:
        this.#deviceFeatureSelect = value;
        return;
      case Common.DriverFeatureSelect:
        this.#driverFeatureSelect = value;
        return;
      case Common.DriverFeature:
        device.acceptFeatures(this.#driverFeatureSelect, value);
        return;
      case Common.Status:
        device.setStatus(value & 0xff, false);
        return;
      case Common.QueueSelect:
        this.#queueSelect = value & 0xffff;
        return;
      default:
    }
    const queue = device.queues[this.#queueSelect];
    if (!queue || queue.enabled) return;
    const half = (address: number) =>
      field & 4 ? value * HIGH + (address % HIGH) : Math.floor(address / HIGH) * HIGH + value;
    switch (field) {
      case Common.QueueSize: {
        const size = value & 0xffff;
        if (size > 0 && size <= queue.maxSize && (size & (size - 1)) === 0) queue.size = size;
        break;
      }
      case Common.QueueEnable:
        queue.enabled = (value & 0xffff) === 1;
        break;
      case Common.Descriptors:
      case Common.Descriptors + 4:
        queue.descriptors = half(queue.descriptors);
        break;
      case Common.Available:
      case Common.Available + 4:
        queue.available = half(queue.available);
        break;
      case Common.Used:
      case Common.Used + 4:
        queue.used = half(queue.used);
        break;
      default: // the others are read only
    }
  }

  /** The window by which a BAR is reached without mapping it (4.1.4.9). */
  #window(write: boolean): void {
    const { pci } = this;
    const bar = pci.bars.find(({ index }) => index === pci.peek(WINDOW_BAR, 1));
    const offset = pci.peek(WINDOW_OFFSET, 4);
    const length = pci.peek(WINDOW_LENGTH, 4);
    if (!bar || (length !== 1 && length !== 2 && length !== 4)) return;
    if (offset % length !== 0 || offset + length > bar.size) return;
    if (write) bar.handler.write(offset, pci.peek(WINDOW_DATA, length), length);
    else {
      const mask = length === 4 ? 0xffff_ffff : (1 << (8 * length)) - 1;
      pci.poke(WINDOW_DATA, (bar.handler.read(offset, length) & mask) >>> 0);
    }
  }
}

/** Reads beyond the end give ones. */
function littleEndian(bytes: Uint8Array, offset: number, size: AccessSize): number {
  if (offset + size > bytes.length) return size === 4 ? 0xffff_ffff : (1 << (8 * size)) - 1;
  let value = 0;
  for (let n = size - 1; n >= 0; n--) value = ((value << 8) | bytes[offset + n]!) >>> 0;
  return value;
}
