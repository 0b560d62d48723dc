/**
 * The devices that `colinux run` gives the machine, and their other ends: disks in files, the network cable.
 */
import type { DeviceOutputs } from '../core/machine/outside.ts';
import type { Machine } from '../core/machine/machine.ts';
import type { BlockOutcome, DeviceSpecs } from '../core/protocol/device-protocol.ts';
import { type FileDisk, openFileDisk } from './file-disk.ts';
import type { RunOptions } from './run-options.ts';

/** QEMU's first address, locally administered. */
const MAC = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56];

export interface RunDevices {
  readonly specs: DeviceSpecs;
  readonly outputs: DeviceOutputs;
  /** Gives the machine the answers that are there. Returns whether there were any. To be called between two runs. */
  answer(machine: Machine): boolean;
  close(): void;
}

/**
 * @param interrupt makes the machine's run come back, so that an answer is given at the instruction after the question:
 *   a run is then a function of the contents of the disks
 * @throws Problem
 */
export function openDevices(
  { disks: files, net, rng }: Pick<RunOptions, 'disks' | 'net' | 'rng'>,
  interrupt: () => void,
  report: (text: string) => void,
): RunDevices {
  const disks: FileDisk[] = [];
  const close = () => {
    for (const disk of disks) disk.close();
  };
  try {
    for (const file of files) disks.push(openFileDisk(file, disks.length, report));
  } catch (error) {
    close();
    throw error;
  }
  let answers: { readonly disk: number; readonly id: number; readonly outcome: BlockOutcome }[] = [];
  return {
    specs: {
      disks: disks.map(({ spec }) => spec),
      ...(net === undefined ? {} : { network: { kind: net, mac: Uint8Array.from(MAC) } }),
      ...(rng === undefined ? {} : { rng: { seed: rng } }),
    },
    outputs: {
      block(disk, id, operation) {
        answers.push({ disk, id, outcome: disks[disk]!.perform(operation) });
        interrupt();
      },
      // There is no device yet whose output goes here.
      frame: () => undefined,
      console: () => undefined,
      share: () => undefined,
    },
    answer(machine) {
      if (answers.length === 0) return false;
      const given = answers;
      answers = [];
      for (const { disk, id, outcome } of given) machine.outside.completeBlock(disk, id, outcome);
      // Nobody replays this run.
      machine.inputs.forgetDelivered();
      return true;
    },
    close,
  };
}
