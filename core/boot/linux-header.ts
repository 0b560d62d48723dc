/*
 * Owns reading the setup header of a Linux bzImage. Source: Linux, Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header"; the
 * offsets there are those of the file.
 */

import { BootError } from './boot-error.ts';
import { say, type Sentence } from '../sentences/say.ts';

/** Where the header begins, in the file and in `struct boot_params` alike. */
export const SETUP_HEADER = 0x1f1;

const SECTOR = 512;
const BOOT_FLAG = 0xaa55;
const LOADED_HIGH = 0x01;
const [VERSION_2_03, VERSION_2_06, VERSION_2_10] = [0x0203, 0x0206, 0x020a];
/** What the fields of newer versions mean in older ones. */
const OLD_INITRD_ADDRESS_MAX = 0x37ff_ffff;
const OLD_COMMAND_LINE_SIZE = 255;

/** What a loader must know of a bzImage. */
export interface LinuxHeader {
  /** Protocol version, 0x0203 or newer: major and minor in a byte each. */
  readonly version: number;
  /** The header as it is, for `boot_params`. */
  readonly bytes: Uint8Array;
  /** The protected-mode part of the kernel. */
  readonly payload: Uint8Array;
  /** Where the payload is loaded and entered. */
  readonly loadAddress: number;
  /** The highest address that a byte of the initrd may have. */
  readonly initrdAddressMax: number;
  /** Longest command line in bytes, without its NUL. */
  readonly commandLineSize: number;
  /** End of the memory that the kernel uses before it looks at the memory map. */
  readonly runtimeEnd: number;
}

function malformed(what: Sentence): BootError {
  return new BootError(
    'linux-malformed',
    say`The Linux bzImage has a setup header that is not right: ${what}; build or copy it again.`,
  );
}

const hex = (value: number) => `0x${value.toString(16)}`;

/** Has the file the signature of a Linux setup header? */
export const isLinuxImage = (bytes: Uint8Array): boolean =>
  bytes.length > 0x206 && String.fromCharCode(...bytes.subarray(0x202, 0x206)) === 'HdrS';

/** End of what the kernel takes at its start: it unpacks itself to its preferred address. */
function runtimeEnd(view: DataView, version: number, loadAddress: number, size: number): number {
  const loaded = loadAddress + size;
  if (version < VERSION_2_10) return loaded;
  const [preferred, high, initSize] = [0x258, 0x25c, 0x260].map((at) => view.getUint32(at, true));
  if (high !== 0)
    throw malformed(
      say`pref_address ${hex(high!)}${preferred!.toString(16).padStart(8, '0')} is above 4 GiB`,
    );
  return Math.max(loaded, Math.max(preferred!, loadAddress) + initSize!);
}

/** @throws BootError linux-malformed, linux-unsupported, image-truncated */
export function readLinuxHeader(bytes: Uint8Array): LinuxHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerEnd = 0x202 + (bytes[0x201] ?? 0);
  if (bytes.length < Math.max(headerEnd, 2 * SECTOR))
    throw new BootError(
      'image-truncated',
      say`The Linux bzImage ends at byte ${bytes.length}, within its setup code: build or copy it again.`,
    );
  if (view.getUint16(0x1fe, true) !== BOOT_FLAG)
    throw malformed(say`boot_flag is ${hex(view.getUint16(0x1fe, true))} instead of 0xaa55`);
  const version = view.getUint16(0x206, true);
  if (version < VERSION_2_03 || !(bytes[0x211]! & LOADED_HIGH))
    throw new BootError(
      'linux-unsupported',
      say`The Linux image has boot protocol ${version >> 8}.${version & 0xff}${version < VERSION_2_03 ? '' : say` and is loaded low`}, but the machine boots bzImages of 2.03 and newer (Linux 2.4.18): use a newer kernel.`,
    );
  const newest = version >= VERSION_2_10 ? 0x264 : version >= VERSION_2_06 ? 0x23c : 0x230;
  if (headerEnd < newest)
    throw malformed(say`it ends at ${hex(headerEnd)}, before the fields of its version`);

  const start = ((bytes[SETUP_HEADER] || 4) + 1) * SECTOR;
  const size = view.getUint32(0x1f4, true) * 16;
  if (size === 0) throw malformed(say`syssize is 0`);
  // The last paragraph of the file may be incomplete.
  if (start + size >= bytes.length + 16)
    throw new BootError(
      'image-truncated',
      say`The Linux bzImage ends at byte ${bytes.length}, but its header says ${start + size}: build or copy it again.`,
    );
  const loadAddress = view.getUint32(0x214, true);
  if (loadAddress < 0x10_0000) throw malformed(say`code32_start ${hex(loadAddress)} is below 1 MiB`);
  const payload = bytes.subarray(start, start + size);
  return {
    version,
    bytes: bytes.subarray(SETUP_HEADER, headerEnd),
    payload,
    loadAddress,
    initrdAddressMax: view.getUint32(0x22c, true) || OLD_INITRD_ADDRESS_MAX,
    commandLineSize: version >= VERSION_2_06 ? view.getUint32(0x238, true) : OLD_COMMAND_LINE_SIZE,
    runtimeEnd: runtimeEnd(view, version, loadAddress, payload.length),
  };
}
