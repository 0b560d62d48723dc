/**
 * Puts PCI bus 0 together: host bridge, ISA bridge, and the devices of the machine's configuration from slot 2 on.
 */
import { BootError } from '../boot/boot-error.ts';
import type { Device, Logger } from '../devices/device.ts';
import type { IoBus } from '../devices/io-bus.ts';
import { Dma } from '../devices/pci/dma.ts';
import { createHostBridge } from '../devices/pci/host-bridge.ts';
import { IsaBridge, type IsaBridgeWires } from '../devices/pci/isa-bridge.ts';
import { PciBus } from '../devices/pci/pci-bus.ts';
import { MemoryDisk, SECTOR } from '../devices/virtio/block-backend.ts';
import { createLoopback } from '../devices/virtio/net-backend.ts';
import { Virtio9p } from '../devices/virtio/virtio-9p.ts';
import { VirtioBlk } from '../devices/virtio/virtio-blk.ts';
import { VirtioConsole } from '../devices/virtio/virtio-console.ts';
import type { VirtioModel } from '../devices/virtio/virtio-device.ts';
import { VirtioNet } from '../devices/virtio/virtio-net.ts';
import { VirtioPci } from '../devices/virtio/virtio-pci.ts';
import { VirtioRng } from '../devices/virtio/virtio-rng.ts';
import { WatchdogI6300esb } from '../devices/watchdog-i6300esb.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import {
  type DeviceSpecs,
  type DiskSpec,
  MAX_DEVICES,
  type NetworkSpec,
  type WatchdogAction,
} from '../protocol/device-protocol.ts';
import type { Clock } from '../time/clock.ts';
import { type DeviceOutputs, outsideDisk, type OutsideModels, outsideNet, outsideShare } from './outside.ts';
import type { Traffic } from './traffic.ts';
import { say } from '../sentences/say.ts';

const FIRST_SLOT = 2;

/** What the bus hangs on. */
export interface PciBoard extends IsaBridgeWires {
  readonly ports: IoBus;
  readonly memory: PhysicalMemory;
  readonly clock: Clock;
  readonly log: Logger;
  onNmi(): void;
  /** Needed when a device has its other end outside. */
  readonly outputs: DeviceOutputs | undefined;
  /** Sees what passes. */
  readonly traffic: Traffic;
}

export interface PciDevices {
  readonly bus: PciBus;
  /** All of them, the bus first: the order in which they are reset and restored. */
  readonly devices: readonly Device[];
  readonly models: OutsideModels;
  /** The watchdog is going to bark: even a halted machine is not dead. */
  watchdogRuns(): boolean;
}

/** @throws BootError when a device's configuration cannot work */
export function createPciDevices(specs: DeviceSpecs, board: PciBoard): PciDevices {
  const isaBridge = new IsaBridge(board);
  const bus = new PciBus(board.ports, isaBridge);
  bus.attach(0, 0, createHostBridge(board.memory.size));
  bus.attach(1, 0, isaBridge.pci);

  const outputs = (): DeviceOutputs => {
    if (!board.outputs)
      throw new Error('A device of this machine has its other end outside, but there is no outside.');
    return board.outputs;
  };
  const disk = (spec: DiskSpec, n: number): VirtioBlk => {
    const name = `disk${n}`;
    const backend = board.traffic.disk(name, diskBackend(name, spec, n, outputs));
    return new VirtioBlk({ name, serial: spec.serial }, backend);
  };
  const disks = (specs.disks ?? []).map(disk);
  const networks = (specs.networks ?? []).map(
    (spec, n) =>
      new VirtioNet(`net${n}`, spec.mac, board.traffic.network(`net${n}`, netBackend(spec, n, outputs))),
  );
  const console =
    specs.console &&
    new VirtioConsole(specs.console.ports, (port, bytes) => {
      outputs().console(port, bytes);
    });
  const rng = specs.rng && new VirtioRng(specs.rng.seed);
  const shares = (specs.shares ?? []).map(
    ({ tag }, n) =>
      new Virtio9p(
        `share${n}`,
        tag,
        board.traffic.share(
          `share${n}`,
          outsideShare((id, message, room) => {
            outputs().share(n, id, message, room);
          }),
        ),
      ),
  );

  const dma = new Dma(board.memory);
  const models = [...disks, ...networks, console, rng, ...shares].filter((model) => model !== undefined);
  const count = models.length + (specs.watchdog ? 1 : 0);
  if (count > MAX_DEVICES) {
    throw new BootError(
      'devices-too-many',
      say`A machine has room for ${MAX_DEVICES} devices, but its configuration has ${count}: take some out.`,
    );
  }
  const virtio = models.map((model: VirtioModel, n) => {
    const device = new VirtioPci(model, dma, board.log);
    bus.attach(FIRST_SLOT + n, 0, device.pci);
    return device;
  });
  const watchdog = specs.watchdog && createWatchdog(specs.watchdog.action, board);
  if (watchdog) bus.attach(FIRST_SLOT + models.length, 0, watchdog.pci);
  return {
    bus,
    devices: [bus, isaBridge, ...virtio, ...(watchdog ? [watchdog] : [])],
    models: { disks, networks, console, shares },
    watchdogRuns: () => watchdog?.running ?? false,
  };
}

const createWatchdog = (action: WatchdogAction, board: PciBoard) =>
  new WatchdogI6300esb(board.clock, () => {
    if (action === 'nmi') board.onNmi();
    else board.onReset();
  });

function diskBackend(name: string, spec: DiskSpec, n: number, outputs: () => DeviceOutputs) {
  if (spec.kind === 'outside') {
    return outsideDisk(spec.sectors, spec.readOnly, (id, operation) => {
      outputs().block(n, id, operation);
    });
  }
  if (spec.bytes.length === 0 || spec.bytes.length % SECTOR !== 0) {
    throw new BootError(
      'disk-size',
      say`A disk must have a whole number of sectors of ${SECTOR} bytes, but ${name} has ${spec.bytes.length} bytes: pad the image.`,
    );
  }
  return new MemoryDisk(spec.bytes, spec.readOnly);
}

function netBackend({ kind }: NetworkSpec, n: number, outputs: () => DeviceOutputs) {
  return kind === 'loopback'
    ? createLoopback()
    : outsideNet((frame) => {
        outputs().frame(n, frame);
      });
}
