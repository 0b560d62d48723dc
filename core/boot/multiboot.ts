/*
 * Owns loading a multiboot 1 kernel into RAM and the state in which it starts. Source: Multiboot Specification
 * 0.6.96, sections 3.2 (machine state) and 3.3 (boot information); addresses and strings as QEMU's
 * hw/i386/multiboot.c lays them out:
 *
 *   0x9000   memory map
 *   0x9500   boot information
 *   0x9600   the GDT of the initial segments (8 code, 0x10 data)
 *   kernel   segments by p_paddr, or the flat image of the header's address fields
 *   +4K      module table, strings
 *   +4K      each module on a page of its own
 *
 * If the kernel itself covers 0x9000 the low page moves behind the last module. Nothing is written before
 * everything is known to fit.
 */

import { MAX_RAM } from '../memory/layout.ts';
import { BootError } from './boot-error.ts';
import type { BootCpuState, BootFile, BootMemory, LoadedRange } from './boot-state.ts';
import { readElf32 } from './elf32.ts';
import { identifyImage } from './image-kind.ts';
import { BIOS_START, LOW_RAM_END, memoryRanges } from './memory-map.ts';
import { findMultibootHeader } from './multiboot-header.ts';
import type { LoadAddresses } from './multiboot-header.ts';
import { say, type Sentence } from '../sentences/say.ts';

/** EAX at the kernel's entry. */
export const MULTIBOOT_BOOTLOADER_MAGIC = 0x2badb002;

const PAGE = 4096;
const MIB = 0x100000;
const INFO_PAGE = 0x9000;
const INFO_OFFSET = 0x500;
const GDT_OFFSET = 0x600;
const INFO_PAGE_USED = 0x700;
const INFO_SIZE = 88;
const MODULE_ENTRY_SIZE = 16;

/** Memory, boot device, command line, modules, memory map, loader name. */
const INFO_FLAGS = 0x001 | 0x002 | 0x004 | 0x008 | 0x040 | 0x200;
const FIRST_HARD_DISK = 0x8000ffff;

/** What to boot. */
export interface MultibootRequest {
  readonly kernel: BootFile;
  readonly modules?: readonly BootFile[];
  readonly bootLoaderName?: string;
}

/** What the loader did. */
export interface MultibootResult {
  readonly cpu: BootCpuState;
  /** Kernel first, then modules. */
  readonly loaded: readonly LoadedRange[];
}

/** One piece of the kernel: file bytes, then zeros. */
interface Piece {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly memorySize: number;
}

interface Plan {
  readonly entry: number;
  readonly pieces: readonly Piece[];
}

function pageAlign(address: number): number {
  return Math.ceil(address / PAGE) * PAGE;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function malformed(what: Sentence): BootError {
  return new BootError(
    'image-malformed',
    say`The image's multiboot header contradicts itself: ${what}; correct its address fields.`,
  );
}

/** A flat image: flag 16 and the address fields (specification, 3.1.3). */
function planFlat(bytes: Uint8Array, headerOffset: number, a: LoadAddresses): Plan {
  if (a.headerAddress < a.loadAddress || a.headerAddress - a.loadAddress > headerOffset) {
    throw malformed(
      say`load_addr ${hex(a.loadAddress)} and header_addr ${hex(a.headerAddress)} do not match the header's place ${hex(headerOffset)} in the file`,
    );
  }
  const start = headerOffset - (a.headerAddress - a.loadAddress);
  if (a.loadEndAddress !== 0 && a.loadEndAddress < a.loadAddress) {
    throw malformed(say`load_end_addr ${hex(a.loadEndAddress)} is below load_addr ${hex(a.loadAddress)}`);
  }
  const fileSize = a.loadEndAddress === 0 ? bytes.length - start : a.loadEndAddress - a.loadAddress;
  if (start + fileSize > bytes.length) {
    throw new BootError(
      'image-truncated',
      say`The image ends at byte ${bytes.length}, but its load_end_addr reaches to byte ${start + fileSize}: build or copy it again.`,
    );
  }
  if (a.bssEndAddress !== 0 && a.bssEndAddress < a.loadAddress + fileSize) {
    throw malformed(say`bss_end_addr ${hex(a.bssEndAddress)} is below the end of the data`);
  }
  const memorySize = a.bssEndAddress === 0 ? fileSize : a.bssEndAddress - a.loadAddress;
  if (memorySize === 0) {
    throw malformed(say`there is nothing to load`);
  }
  return {
    entry: a.entryAddress,
    pieces: [{ address: a.loadAddress, bytes: bytes.subarray(start, start + fileSize), memorySize }],
  };
}

/** An ELF kernel by its segments. The entry moves with its segment, whose virtual address may be elsewhere. */
function planElf(bytes: Uint8Array): Plan {
  const { entry, segments } = readElf32(bytes);
  if (segments.length === 0) {
    throw new BootError(
      'image-malformed',
      say`The image has no loadable segment: link it as an executable with program headers.`,
    );
  }
  const home = segments.find(
    (s) => s.executable && entry >= s.virtualAddress && entry < s.virtualAddress + s.fileSize,
  );
  return {
    entry: home === undefined ? entry : (entry - home.virtualAddress + home.physicalAddress) >>> 0,
    pieces: segments.map((s) => ({
      address: s.physicalAddress,
      bytes: bytes.subarray(s.fileOffset, s.fileOffset + s.fileSize),
      memorySize: s.memorySize,
    })),
  };
}

function endOf(pieces: Plan['pieces']): number {
  return pieces.reduce((high, { address, memorySize }) => Math.max(high, address + memorySize), 0);
}

function checkFits({ pieces }: Plan, size: number): void {
  const kernelEnd = endOf(pieces);
  if (kernelEnd > MAX_RAM)
    throw new BootError(
      'image-too-big',
      say`The kernel is to be loaded up to ${hex(kernelEnd)}, but no machine has more than ${MAX_RAM / MIB} MiB: give its segments lower physical addresses, in a linker script for example AT(ADDR(.text) - 0xc0000000).`,
    );
  if (kernelEnd > size) {
    throw new BootError(
      'image-too-big',
      say`The kernel needs memory up to ${hex(kernelEnd)}, but the machine has ${Math.floor(size / MIB)} MiB: raise its memory to at least ${Math.ceil(kernelEnd / MIB)} MiB or link the kernel lower.`,
    );
  }
  for (const { address, memorySize } of pieces) {
    const end = address + memorySize;
    if (address < BIOS_START && end > LOW_RAM_END) {
      throw new BootError(
        'image-bad-address',
        say`The kernel wants to be loaded at ${hex(address)}-${hex(end)}, but there is no free RAM from ${hex(LOW_RAM_END)} to ${hex(BIOS_START)}: link it to 1 MiB or above.`,
      );
    }
  }
}

function string(file: BootFile): Uint8Array {
  return new TextEncoder().encode(file.args === '' ? `${file.name}\0` : `${file.name} ${file.args}\0`);
}

/** QEMU joins the kernel's name and arguments with a blank even when there are no arguments. */
function kernelString(file: BootFile): Uint8Array {
  return new TextEncoder().encode(`${file.name} ${file.args}\0`);
}

/** The memory map: 24 bytes an entry, the size field not counting itself. */
function memoryMap(ramSize: number): Uint8Array {
  const ranges = memoryRanges(ramSize);
  const bytes = new Uint8Array(ranges.length * 24);
  const view = new DataView(bytes.buffer);
  for (const [index, { start, end, type }] of ranges.entries()) {
    view.setUint32(index * 24, 20, true);
    view.setUint32(index * 24 + 4, start, true);
    view.setUint32(index * 24 + 12, end - start, true);
    view.setUint32(index * 24 + 20, type, true);
  }
  return bytes;
}

/** Null, flat 32-bit code, flat data, and the two 16-bit ones that QEMU's loader has too. */
function initialGdt(): Uint8Array {
  const bytes = new Uint8Array(40);
  const view = new DataView(bytes.buffer);
  const descriptors = [0, 0x00cf9b00, 0x00cf9300, 0x00009b00, 0x00009300];
  for (const [index, high] of descriptors.entries()) {
    view.setUint32(index * 8, index === 0 ? 0 : 0x0000ffff, true);
    view.setUint32(index * 8 + 4, high, true);
  }
  return bytes;
}

/**
 * Loads `request` into `memory`, whose contents are otherwise left alone (it should be zero). Throws a
 * {@link BootError} before anything is written; see its codes.
 */
export function loadMultiboot(request: MultibootRequest, memory: BootMemory): MultibootResult {
  const { kernel, modules = [], bootLoaderName = 'colinux' } = request;
  identifyImage(kernel.bytes);
  const header = findMultibootHeader(kernel.bytes);
  if (header === null) {
    throw new BootError(
      'image-not-multiboot',
      say`The image has no multiboot header in its first 8 KiB, so the machine cannot start it by itself: name it as a guest kernel instead.`,
    );
  }
  const plan =
    header.addresses === null
      ? planElf(kernel.bytes)
      : planFlat(kernel.bytes, header.offset, header.addresses);
  checkFits(plan, memory.size);
  const kernelStart = plan.pieces.reduce((low, piece) => Math.min(low, piece.address), Infinity);
  const kernelEnd = endOf(plan.pieces);

  // Places: tables and strings behind the kernel, then the modules. A kernel below 640 KiB leaves too little
  // room there, so what follows it goes above 1 MiB.
  const tableStart = Math.max(MIB, pageAlign(kernelEnd));
  const strings = [
    ...modules.map(string),
    kernelString(kernel),
    new TextEncoder().encode(`${bootLoaderName}\0`),
  ];
  const stringStart = tableStart + modules.length * MODULE_ENTRY_SIZE;
  const stringAddresses: number[] = [];
  let end = stringStart;
  for (const text of strings) {
    stringAddresses.push(end);
    end += text.length;
  }
  const loaded: LoadedRange[] = [{ name: kernel.name, start: kernelStart, end: kernelEnd }];
  for (const module of modules) {
    const start = pageAlign(end);
    end = start + module.bytes.length;
    loaded.push({ name: module.name, start, end });
  }
  const infoPageIsFree = plan.pieces.every(
    (piece) => piece.address >= INFO_PAGE + PAGE || piece.address + piece.memorySize <= INFO_PAGE,
  );
  const infoPage = infoPageIsFree ? INFO_PAGE : pageAlign(end);
  const top = infoPageIsFree ? end : infoPage + INFO_PAGE_USED;
  if (top > memory.size) {
    const biggest = modules.length > 0 ? say`Kernel and modules` : say`The kernel and its boot information`;
    throw new BootError(
      modules.length > 0 ? 'module-too-big' : 'image-too-big',
      say`${biggest} need memory up to ${hex(top)}, but the machine has ${Math.floor(memory.size / MIB)} MiB: raise its memory to at least ${Math.ceil(top / MIB)} MiB.`,
    );
  }

  for (const piece of plan.pieces) {
    memory.write(piece.address, piece.bytes);
    memory.fill(piece.address + piece.bytes.length, piece.memorySize - piece.bytes.length, 0);
  }
  const table = new Uint8Array(modules.length * MODULE_ENTRY_SIZE);
  const tableView = new DataView(table.buffer);
  for (const [index, module] of modules.entries()) {
    const range = loaded[index + 1]!;
    memory.write(range.start, module.bytes);
    tableView.setUint32(index * MODULE_ENTRY_SIZE, range.start, true);
    tableView.setUint32(index * MODULE_ENTRY_SIZE + 4, range.end, true);
    tableView.setUint32(index * MODULE_ENTRY_SIZE + 8, stringAddresses[index]!, true);
  }
  memory.write(tableStart, table);
  for (const [index, text] of strings.entries()) {
    memory.write(stringAddresses[index]!, text);
  }
  const map = memoryMap(memory.size);
  memory.write(infoPage, map);
  const info = new Uint8Array(INFO_SIZE);
  const view = new DataView(info.buffer);
  view.setUint32(0, INFO_FLAGS, true);
  view.setUint32(4, LOW_RAM_END >> 10, true);
  view.setUint32(8, Math.floor((memory.size - MIB) / 1024), true);
  view.setUint32(12, FIRST_HARD_DISK, true);
  view.setUint32(16, stringAddresses[modules.length]!, true);
  view.setUint32(20, modules.length, true);
  view.setUint32(24, tableStart, true);
  view.setUint32(44, map.length, true);
  view.setUint32(48, infoPage, true);
  view.setUint32(64, stringAddresses[modules.length + 1]!, true);
  memory.write(infoPage + INFO_OFFSET, info);
  const gdt = initialGdt();
  memory.write(infoPage + GDT_OFFSET, gdt);

  return {
    loaded,
    cpu: {
      eip: plan.entry,
      eax: MULTIBOOT_BOOTLOADER_MAGIC,
      ebx: infoPage + INFO_OFFSET,
      ecx: plan.entry,
      // The specification leaves these undefined; they are QEMU's, for kernels that push before they set a stack.
      edx: 0x511,
      esi: 0,
      edi: 0x1000,
      ebp: 0,
      esp: 0x6f08,
      eflags: 0x46,
      cr0: 0x11, // PE, ET
      codeSelector: 0x08,
      dataSelector: 0x10,
      gdtBase: infoPage + GDT_OFFSET,
      gdtLimit: gdt.length - 1,
      a20: true,
    },
  };
}
