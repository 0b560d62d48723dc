/*
 * Owns a disk of the machine in a file of the computer: performs what the guest asks for, between two instructions of
 * the guest, so the answer is there at once; a flush is `fsync`.
 */

import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { contentOf } from '../../core/images/content.ts';
import { performOnOverlay } from '../../core/devices/virtio/block-backend.ts';
import { Overlay } from '../../core/images/overlay.ts';
import type { DiskEnd } from '../../core/outside/ends.ts';
import { EndError, type Report } from '../../core/outside/open-ends.ts';
import { SECTOR, type BlockOperation, type BlockOutcome } from '../../core/protocol/device-protocol.ts';
import { systemReason } from './system-error.ts';
import { say, tell } from '../../core/sentences/say.ts';

export interface FileDisk {
  readonly sectors: number;
  /** Never throws: what the file system refuses is an error for the guest and told to the user. */
  perform(operation: BlockOperation): BlockOutcome;
  close(): void;
}

/** Zeros are written in pieces of this size. */
const PIECE = 1 << 20;

/** All of a range; a file that has become shorter reads as zeros there. */
function readRange(descriptor: number, start: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const count = readSync(descriptor, bytes, done, length - done, start + done);
    if (count === 0) break;
    done += count;
  }
  return bytes;
}

function writeRange(descriptor: number, start: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(descriptor, bytes, done, bytes.length - done, start + done);
}

function zeroRange(descriptor: number, start: number, length: number): void {
  const zeros = new Uint8Array(Math.min(length, PIECE));
  for (let done = 0; done < length; done += PIECE)
    writeRange(descriptor, start + done, zeros.subarray(0, Math.min(PIECE, length - done)));
}

function openFile({ path, access }: DiskEnd): number {
  try {
    return openSync(path, access === 'read-write' ? 'r+' : 'r');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const hint = isMissing
      ? say`give the path of an image, or make an empty one (truncate -s 64M FILE)`
      : access === 'read-write'
        ? say`give a file that may be written, or add ,ro or ,cow`
        : say`give the path of a file`;
    throw new EndError(say`The disk "${path}" cannot be opened, ${systemReason(error)}: ${hint}.`);
  }
}

/** @returns the size in bytes. @throws EndError when the file is no disk */
async function checkedSize(descriptor: number, path: string): Promise<number> {
  const status = fstatSync(descriptor);
  const { size } = status;
  if (!status.isFile()) {
    throw new EndError(
      say`A disk must be a file of whole sectors of ${SECTOR} bytes, but "${path}" is no file: give a disk image.`,
    );
  }
  const read = (offset: number, length: number) => Promise.resolve(readRange(descriptor, offset, length));
  const { format, what } = await contentOf({ size, read });
  if (format !== 'raw') {
    const todo =
      format === 'qcow2'
        ? say`make a raw one with colinux image convert`
        : format === 'compressed'
          ? say`unpack it first`
          : say`convert it with qemu-img convert -O raw`;
    throw new EndError(say`A disk must be a raw image, but "${path}" is a ${what}: ${todo}.`);
  }
  if (size === 0 || size % SECTOR !== 0) {
    throw new EndError(
      say`A disk must be a file of whole sectors of ${SECTOR} bytes, but "${path}" has ${size} bytes: pad it, for example with truncate.`,
    );
  }
  return size;
}

/** @param report tells the user of errors, the same one once. @throws EndError */
export async function openFileDisk(disk: DiskEnd, report: Report): Promise<FileDisk> {
  const { path, access } = disk;
  const descriptor = openFile(disk);
  const size = await checkedSize(descriptor, path).catch((error: unknown) => {
    closeSync(descriptor);
    throw error;
  });
  const overlay =
    access === 'copy-on-write'
      ? new Overlay((start, length) => readRange(descriptor, start, length))
      : undefined;

  function performOrThrow(operation: BlockOperation): BlockOutcome {
    if (overlay && operation.kind !== 'discard') return performOnOverlay(overlay, operation);
    switch (operation.kind) {
      case 'read': {
        const [start, length] = [operation.sector * SECTOR, operation.count * SECTOR];
        return { ok: true, data: readRange(descriptor, start, length) };
      }
      case 'write':
        writeRange(descriptor, operation.sector * SECTOR, operation.data);
        return { ok: true };
      case 'zero':
        zeroRange(descriptor, operation.sector * SECTOR, operation.count * SECTOR);
        return { ok: true };
      case 'discard':
        // The contents do not matter any more: they may stay.
        return { ok: true };
      case 'flush':
        if (access === 'read-write') fsyncSync(descriptor);
        return { ok: true };
    }
  }

  const reported = new Set<string>();
  return {
    sectors: size / SECTOR,
    perform(operation) {
      try {
        return performOrThrow(operation);
      } catch (error) {
        const sentence = say`The disk "${path}" failed to ${operation.kind}, ${systemReason(error)}: the guest sees an I/O error.`;
        const text = tell(sentence);
        if (!reported.has(text)) report(sentence);
        reported.add(text);
        return { ok: false };
      }
    },
    close() {
      closeSync(descriptor);
    },
  };
}
