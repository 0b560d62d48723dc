/*
 * Owns loading a Linux bzImage and the state in which it starts: the 32-bit boot protocol, which passes over the setup code that
 * asks a BIOS. Source: Linux, Documentation/arch/x86/boot.rst, "32-bit Boot Protocol", and zero-page.rst (`struct boot_params`).
 *
 *   0x10000  boot_params
 *   0x11000  the GDT of the initial segments (10h code, 18h data)
 *   0x20000  command line
 *   1 MiB    the kernel, wherever its header wants it
 *   top      the initrd, as high as the kernel allows
 *
 * Nothing is written before everything is known to fit.
 */

import { BootError } from './boot-error.ts';
import type { BootCpuState, BootFile, BootMemory, LoadedRange } from './boot-state.ts';
import { type LinuxHeader, readLinuxHeader, SETUP_HEADER } from './linux-header.ts';
import { LOW_RAM_END, memoryRanges } from './memory-map.ts';
import { say } from '../sentences/say.ts';

const PAGE = 4096;
const MIB = 0x100000;
const BOOT_PARAMS = 0x10000;
const GDT = 0x11000;
const COMMAND_LINE = 0x20000;

/** `type_of_loader` of one that has no number of its own. */
const UNDEFINED_LOADER = 0xff;
/** `loadflags`: print nothing early, keep the segment registers. Neither is wanted. */
const QUIET_KEEP_SEGMENTS = 0x60;
const BOOT_CODE = 0x10;
const BOOT_DATA = 0x18;

/** What to boot. */
export interface LinuxRequest {
  /** Its words are the kernel's command line; its name is not part of it. */
  readonly kernel: BootFile;
  /** The initial RAM disk: a cpio archive, compressed or not. */
  readonly initrd?: { readonly name: string; readonly bytes: Uint8Array } | undefined;
}

/** What the loader did. */
export interface LinuxResult {
  readonly cpu: BootCpuState;
  /** Kernel first, then the initrd. */
  readonly loaded: readonly LoadedRange[];
}

const mebibytes = (bytes: number) => Math.ceil(bytes / MIB);

function checkKernel({ runtimeEnd }: LinuxHeader, memorySize: number): void {
  if (runtimeEnd > memorySize)
    throw new BootError(
      'image-too-big',
      say`The Linux kernel needs memory up to ${mebibytes(runtimeEnd)} MiB to start, but the machine has ${Math.floor(memorySize / MIB)} MiB: raise its memory.`,
    );
}

/** With its NUL. */
function commandLine(args: string, { commandLineSize }: LinuxHeader): Uint8Array {
  const bytes = new TextEncoder().encode(`${args}\0`);
  const most = Math.min(commandLineSize, LOW_RAM_END - COMMAND_LINE - 1);
  if (bytes.length - 1 > most)
    throw new BootError(
      'linux-command-line',
      say`The kernel's command line may have ${most} bytes, but this one has ${bytes.length - 1}: make it shorter.`,
    );
  return bytes;
}

/** The highest page that the kernel allows and that leaves it the memory in which it starts. */
function placeInitrd(size: number, header: LinuxHeader, memorySize: number): number {
  const end = Math.min(memorySize, header.initrdAddressMax + 1);
  const start = Math.floor((end - size) / PAGE) * PAGE;
  if (start < header.runtimeEnd)
    throw new BootError(
      'initrd-too-big',
      say`The initrd has ${mebibytes(size)} MiB, but only ${Math.max(0, Math.floor((end - header.runtimeEnd) / MIB))} MiB are free between kernel and ${mebibytes(end)} MiB: raise the memory of the machine or make the initrd smaller.`,
    );
  return start;
}

/** `struct screen_info`: the text mode in which the machine starts. */
function screenInfo(view: DataView): void {
  view.setUint8(0x06, 3); // orig_video_mode: 80 columns, colour
  view.setUint8(0x07, 80); // orig_video_cols
  view.setUint8(0x0e, 25); // orig_video_lines
  view.setUint8(0x0f, 1); // orig_video_isVGA
  view.setUint16(0x10, 16, true); // orig_video_points
}

/** @param initrd its range; empty if there is none */
function bootParams(
  header: LinuxHeader,
  initrd: { start: number; size: number },
  ramSize: number,
): Uint8Array {
  const bytes = new Uint8Array(PAGE);
  const view = new DataView(bytes.buffer);
  screenInfo(view);
  bytes.set(header.bytes, SETUP_HEADER);
  view.setUint8(0x210, UNDEFINED_LOADER);
  view.setUint8(0x211, bytes[0x211]! & ~QUIET_KEEP_SEGMENTS);
  view.setUint32(0x218, initrd.start, true);
  view.setUint32(0x21c, initrd.size, true);
  view.setUint32(0x228, COMMAND_LINE, true);
  const ranges = memoryRanges(ramSize);
  view.setUint16(0x02, Math.min(0xffff, (ramSize - MIB) >> 10), true); // ext_mem_k
  view.setUint32(0x1e0, (ramSize - MIB) >> 10, true); // alt_mem_k
  view.setUint8(0x1e8, ranges.length);
  for (const [index, { start, end, type }] of ranges.entries()) {
    const at = 0x2d0 + index * 20;
    view.setUint32(at, start, true);
    view.setUint32(at + 8, end - start, true);
    view.setUint32(at + 16, type, true);
  }
  return bytes;
}

/** Null twice, flat code, flat data: `__BOOT_CS` and `__BOOT_DS`. */
function bootGdt(): Uint8Array {
  return new Uint8Array(Uint32Array.of(0, 0, 0, 0, 0xffff, 0x00cf9b00, 0xffff, 0x00cf9300).buffer);
}

/**
 * Loads `request` into `memory`, which should be zero. Throws a {@link BootError} before anything is written.
 */
export function loadLinux({ kernel, initrd }: LinuxRequest, memory: BootMemory): LinuxResult {
  const header = readLinuxHeader(kernel.bytes);
  checkKernel(header, memory.size);
  const line = commandLine(kernel.args, header);
  const size = initrd?.bytes.length ?? 0;
  const start = size > 0 ? placeInitrd(size, header, memory.size) : 0;

  const { loadAddress, payload } = header;
  const gdt = bootGdt();
  memory.write(loadAddress, payload);
  memory.write(BOOT_PARAMS, bootParams(header, { start, size }, memory.size));
  memory.write(GDT, gdt);
  memory.write(COMMAND_LINE, line);
  const loaded = [{ name: kernel.name, start: loadAddress, end: loadAddress + payload.length }];
  if (initrd && size > 0) {
    memory.write(start, initrd.bytes);
    loaded.push({ name: initrd.name, start, end: start + size });
  }
  return {
    loaded,
    cpu: {
      eip: loadAddress,
      eax: 0,
      ebx: 0,
      ecx: 0,
      edx: 0,
      esi: BOOT_PARAMS,
      edi: 0,
      ebp: 0,
      esp: BOOT_PARAMS,
      eflags: 0x2,
      cr0: 0x11, // PE, ET
      codeSelector: BOOT_CODE,
      dataSelector: BOOT_DATA,
      gdtBase: GDT,
      gdtLimit: gdt.length - 1,
      a20: true,
    },
  };
}
