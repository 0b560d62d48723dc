/*
 * Owns function 0.0, the host bridge of the 440FX as QEMU's pc shows it. Its registers for the shadowing of ROMs and
 * for SMRAM remember what is written and change nothing: the machine's memory below 1 MiB is plain RAM. Source: Intel
 * 82441FX datasheet, chapter 3.
 */

import { PciFunction } from './pci-function.ts';

/** DRAM row boundary 7: QEMU tells the amount of RAM there, in units of 8 MiB. */
const RAM_UNITS = 0x57;
/** Programmable attribute maps 0-6. */
const PAM = 0x59;
const SMRAM = 0x72;

/** @param ramBytes the machine's RAM in bytes */
export function createHostBridge(ramBytes: number): PciFunction {
  return new PciFunction(
    'host bridge',
    {
      vendor: 0x8086,
      device: 0x1237,
      revision: 2,
      classCode: 0x06_0000,
      subsystemVendor: 0x1af4,
      subsystem: 0x1100,
      interruptPin: 0,
    },
    [],
    [
      { at: RAM_UNITS, values: [Math.min(255, Math.floor(ramBytes / 0x80_0000))], writable: [0xff] },
      { at: PAM, values: [0, 0, 0, 0, 0, 0, 0], writable: Array<number>(7).fill(0xff) },
      { at: SMRAM, values: [0x02], writable: [0xff] },
    ],
  );
}
