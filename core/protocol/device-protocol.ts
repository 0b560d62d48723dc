/**
 * The devices that a machine may have beyond those of every PC, as plain data: part of its configuration. They appear on
 * PCI bus 0 from slot 2 on, in the order of the fields here. `outside` means that the client of the machine is the other
 * end: requests leave as events, answers come back as requests of the machine protocol.
 */
import type { BlockOperation, BlockOutcome } from '../devices/virtio/block-backend.ts';
import type { ConsolePort } from '../devices/virtio/virtio-console.ts';

export type { BlockOperation, BlockOutcome, ConsolePort };

/** Unit of a disk's addresses, in bytes. */
export { SECTOR } from '../devices/virtio/block-backend.ts';

/** Most devices of one machine: a PCI bus has 32 slots, and two of them are bridges. */
export const MAX_DEVICES = 30;
/** Most ports of the console. */
export const MAX_CONSOLE_PORTS = 32;

interface DiskCommon {
  /** Up to 20 ASCII characters that the guest can ask for. */
  readonly serial: string;
  readonly readOnly: boolean;
}
/** An image in memory; what the guest writes goes into an overlay and is gone with the machine. */
export interface MemoryDiskSpec extends DiskCommon {
  readonly kind: 'memory';
  /** A whole number of sectors of 512 bytes. */
  readonly bytes: Uint8Array;
}
/** A disk that the client holds. */
export interface OutsideDiskSpec extends DiskCommon {
  readonly kind: 'outside';
  readonly sectors: number;
}
export type DiskSpec = MemoryDiskSpec | OutsideDiskSpec;

export interface NetworkSpec {
  /** `loopback`: what the guest sends comes back to it. */
  readonly kind: 'loopback' | 'outside';
  /** Six bytes. */
  readonly mac: Uint8Array;
}

/** A 9P share under a tag of up to 64 characters; the client answers its messages. */
export interface ShareSpec {
  readonly tag: string;
}

export interface DeviceSpecs {
  readonly disks?: readonly DiskSpec[];
  readonly networks?: readonly NetworkSpec[];
  readonly console?: { readonly ports: readonly ConsolePort[] };
  /** The entropy device gives bytes that are a function of the 32-bit seed. */
  readonly rng?: { readonly seed: number };
  readonly shares?: readonly ShareSpec[];
  /** An i6300ESB watchdog timer, and what the board does when it runs out. */
  readonly watchdog?: { readonly action: WatchdogAction };
}

export type WatchdogAction = 'nmi' | 'reset';
