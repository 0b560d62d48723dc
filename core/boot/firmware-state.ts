/*
 * Owns the device state that the PC's firmware leaves to a kernel, written through the ports as the firmware
 * does. Source: SeaBIOS as QEMU's pc runs it before a multiboot kernel, read back from there: controllers at
 * vectors 8 and 0x70 with timer, keyboard, cascade, floppy, clock, mouse, FPU and disk unmasked, counter 0 in mode 2
 * with the full count (18.2 Hz), keyboard controller tested and translating, PCI interrupts 10 and 11 level
 * triggered.
 */

import type { IoBus } from '../devices/io-bus.ts';

const WRITES: readonly (readonly [port: number, value: number])[] = [
  // Keyboard controller: self-test (its answer is read below), mode byte.
  [0x64, 0xaa],
  [0x64, 0x60],
  [0x60, 0x61],
  // Interrupt controllers: ICW1-4, then the masks.
  [0x20, 0x11],
  [0xa0, 0x11],
  [0x21, 0x08],
  [0xa1, 0x70],
  [0x21, 0x04],
  [0xa1, 0x02],
  [0x21, 0x01],
  [0xa1, 0x01],
  [0x21, 0xb8],
  [0xa1, 0x8e],
  [0x4d1, 0x0c],
  // Counter 0: mode 2, 65536.
  [0x43, 0x34],
  [0x40, 0x00],
  [0x40, 0x00],
  // A20 on.
  [0x92, 0x02],
];

/** Brings the devices on `bus` from reset into the state at a kernel's entry. */
export function applyFirmwareState(bus: IoBus): void {
  for (const [port, value] of WRITES) {
    bus.write(port, value, 1);
    if (port === 0x64 && value === 0xaa) {
      bus.read(0x60, 1);
    }
  }
}
