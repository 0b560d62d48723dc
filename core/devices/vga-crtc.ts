/*
 * Owns what a text console touches of the VGA beside its memory (B8000h, plain RAM here): the CRT controller's registers,
 * among them size and place of the cursor, and the input status with its retrace bits. Source: IBM VGA Technical
 * Reference, CRT controller (index 3D4h, data 3D5h) and input status register 1 (3DAh).
 */

import type { Device } from './device.ts';
import type { IoBus } from './io-bus.ts';

const FIRST = 0x3d4;
const REGISTERS = 25;
const INDEX_MASK = 0x1f;
/** Registers 0 to 7 are protected by bit 7 of register 11h, but for bit 4 of register 7. */
const PROTECT_REGISTER = 0x11;
const PROTECT = 0x80;
const OVERFLOW = 0x07;
const LINE_COMPARE_BIT = 0x10;
const STATUS = 0x3da;
/** Display disabled and vertical retrace: both turn over with every read, so that nobody waits for ever. */
const RETRACE_BITS = 0x09;

/** The registers of mode 3 (80 x 25 text), as a BIOS leaves them. */
const MODE_3 = [
  ...[0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00],
  ...[0x00, 0x00, 0x00, 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff],
];

export interface VgaCrtcState {
  readonly index: number;
  readonly registers: Uint8Array;
  readonly status: number;
}

export class VgaCrtc implements Device<VgaCrtcState> {
  readonly name = 'vga-crtc';
  private index = 0;
  private readonly registers = Uint8Array.from(MODE_3);
  private status = 0;

  constructor(bus: IoBus) {
    bus.register({
      name: 'VGA CRT controller',
      first: FIRST,
      count: 2,
      // A word writes index and data at once.
      sizes: [1, 2],
      handler: {
        read: (port, size) =>
          size === 2 ? this.index | (this.data() << 8) : port === FIRST ? this.index : this.data(),
        write: (port, value, size) => {
          if (port === FIRST) this.index = value & INDEX_MASK;
          if (size === 2) this.setData(value >> 8);
          else if (port !== FIRST) this.setData(value);
        },
      },
    });
    bus.register({
      name: 'VGA input status',
      first: STATUS,
      count: 1,
      sizes: [1],
      handler: {
        read: () => {
          this.status ^= RETRACE_BITS;
          return this.status;
        },
        write: () => undefined,
      },
    });
  }

  private data(): number {
    return this.index < REGISTERS ? this.registers[this.index] : 0xff;
  }
  private setData(value: number): void {
    const { index, registers } = this;
    if (index >= REGISTERS) return;
    if (index > OVERFLOW || (registers[PROTECT_REGISTER] & PROTECT) === 0) registers[index] = value;
    else if (index === OVERFLOW)
      registers[index] = (registers[index] & ~LINE_COMPARE_BIT) | (value & LINE_COMPARE_BIT);
  }

  reset(): void {
    this.index = 0;
    this.status = 0;
    this.registers.set(MODE_3);
  }

  save(): VgaCrtcState {
    return { index: this.index, registers: this.registers.slice(), status: this.status };
  }

  restore({ index, registers, status }: VgaCrtcState): void {
    this.index = index;
    this.registers.set(registers);
    this.status = status;
  }
}
