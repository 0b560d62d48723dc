/**
 * A file of what passes on the machine's network cable, for Wireshark, with virtual times.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { type CaptureDirection, PcapngWriter } from '../core/net/pcapng.ts';
import { Problem, systemReason } from './problem.ts';

const INTERFACE = 0;

export interface Capture {
  frame(bytes: Uint8Array, direction: CaptureDirection): void;
  close(): void;
}

/** @param now virtual nanoseconds. @throws Problem */
export function openCapture(file: string, now: () => number, report: (text: string) => void): Capture {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'w');
  } catch (error) {
    throw new Problem(
      `The capture cannot be written to "${file}", ${systemReason(error)}: give a file's name.`,
    );
  }
  let broken = false;
  const writer = new PcapngWriter(['eth0'], (block) => {
    if (broken) return;
    try {
      for (let done = 0; done < block.length;) done += writeSync(descriptor, block, done);
    } catch (error) {
      broken = true;
      report(`The capture "${file}" ends here, ${systemReason(error)}; the machine goes on.`);
    }
  });
  return {
    frame(bytes, direction) {
      writer.packet(INTERFACE, now(), bytes, direction);
    },
    close() {
      closeSync(descriptor);
    },
  };
}
