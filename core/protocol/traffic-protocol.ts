/**
 * What passes between the devices of a machine and their other ends, in words: requests of disks and folders with their answers,
 * frames of networks. Part of the machine protocol.
 */

export type TrafficKind = 'disk' | 'network' | 'share';

/** One request or frame. */
export interface TrafficItem {
  /** `disk0`, `net1`, `share0`: counted as in the machine's configuration. */
  readonly device: string;
  readonly kind: TrafficKind;
  /** `read` of a disk, `lopen` of a folder (without the T of 9P2000.L), the innermost known protocol of a frame. */
  readonly operation: string;
  readonly text: string;
  /** Of a frame, else of the data that are read or written. */
  readonly bytes: number;
  /** Of a frame: `out` is what the guest sends. */
  readonly direction?: 'in' | 'out';
  /** Virtual time since boot. */
  readonly beganNs: number;
}

/** One that is over. */
export interface TrafficRecord extends TrafficItem {
  /** Counts all since boot, in the order of their ends. */
  readonly sequence: number;
  /** Retired when it was over. */
  readonly instructions: number;
  /** From the request to its answer; 0 for a frame. */
  readonly tookNs: number;
  /** What the answer says is wrong: `error`, or an error number of Linux by its name. */
  readonly error?: string;
}
