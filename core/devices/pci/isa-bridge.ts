/*
 * Owns function 1.0, the ISA bridge of the PIIX3: its PIRQ route control registers 60h-63h connect the four PCI
 * interrupt lines to inputs of the 8259, and its reset control register is port CF9h. Source: Intel 82371SB (PIIX3)
 * datasheet, 2.2.11 (PIRQRC) and 2.5.6 (reset control); values as in QEMU's hw/isa/piix3.c.
 */

import { PciFunction } from './pci-function.ts';
import type { Device } from '../device.ts';

/** PIRQA route control; B, C and D follow. Bit 7 is "not routed", bits 3-0 are the IRQ. */
export const PIRQ_ROUTE = 0x60;
const PIRQS = 4;
const NOT_ROUTED = 0x80;
/** IRQ 0, 1, 2, 8 and 13 are reserved in the register. */
const ROUTABLE = 0xdef8;

const RESET_CPU = 0x04;
/** Bit 2 makes the reset, it is not kept; bits 3 and 0 are reserved. */
const RESET_CONTROL_KEPT = 0xf2;

/** Saved state beside the configuration space. */
export interface IsaBridgeState {
  readonly pirqs: readonly boolean[];
  readonly resetControl: number;
}

/** What the bridge drives. */
export interface IsaBridgeWires {
  /** Input `irq` of the 8259 pair. */
  setIrq(irq: number, level: boolean): void;
  onReset(): void;
}

/** The PIRQ router and the reset control register. */
export class IsaBridge implements Device<IsaBridgeState> {
  readonly name = 'isa-bridge';
  readonly pci: PciFunction;
  readonly #wires: IsaBridgeWires;
  readonly #pirqs = Array<boolean>(PIRQS).fill(false);
  /** Bit n: IRQ n is driven high by a PIRQ. */
  #driven = 0;
  #resetControl = 0;

  constructor(wires: IsaBridgeWires) {
    this.#wires = wires;
    const bytes = (at: number, ...values: number[]) => ({ at, values, writable: values.map(() => 0xff) });
    this.pci = new PciFunction(
      this.name,
      {
        vendor: 0x8086,
        device: 0x7000,
        revision: 0,
        classCode: 0x06_0100,
        subsystemVendor: 0x1af4,
        subsystem: 0x1100,
        interruptPin: 0,
        multifunction: true,
      },
      [],
      [
        { at: 0x06, values: [0x00, 0x02] }, // status: medium DEVSEL# timing
        bytes(0x4c, 0x4d, 0x00, 0x03, 0x00),
        bytes(PIRQ_ROUTE, NOT_ROUTED, NOT_ROUTED, NOT_ROUTED, NOT_ROUTED),
        bytes(0x69, 0x02),
        bytes(0x70, 0x80),
        bytes(0x76, 0x0c, 0x0c, 0x02),
        bytes(0xa0, 0x08),
        bytes(0xa8, 0x0f),
      ],
    );
    this.pci.hooks = {
      afterWrite: (offset, size) => {
        if (offset < PIRQ_ROUTE + PIRQS && offset + size > PIRQ_ROUTE) this.#drive();
      },
    };
  }

  /** For the bus: port CF9h. */
  readonly resetControl = {
    read: (): number => this.#resetControl,
    write: (value: number): void => {
      this.#resetControl = value & RESET_CONTROL_KEPT;
      if ((value & RESET_CPU) !== 0) this.#wires.onReset();
    },
  };

  /** For the bus: the level of PIRQA# (0) to PIRQD# (3). */
  setPirq(pirq: number, level: boolean): void {
    this.#pirqs[pirq] = level;
    this.#drive();
  }

  /** The bus resets the configuration space. */
  reset(): void {
    this.#resetControl = 0;
    this.#drive();
  }

  save(): IsaBridgeState {
    return { pirqs: [...this.#pirqs], resetControl: this.#resetControl };
  }

  /** After the bus. */
  restore(state: IsaBridgeState): void {
    state.pirqs.forEach((level, n) => (this.#pirqs[n] = level));
    this.#resetControl = state.resetControl;
    this.#driven = this.#wanted();
  }

  #wanted(): number {
    let wanted = 0;
    this.#pirqs.forEach((level, n) => {
      const route = this.pci.peek(PIRQ_ROUTE + n, 1);
      if (level && (route & NOT_ROUTED) === 0) wanted |= 1 << (route & 15);
    });
    return wanted & ROUTABLE;
  }

  #drive(): void {
    const wanted = this.#wanted();
    const changed = wanted ^ this.#driven;
    this.#driven = wanted;
    for (let irq = 0; irq < 16; irq++) {
      if ((changed & (1 << irq)) !== 0) this.#wires.setIrq(irq, (wanted & (1 << irq)) !== 0);
    }
  }
}
