/*
 * Owns PCI bus 0: which function sits in which slot, configuration mechanism #1 at CF8h and CFCh, where I/O and memory
 * BARs answer at present, and how the four interrupt pins of each slot are wired to the board's PIRQ lines. Source: PCI
 * Local Bus Specification 3.0, 3.2.2.3.2 (mechanism #1) and 2.2.6 (interrupts); the swizzle as QEMU's hw/i386/pc_piix.c.
 * A fixed ISA device or RAM at the same address wins over a BAR, the lower slot over the higher.
 */

import type { AccessSize, Device } from '../device.ts';
import type { IoBus, SecondaryPorts } from '../io-bus.ts';
import type { BarHandler, PciFunction, PciFunctionState } from './pci-function.ts';

const CONFIG_ADDRESS = 0xcf8;
const RESET_CONTROL = 0xcf9;
const CONFIG_DATA = 0xcfc;
const ENABLE = 0x8000_0000;
/** Bits 30-24 are reserved, bits 1-0 are 0. */
const ADDRESS_WRITABLE = 0x80ff_fffc;

/** Saved state of the bus and of the configuration spaces on it, in the order of their slots. */
export interface PciBusState {
  readonly address: number;
  readonly functions: readonly PciFunctionState[];
}

/** What the bus drives on its board. */
export interface PciWires {
  /** PIRQA# to PIRQD# (0-3), level. */
  setPirq(pirq: number, level: boolean): void;
  /** Port CF9h, which lies inside the mechanism's address register. */
  readonly resetControl: { read(): number; write(value: number): void };
}

interface Occupant {
  readonly slot: number;
  /** Device and function number: the place on the bus. */
  readonly devfn: number;
  readonly pci: PciFunction;
}

interface Range {
  readonly base: number;
  readonly end: number;
  readonly handler: BarHandler;
}

const ones = (size: AccessSize): number => (size === 4 ? 0xffff_ffff : (1 << (size * 8)) - 1);

/** Bus 0 with its functions. */
export class PciBus implements Device<PciBusState>, SecondaryPorts {
  readonly name = 'pci';
  readonly #wires: PciWires;
  readonly #occupants: Occupant[] = [];
  readonly #byDevfn = new Map<number, PciFunction>();
  readonly #pirqs = [false, false, false, false];
  #io: readonly Range[] = [];
  #memory: readonly Range[] = [];
  #address = 0;

  constructor(bus: IoBus, wires: PciWires) {
    this.#wires = wires;
    bus.secondary = this;
    bus.register({
      name: 'pci address',
      first: CONFIG_ADDRESS,
      count: 4,
      sizes: [1, 2, 4],
      handler: {
        read: (port, size) =>
          port === CONFIG_ADDRESS && size === 4
            ? this.#address
            : port === RESET_CONTROL && size === 1
              ? wires.resetControl.read()
              : ones(size),
        write: (port, value, size) => {
          if (port === CONFIG_ADDRESS && size === 4) this.#address = (value & ADDRESS_WRITABLE) >>> 0;
          else if (port === RESET_CONTROL && size === 1) wires.resetControl.write(value);
        },
      },
    });
    bus.register({
      name: 'pci data',
      first: CONFIG_DATA,
      count: 4,
      sizes: [1, 2, 4],
      handler: {
        read: (port, size) => {
          const target = this.#target();
          return target ? target.read((this.#address & 0xfc) | (port & 3), size) : ones(size);
        },
        write: (port, value, size) => {
          this.#target()?.write((this.#address & 0xfc) | (port & 3), value, size);
        },
      },
    });
  }

  /** Puts a function into slot 0-31. Throws when the place is taken. */
  attach(slot: number, functionNumber: number, pci: PciFunction): void {
    const devfn = slot * 8 + functionNumber;
    if (slot < 0 || slot > 31 || functionNumber < 0 || functionNumber > 7 || this.#byDevfn.has(devfn)) {
      throw new Error(`PCI place ${slot}.${functionNumber} of ${pci.name} is taken or does not exist.`);
    }
    this.#byDevfn.set(devfn, pci);
    this.#occupants.push({ slot, devfn, pci });
    this.#occupants.sort((a, b) => a.devfn - b.devfn);
    pci.onMappingChange = () => {
      this.#remap();
    };
    pci.onInterruptChange = () => {
      this.#updatePirqs();
    };
  }

  reset(): void {
    this.#address = 0;
    for (const { pci } of this.#occupants) pci.reset();
  }

  save(): PciBusState {
    return { address: this.#address, functions: this.#occupants.map(({ pci }) => pci.save()) };
  }

  restore(state: PciBusState): void {
    this.#address = state.address;
    this.#occupants.forEach(({ pci }, n) => {
      pci.restore(state.functions[n]!);
    });
    this.#remap();
    this.#updatePirqs();
  }

  read(port: number, size: AccessSize): number | undefined {
    const range = find(this.#io, port, size);
    return range?.handler.read(port - range.base, size);
  }

  write(port: number, value: number, size: AccessSize): boolean {
    const range = find(this.#io, port, size);
    range?.handler.write(port - range.base, value, size);
    return range !== undefined;
  }

  /** Memory BARs: `undefined` when none answers. The address is physical and unsigned. */
  readMemory(address: number, size: AccessSize): number | undefined {
    const range = find(this.#memory, address, size);
    return range?.handler.read(address - range.base, size);
  }

  /** Returns whether a memory BAR took the write. */
  writeMemory(address: number, value: number, size: AccessSize): boolean {
    const range = find(this.#memory, address, size);
    range?.handler.write(address - range.base, value, size);
    return range !== undefined;
  }

  #target(): PciFunction | undefined {
    const bus = (this.#address >>> 16) & 0xff;
    return (this.#address & ENABLE) !== 0 && bus === 0
      ? this.#byDevfn.get((this.#address >>> 8) & 0xff)
      : undefined;
  }

  #remap(): void {
    const ranges = (space: 'io' | 'memory'): Range[] =>
      this.#occupants.flatMap(({ pci }) =>
        pci.mappings(space).map(({ base, spec }) => ({ base, end: base + spec.size, handler: spec.handler })),
      );
    this.#io = ranges('io');
    this.#memory = ranges('memory');
  }

  /** INTA# to INTD# of slot n go to PIRQ (n - 1 + pin) mod 4, where several pins are one wire. */
  #updatePirqs(): void {
    const levels = [false, false, false, false];
    for (const { slot, pci } of this.#occupants) {
      if (pci.intx) levels[(slot + pci.interruptPin + 2) & 3] = true;
    }
    levels.forEach((level, pirq) => {
      if (level === this.#pirqs[pirq]) return;
      this.#pirqs[pirq] = level;
      this.#wires.setPirq(pirq, level);
    });
  }
}

function find(ranges: readonly Range[], address: number, size: number): Range | undefined {
  for (const range of ranges) {
    if (address >= range.base && address + size <= range.end) return range;
  }
  return undefined;
}
