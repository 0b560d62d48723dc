/*
 * Owns flat ROM images: where a PC has its firmware and how the processor starts in it. The image ends at 1 MiB and,
 * seen a second time, at 4 GiB; the processor begins 16 bytes below 4 GiB. Source: Intel SDM volume 3A, section 9.1.4
 * (first instruction executed).
 */

import { PAGE_SIZE, PageFlag } from '../memory/layout.ts';
import type { MemoryMappedIo, PhysicalMemory } from '../memory/physical-memory.ts';
import { BootError } from './boot-error.ts';
import { say } from '../sentences/say.ts';

const KIB = 1024;
const SIZES = [64 * KIB, 128 * KIB, 256 * KIB];
const LOW_END = 0x10_0000;
const HIGH_END = 0x1_0000_0000;

/** CS:EIP after a reset: selector F000h with this hidden base, offset FFF0h. */
export const RESET_VECTOR = { selector: 0xf000, base: 0xffff_0000, eip: 0xfff0 } as const;

/**
 * Puts `rom` below 1 MiB, read-only, and makes `memory` answer with it below 4 GiB.
 * @throws BootError bios-size
 */
export function mapBiosRom(rom: Uint8Array, memory: PhysicalMemory): void {
  if (!SIZES.includes(rom.length)) {
    throw new BootError(
      'bios-size',
      say`A BIOS image must have 64, 128 or 256 KiB, but this one has ${rom.length} bytes: pad it to one of these sizes.`,
    );
  }
  const low = LOW_END - rom.length;
  memory.writeBytes(low, rom);
  for (let page = low / PAGE_SIZE; page < LOW_END / PAGE_SIZE; page++) memory.pageFlags[page] |= PageFlag.Rom;

  const high = HIGH_END - rom.length;
  const beyond: MemoryMappedIo = memory.mmio;
  memory.mmio = {
    read(address, size) {
      const offset = (address >>> 0) - high;
      if (offset < 0 || offset + size > rom.length) return beyond.read(address, size);
      let value = 0;
      for (let n = size - 1; n >= 0; n--) value = ((value << 8) | rom[offset + n]) >>> 0;
      return value;
    },
    write(address, value, size) {
      // Writes to the ROM do nothing.
      if (address >>> 0 < high) beyond.write(address, value, size);
    },
  };
}
