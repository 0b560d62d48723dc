/*
 * Owns what the PC's firmware does to PCI before a kernel runs: it gives the BARs their places, turns decoding on, routes
 * the interrupt lines and tells each function its own. Works through the configuration ports as the firmware does.
 * Source: SeaBIOS (src/fw/pciinit.c) as QEMU's pc runs it, read back from there: I/O from C000h upwards, memory
 * downwards from FEC00000h, larger BARs first; PIRQA and B on IRQ 10, C and D on IRQ 11.
 */

import type { AccessSize } from '../devices/device.ts';
import type { IoBus } from '../devices/io-bus.ts';
import { PIRQ_ROUTE } from '../devices/pci/isa-bridge.ts';
import { PCI_BARS, PciCommand, PciRegister } from '../devices/pci/pci-function.ts';

const IO_START = 0xc000;
const MEMORY_END = 0xfec0_0000;
const PIRQ_IRQS = [10, 10, 11, 11];
const HOST_BRIDGE = 0;
const ISA_BRIDGE = 8;
const MASS_STORAGE = 0x01;
/** Attribute maps and SMRAM of the host bridge with the BIOS in shadow RAM. */
const SHADOW: readonly (readonly [register: number, value: number])[] = [
  [0x59, 0x10],
  [0x5a, 0x11],
  [0x5b, 0x11],
  [0x5c, 0x11],
  [0x5d, 0x11],
  [0x5e, 0x11],
  [0x5f, 0x33],
  [0x72, 0x0a],
];

interface Bar {
  readonly devfn: number;
  readonly register: number;
  readonly size: number;
}

/** Configures every function on bus 0. The devices must come from reset. */
export function applyPciFirmwareState(bus: IoBus): void {
  const select = (devfn: number, register: number) => {
    bus.write(0xcf8, 0x8000_0000 | (devfn << 8) | (register & 0xfc), 4);
    return 0xcfc + (register & 3);
  };
  const read = (devfn: number, register: number, size: AccessSize) => bus.read(select(devfn, register), size);
  const write = (devfn: number, register: number, value: number, size: AccessSize) => {
    bus.write(select(devfn, register), value, size);
  };

  const functions: number[] = [];
  for (let slot = 0; slot < 32; slot++) {
    const first = slot * 8;
    const count = (read(first, PciRegister.HeaderType, 1) & 0x80) !== 0 ? 8 : 1;
    for (let devfn = first; devfn < first + count; devfn++) {
      if (read(devfn, PciRegister.Vendor, 2) !== 0xffff) functions.push(devfn);
    }
  }

  const io: Bar[] = [];
  const memory: Bar[] = [];
  for (const devfn of functions) {
    for (let n = 0; n < PCI_BARS; n++) {
      const register = PciRegister.Bar0 + n * 4;
      const old = read(devfn, register, 4);
      write(devfn, register, 0xffff_ffff, 4);
      const mask = read(devfn, register, 4);
      write(devfn, register, old, 4);
      if (mask === 0) continue;
      const isIo = (mask & 1) !== 0;
      const size = -(mask & (isIo ? ~0x3 : ~0xf)) >>> 0;
      (isIo ? io : memory).push({ devfn, register, size });
      if (!isIo && (mask & 0x6) === 0x4) n++; // 64 bits: the upper half stays 0
    }
  }
  place(io, () => IO_START);
  place(memory, (sum, largest) => MEMORY_END - Math.ceil(sum / largest) * largest);

  for (const [register, value] of SHADOW) write(HOST_BRIDGE, register, value, 1);
  PIRQ_IRQS.forEach((irq, pirq) => {
    write(ISA_BRIDGE, PIRQ_ROUTE + pirq, irq, 1);
  });
  for (const devfn of functions) {
    const pin = read(devfn, PciRegister.InterruptPin, 1);
    if (pin !== 0) write(devfn, PciRegister.InterruptLine, PIRQ_IRQS[((devfn >> 3) + pin + 2) & 3]!, 1);
    // The firmware's disk driver has looked for a boot sector.
    const master = read(devfn, PciRegister.Class + 2, 1) === MASS_STORAGE ? PciCommand.BusMaster : 0;
    const command = read(devfn, PciRegister.Command, 2);
    write(
      devfn,
      PciRegister.Command,
      command | PciCommand.Io | PciCommand.Memory | PciCommand.Serr | master,
      2,
    );
  }
  bus.write(0xcf8, 0, 4);

  /** Larger ones first, so that each is aligned by itself. */
  function place(bars: Bar[], start: (sum: number, largest: number) => number): void {
    bars.sort((a, b) => b.size - a.size);
    const sum = bars.reduce((total, { size }) => total + size, 0);
    let at = start(sum, bars[0]?.size ?? 1);
    for (const { devfn, register, size } of bars) {
      write(devfn, register, at, 4);
      at += size;
    }
  }
}
