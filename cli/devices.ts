/**
 * The devices that `colinux run` gives the machine, and their other ends: disks in files, a network, a shared folder.
 */
import type { DeviceOutputs } from '../core/machine/outside.ts';
import type { Machine } from '../core/machine/machine.ts';
import type { BlockOutcome, DeviceSpecs, NetworkSpec } from '../core/protocol/device-protocol.ts';
import { type FileDisk, openFileDisk } from './file-disk.ts';
import { type Network, openNetwork } from './network.ts';
import type { NetOption } from './net-option.ts';
import type { RunOptions } from './run-options.ts';
import { openShare, type Share } from './share.ts';

/** QEMU's first address, locally administered: the one of a machine that was given no other. */
const MAC = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56];

function networkSpec(net: NetOption): NetworkSpec {
  const mac = Uint8Array.from(MAC);
  return net.kind === 'loopback' ? { kind: 'loopback', mac } : { kind: 'outside', mac: net.mac ?? mac };
}

/** What the loop that runs the machine has to know about the other ends. */
export interface OtherEnds {
  /** There is something to give to the machine. */
  ready(): boolean;
  /** Gives it. To be called between two runs. */
  give(): void;
  /** An answer is under way that the guest gets before its next instruction: wait for it. */
  busy(): boolean;
  /** Something may come at any time. */
  open(): boolean;
  /** The tick at which an other end has something to do; Infinity when none has. */
  deadline(): number;
  /** Calls back once when there is something to give. */
  onNext(wake: () => void): void;
}

/** Of a machine without such devices. */
export const NO_OTHER_ENDS: OtherEnds = {
  ready: () => false,
  give: () => undefined,
  busy: () => false,
  open: () => false,
  deadline: () => Infinity,
  onNext: () => undefined,
};

export interface RunDevices {
  readonly specs: DeviceSpecs;
  readonly outputs: DeviceOutputs;
  /** Plugs the devices of the machine in; before its first run. @throws Problem */
  plugIn(machine: Machine): OtherEnds;
  close(): Promise<void>;
}

/**
 * Disks and the shared folder answer at the instruction after the question, however long that takes on the host: a run is
 * then a function of their contents. A network does not wait for anybody.
 * @throws Problem
 */
export async function openDevices(
  { disks: files, net, rng, share: shared }: Pick<RunOptions, 'disks' | 'net' | 'rng' | 'share'>,
  report: (text: string) => void,
): Promise<RunDevices> {
  const disks: FileDisk[] = [];
  let share: Share | undefined;
  let network: Network | undefined;
  let machine: Machine | undefined;
  const close = async () => {
    for (const disk of disks) disk.close();
    network?.close();
    await share?.close();
  };
  try {
    for (const file of files) disks.push(openFileDisk(file, disks.length, report));
    if (shared) share = await openShare(shared);
  } catch (error) {
    await close();
    throw error;
  }

  let answers: ((machine: Machine) => void)[] = [];
  let asked = 0;
  let next: (() => void) | undefined;
  /** Makes the machine's run come back, or the loop that waits. */
  const arrived = () => {
    machine?.interruptRun();
    const wake = next;
    next = undefined;
    wake?.();
  };
  const answer = (give: (machine: Machine) => void) => {
    answers.push(give);
    arrived();
  };
  const answerDisk = (disk: number, id: number, outcome: BlockOutcome) => {
    answer(({ outside }) => {
      outside.completeBlock(disk, id, outcome);
    });
  };
  const ready = () => answers.length > 0 || (network?.ready() ?? false);

  return {
    specs: {
      disks: disks.map(({ spec }) => spec),
      ...(net && { networks: [networkSpec(net)] }),
      ...(rng === undefined ? {} : { rng: { seed: rng } }),
      ...(shared && { shares: [{ tag: shared.tag }] }),
    },
    outputs: {
      block(disk, id, operation) {
        answerDisk(disk, id, disks[disk]!.perform(operation));
      },
      frame(_network, bytes) {
        network?.send(bytes);
      },
      share(_share, id, message, room) {
        asked++;
        machine?.interruptRun();
        share?.ask(message, room, (bytes) => {
          asked--;
          answer(({ outside }) => {
            outside.completeShare(0, id, bytes);
          });
        });
      },
      // There is no such device here.
      console: () => undefined,
    },
    plugIn(plugged) {
      machine = plugged;
      if (net && net.kind !== 'loopback') network = openNetwork(net, plugged, arrived, report);
      return {
        ready,
        give() {
          const given = answers;
          answers = [];
          for (const give of given) give(plugged);
          network?.give();
          // Nobody replays this run.
          plugged.inputs.forgetDelivered();
        },
        busy: () => asked > 0,
        open: () => network !== undefined,
        deadline: () => network?.deadline() ?? Infinity,
        onNext(wake) {
          if (ready()) wake();
          else next = wake;
        },
      };
    },
    close,
  };
}
