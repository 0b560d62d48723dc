/*
 * Owns finding and checking the multiboot 1 header of an image. Source: Multiboot Specification 0.6.96,
 * section 3.1 (OS image format): within the first 8192 bytes, on a 4-byte boundary; magic, flags and checksum
 * add up to zero.
 */

import { BootError } from './boot-error.ts';
import { say } from '../sentences/say.ts';

const MAGIC = 0x1badb002;
const SEARCH_LIMIT = 8192;
/** Page-aligned modules, memory information, video mode (a wish: QEMU and we ignore it). */
const KNOWN_REQUIREMENTS = 0x0007;
const REQUIREMENTS = 0xffff;
const HAS_ADDRESSES = 0x10000;

/** The address fields of a header with flag 16: where a flat image goes. */
export interface LoadAddresses {
  readonly headerAddress: number;
  readonly loadAddress: number;
  /** 0: to the end of the file. */
  readonly loadEndAddress: number;
  /** 0: no bss. */
  readonly bssEndAddress: number;
  readonly entryAddress: number;
}

/** A valid header. */
export interface MultibootHeader {
  /** Of the header in the file, in bytes. */
  readonly offset: number;
  readonly flags: number;
  /** null when the image is an ELF file to be loaded by its program headers. */
  readonly addresses: LoadAddresses | null;
}

/**
 * The header of `bytes`, or null when there is none. Errors: `image-flags-unsupported`, `image-truncated` (the
 * address fields are cut off).
 */
export function findMultibootHeader(bytes: Uint8Array): MultibootHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const limit = Math.min(bytes.length, SEARCH_LIMIT);
  for (let offset = 0; offset + 12 <= limit; offset += 4) {
    if (view.getUint32(offset, true) !== MAGIC) {
      continue;
    }
    const flags = view.getUint32(offset + 4, true);
    if ((MAGIC + flags + view.getUint32(offset + 8, true)) >>> 0 !== 0) {
      continue;
    }
    const unknown = flags & REQUIREMENTS & ~KNOWN_REQUIREMENTS;
    if (unknown !== 0) {
      throw new BootError(
        'image-flags-unsupported',
        say`The image's multiboot header requires features 0x${unknown.toString(16)} that the specification does not define: clear bits 3 to 15 of its flags.`,
      );
    }
    if ((flags & HAS_ADDRESSES) === 0) {
      return { offset, flags, addresses: null };
    }
    if (offset + 32 > bytes.length) {
      throw new BootError(
        'image-truncated',
        say`The image ends at byte ${bytes.length}, inside its multiboot header: build or copy it again.`,
      );
    }
    return {
      offset,
      flags,
      addresses: {
        headerAddress: view.getUint32(offset + 12, true),
        loadAddress: view.getUint32(offset + 16, true),
        loadEndAddress: view.getUint32(offset + 20, true),
        bssEndAddress: view.getUint32(offset + 24, true),
        entryAddress: view.getUint32(offset + 28, true),
      },
    };
  }
  return null;
}
