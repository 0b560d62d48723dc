/**
 * What the devices of a machine are connected to, as plain data: files, networks, folders and serial lines of the user's
 * computer. Command line, configuration of a guest and launch configuration all come down to this; `open-ends.ts` says what
 * a platform makes of it. The nth entry of a list belongs to the nth device of its kind.
 */
import type { BlockImage } from '../coop/config/values.ts';
import type { Redirection } from '../net/slirp/redirections.ts';

/** QEMU's first address, locally administered: the one of a card that was given no other. */
export const MACHINE_MAC = Uint8Array.of(0x52, 0x54, 0x00, 0x12, 0x34, 0x56);

/** A file with the sectors of a disk. */
export type DiskEnd = BlockImage;

interface CableFields {
  /** The card's address, six bytes; undefined: `MACHINE_MAC`. */
  readonly mac: Uint8Array | undefined;
  /** A file for every frame that passes; no such file when undefined. */
  readonly capture: string | undefined;
}
/** The cable brings back what is sent. */
export interface LoopbackEnd {
  readonly kind: 'loopback';
}
/** A network of its own, with a way out. */
export interface SlirpEnd extends CableFields {
  readonly kind: 'slirp';
  readonly redirections: readonly Redirection[];
  /** The guest reaches this computer's loopback by the gateway's address. */
  readonly hostLoopback: boolean;
  /** The guest reaches nothing outside of its network. */
  readonly restrict: boolean;
}
/** A cable to another machine or to QEMU. */
export interface SocketEnd extends CableFields {
  readonly kind: 'socket';
  readonly role: 'connect' | 'listen';
  readonly host: string;
  readonly port: number;
}
/** A TAP interface of Linux. */
export interface TapEnd extends CableFields {
  readonly kind: 'tap';
  readonly name: string;
}
/** The Ethernet of this computer, by libpcap or Npcap. */
export interface BridgeEnd extends CableFields {
  readonly kind: 'pcap-bridge' | 'ndis-bridge';
  /** Of the interface or connection; empty: the first that has an address. */
  readonly name: string;
  readonly promiscuous: boolean;
}
export type NetworkEnd = LoopbackEnd | SlirpEnd | SocketEnd | TapEnd | BridgeEnd;

/** A folder that the guest can mount by a tag. */
export interface ShareEnd {
  readonly tag: string;
  readonly folder: string;
  readonly readOnly: boolean;
}

/** A serial line of the guest. */
export interface LineEnd {
  /** `stdio`, a serial device or another terminal, or a file that takes what the guest sends. */
  readonly device: string;
  /** Settings of a serial device, such as `115200 cs8`; may be empty. */
  readonly mode: string;
}

export interface Ends {
  readonly disks: readonly DiskEnd[];
  readonly networks: readonly NetworkEnd[];
  readonly shares: readonly ShareEnd[];
  readonly lines: readonly LineEnd[];
}

export const NO_ENDS: Ends = { disks: [], networks: [], shares: [], lines: [] };
