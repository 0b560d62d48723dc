/*
 * Owns a file of what passes on a network cable of the machine, for Wireshark, with virtual times.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { type CaptureDirection, PcapngWriter } from '../../core/net/pcapng.ts';
import { EndError, type Report } from '../../core/outside/open-ends.ts';
import { systemReason } from './system-error.ts';
import { say } from '../../core/sentences/say.ts';

const INTERFACE = 0;

export interface Capture {
  frame(bytes: Uint8Array, direction: CaptureDirection): void;
  close(): void;
}

/** @param now virtual nanoseconds. @param name of the interface. @throws EndError */
export function openCapture(file: string, name: string, now: () => number, report: Report): Capture {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'w');
  } catch (error) {
    throw new EndError(
      say`The capture cannot be written to "${file}", ${systemReason(error)}: give a file's name.`,
    );
  }
  let broken = false;
  const writer = new PcapngWriter([name], (block) => {
    if (broken) return;
    try {
      for (let done = 0; done < block.length;) done += writeSync(descriptor, block, done);
    } catch (error) {
      broken = true;
      report(say`The capture "${file}" ends here, ${systemReason(error)}; the machine goes on.`);
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
