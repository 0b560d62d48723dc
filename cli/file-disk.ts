/**
 * A disk of the machine in a file of the host: performs what the guest asks for. The machine calls it between two
 * instructions, so the answer is there at once; a flush is `fsync`.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { SECTOR, type BlockOperation, type BlockOutcome } from '../core/devices/virtio/block-backend.ts';
import { Overlay } from '../core/devices/virtio/overlay.ts';
import type { OutsideDiskSpec } from '../core/protocol/device-protocol.ts';
import type { DiskOption } from './disk-option.ts';
import { Problem, systemReason } from './problem.ts';

export interface FileDisk {
  readonly spec: OutsideDiskSpec;
  /** Never throws: what the host's file system refuses is an error for the guest and told to the user. */
  perform(operation: BlockOperation): BlockOutcome;
  close(): void;
}

/** Zeros are written in pieces of this size. */
const PIECE = 1 << 20;

/** @param report tells the user of errors, the same one once. @throws Problem */
export function openFileDisk(
  { file, mode }: DiskOption,
  index: number,
  report: (text: string) => void,
): FileDisk {
  let descriptor: number;
  try {
    descriptor = openSync(file, mode === 'rw' ? 'r+' : 'r');
  } catch (error) {
    const hint =
      mode === 'rw' ? 'give a file that may be written, or add ,ro or ,cow' : 'give the path of a file';
    throw new Problem(`The disk "${file}" cannot be opened, ${systemReason(error)}: ${hint}.`);
  }
  const status = fstatSync(descriptor);
  const { size } = status;
  if (!status.isFile() || size === 0 || size % SECTOR !== 0) {
    closeSync(descriptor);
    const found = status.isFile() ? `has ${size} bytes` : 'is no file';
    throw new Problem(
      `A disk must be a file of a whole number of sectors of ${SECTOR} bytes, but "${file}" ${found}: ` +
        (status.isFile() ? 'pad it, for example with truncate.' : 'give a disk image.'),
    );
  }

  /** All of a range; a file that has become shorter reads as zeros there. */
  function read(start: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const count = readSync(descriptor, bytes, done, length - done, start + done);
      if (count === 0) break;
      done += count;
    }
    return bytes;
  }
  function write(start: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;)
      done += writeSync(descriptor, bytes, done, bytes.length - done, start + done);
  }
  function zero(start: number, length: number): void {
    const zeros = new Uint8Array(Math.min(length, PIECE));
    for (let done = 0; done < length; done += PIECE)
      write(start + done, zeros.subarray(0, Math.min(PIECE, length - done)));
  }
  const image = mode === 'cow' ? new Overlay(read) : undefined;

  function performOrThrow(operation: BlockOperation): BlockOutcome {
    switch (operation.kind) {
      case 'read': {
        const [start, length] = [operation.sector * SECTOR, operation.count * SECTOR];
        return { ok: true, data: image ? image.read(start, length) : read(start, length) };
      }
      case 'write':
        if (image) image.write(operation.sector * SECTOR, operation.data);
        else write(operation.sector * SECTOR, operation.data);
        return { ok: true };
      case 'zero':
        if (image) image.zero(operation.sector * SECTOR, operation.count * SECTOR);
        else zero(operation.sector * SECTOR, operation.count * SECTOR);
        return { ok: true };
      case 'discard':
        // The contents do not matter any more: they may stay.
        return { ok: true };
      case 'flush':
        if (mode === 'rw') fsyncSync(descriptor);
        return { ok: true };
    }
  }

  const reported = new Set<string>();
  return {
    spec: { kind: 'outside', serial: `disk${index}`, readOnly: mode === 'ro', sectors: size / SECTOR },
    perform(operation) {
      try {
        return performOrThrow(operation);
      } catch (error) {
        const text = `The disk "${file}" failed to ${operation.kind}, ${systemReason(error)}: the guest sees an I/O error.`;
        if (!reported.has(text)) report(text);
        reported.add(text);
        return { ok: false };
      }
    },
    close() {
      closeSync(descriptor);
    },
  };
}
