/*
 * Owns the two cascaded interrupt controllers of the PC: master at 0x20 with ELCR 0x4d0, slave at 0xa0 with
 * ELCR 0x4d1, the slave's output on the master's input 2. Source: Intel 8259A datasheet (initialisation and
 * operation command words); 82371AB (PIIX) for ELCR; behaviour as QEMU's hw/intc/i8259.c, where a non-specific
 * EOI ends the highest priority in service also in special mask mode.
 */

import type { Device, IrqLine } from './device.ts';
import type { IoBus, PortHandler } from './io-bus.ts';

const CASCADE = 2;
const NOTHING = -1;
/** Inputs 0, 1, 2 of the master and 8, 13 of the slave are always edge triggered. */
const MASTER_ELCR_MASK = 0xf8;
const SLAVE_ELCR_MASK = 0xde;

/** The registers of one 8259A. */
interface ChipState {
  irr: number;
  imr: number;
  isr: number;
  /** Input levels, for edge detection. */
  lines: number;
  elcr: number;
  /** The input that has the highest priority. */
  firstPriority: number;
  vectorBase: number;
  readIsr: boolean;
  poll: boolean;
  specialMask: boolean;
  specialFullyNested: boolean;
  autoEoi: boolean;
  rotateOnAutoEoi: boolean;
  /** ICW1.LTIM: every input is level triggered. */
  levelMode: boolean;
  single: boolean;
  wantsIcw4: boolean;
  /** The ICW that the next write to the odd port is; 0 when it is OCW1. */
  nextIcw: number;
}

function powerOn(): ChipState {
  return {
    irr: 0,
    imr: 0,
    isr: 0,
    lines: 0,
    elcr: 0,
    firstPriority: 0,
    vectorBase: 0,
    readIsr: false,
    poll: false,
    specialMask: false,
    specialFullyNested: false,
    autoEoi: false,
    rotateOnAutoEoi: false,
    levelMode: false,
    single: false,
    wantsIcw4: false,
    nextIcw: 0,
  };
}

/** One 8259A. `changed` is called after every access that may have moved its output. */
class Chip implements PortHandler {
  s = powerOn();
  readonly #isMaster: boolean;
  readonly #changed: () => void;

  constructor(isMaster: boolean, changed: () => void) {
    this.#isMaster = isMaster;
    this.#changed = changed;
  }

  /** The input to serve now, or -1. It drives the output. */
  request(): number {
    const s = this.s;
    const pending = this.#priority(s.irr & ~s.imr);
    if (pending === 8) {
      return NOTHING;
    }
    let inService = s.isr;
    if (s.specialMask) {
      inService &= ~s.imr;
    }
    if (s.specialFullyNested && this.#isMaster) {
      inService &= ~(1 << CASCADE);
    }
    return pending < this.#priority(inService) ? (pending + s.firstPriority) & 7 : NOTHING;
  }

  setLine(input: number, level: boolean): void {
    const s = this.s;
    const bit = 1 << input;
    if (level) {
      if (this.#isLevel(bit) || (s.lines & bit) === 0) {
        s.irr |= bit;
      }
      s.lines |= bit;
    } else {
      if (this.#isLevel(bit)) {
        s.irr &= ~bit;
      }
      s.lines &= ~bit;
    }
    this.#changed();
  }

  /** INTA for `input`: into service, unless AEOI; a level request stays. */
  acknowledge(input: number): void {
    const s = this.s;
    const bit = 1 << input;
    if (!s.autoEoi) {
      s.isr |= bit;
    } else if (s.rotateOnAutoEoi) {
      s.firstPriority = (input + 1) & 7;
    }
    if (!this.#isLevel(bit)) {
      s.irr &= ~bit;
    }
    this.#changed();
  }

  read(port: number): number {
    const s = this.s;
    if (s.poll) {
      s.poll = false;
      const input = this.request();
      if (input === NOTHING) {
        return 0;
      }
      this.acknowledge(input);
      return 0x80 | input;
    }
    if ((port & 1) !== 0) {
      return s.imr;
    }
    return s.readIsr ? s.isr : s.irr;
  }

  write(port: number, value: number): void {
    if ((port & 1) !== 0) {
      this.#writeOdd(value);
    } else if ((value & 0x10) !== 0) {
      this.#icw1(value);
    } else if ((value & 0x08) !== 0) {
      this.#ocw3(value);
    } else {
      this.#ocw2(value >> 5, value & 7);
    }
    this.#changed();
  }

  /** 0 is the highest priority, 7 the lowest, 8 means that `mask` is empty. */
  #priority(mask: number): number {
    let priority = 0;
    while (priority < 8 && (mask & (1 << ((priority + this.s.firstPriority) & 7))) === 0) {
      priority++;
    }
    return priority;
  }

  #isLevel(bit: number): boolean {
    return this.s.levelMode || (this.s.elcr & bit) !== 0;
  }

  /** ICW1: 0001 LTIM 0 SNGL IC4. Clears all but ELCR and the requests of its level inputs. */
  #icw1(value: number): void {
    const { irr, elcr } = this.s;
    this.s = powerOn();
    this.s.elcr = elcr;
    this.s.irr = irr & elcr;
    this.s.wantsIcw4 = (value & 1) !== 0;
    this.s.single = (value & 2) !== 0;
    this.s.levelMode = (value & 8) !== 0;
    this.s.nextIcw = 2;
  }

  #writeOdd(value: number): void {
    const s = this.s;
    switch (s.nextIcw) {
      case 2: // ICW2: vector base
        s.vectorBase = value & 0xf8;
        s.nextIcw = s.single ? (s.wantsIcw4 ? 4 : 0) : 3;
        break;
      case 3: // ICW3: the PC's cascade is wired, its value changes nothing
        s.nextIcw = s.wantsIcw4 ? 4 : 0;
        break;
      case 4: // ICW4: 000 SFNM BUF M/S AEOI uPM
        s.specialFullyNested = (value & 0x10) !== 0;
        s.autoEoi = (value & 0x02) !== 0;
        s.nextIcw = 0;
        break;
      default: // OCW1
        s.imr = value;
    }
  }

  /** OCW2: R SL EOI 00 L2-L0. */
  #ocw2(command: number, input: number): void {
    const s = this.s;
    const rotate = (command & 4) !== 0;
    switch (command) {
      case 0:
      case 4: // rotate in AEOI mode, clear and set
        s.rotateOnAutoEoi = rotate;
        break;
      case 1:
      case 5: {
        // non-specific EOI
        const priority = this.#priority(s.isr);
        if (priority < 8) {
          const ended = (priority + s.firstPriority) & 7;
          s.isr &= ~(1 << ended);
          if (rotate) {
            s.firstPriority = (ended + 1) & 7;
          }
        }
        break;
      }
      case 3:
      case 7: // specific EOI
        s.isr &= ~(1 << input);
        if (rotate) {
          s.firstPriority = (input + 1) & 7;
        }
        break;
      case 6: // set priority
        s.firstPriority = (input + 1) & 7;
        break;
      default: // 2: no operation
    }
  }

  /** OCW3: 0 ESMM SMM 01 P RR RIS. */
  #ocw3(value: number): void {
    const s = this.s;
    if ((value & 0x04) !== 0) {
      s.poll = true;
    }
    if ((value & 0x02) !== 0) {
      s.readIsr = (value & 1) !== 0;
    }
    if ((value & 0x40) !== 0) {
      s.specialMask = (value & 0x20) !== 0;
    }
  }
}

/** Saved state of both controllers. */
export interface Pic8259State {
  readonly master: Readonly<ChipState>;
  readonly slave: Readonly<ChipState>;
}

/** The pair of controllers: 15 inputs and the CPU's INTR. */
export class Pic8259 implements Device<Pic8259State> {
  readonly name = 'pic';
  /** Called when INTR changes. */
  onIntrChange: ((level: boolean) => void) | null = null;

  readonly #master: Chip;
  readonly #slave: Chip;
  readonly #lines: IrqLine[] = [];
  #intr = false;

  constructor(bus: IoBus) {
    this.#master = new Chip(true, () => {
      this.#updateIntr();
    });
    this.#slave = new Chip(false, () => {
      this.#master.setLine(CASCADE, this.#slave.request() !== NOTHING);
    });
    bus.register({ name: 'pic master', first: 0x20, count: 2, sizes: [1], handler: this.#master });
    bus.register({ name: 'pic slave', first: 0xa0, count: 2, sizes: [1], handler: this.#slave });
    bus.register({
      name: 'pic elcr',
      first: 0x4d0,
      count: 2,
      sizes: [1],
      handler: {
        read: (port) => (port === 0x4d0 ? this.#master : this.#slave).s.elcr,
        write: (port, value) => {
          if (port === 0x4d0) {
            this.#master.s.elcr = value & MASTER_ELCR_MASK;
          } else {
            this.#slave.s.elcr = value & SLAVE_ELCR_MASK;
          }
        },
      },
    });
    for (let irq = 0; irq < 16; irq++) {
      this.#lines.push({
        set: (level) => {
          this.setIrq(irq, level);
        },
      });
    }
  }

  /** The wire of ISA interrupt `irq`, 0-15; 2 is the cascade and is taken. */
  line(irq: number): IrqLine {
    const line = this.#lines[irq];
    if (line === undefined || irq === CASCADE) {
      throw new RangeError(`There is no IRQ ${irq}: the PC has 0, 1 and 3 to 15.`);
    }
    return line;
  }

  /** Drives input `irq`, 0-15. */
  setIrq(irq: number, level: boolean): void {
    if (irq < 8) {
      this.#master.setLine(irq, level);
    } else {
      this.#slave.setLine(irq - 8, level);
    }
  }

  /** The level of INTR. */
  hasInterrupt(): boolean {
    return this.#intr;
  }

  /**
   * The CPU's interrupt acknowledge cycle: the vector, 0-255. When the request has gone meanwhile it is the
   * spurious one, input 7 of the controller concerned, which is then not in service.
   */
  acknowledge(): number {
    const input = this.#master.request();
    if (input === NOTHING) {
      return this.#master.s.vectorBase + 7;
    }
    if (input !== CASCADE) {
      this.#master.acknowledge(input);
      return this.#master.s.vectorBase + input;
    }
    const slaveInput = this.#slave.request();
    if (slaveInput === NOTHING) {
      this.#master.acknowledge(CASCADE);
      return this.#slave.s.vectorBase + 7;
    }
    // First the master, so that the cascade line falling does not withdraw the request that is being served.
    this.#master.acknowledge(CASCADE);
    this.#slave.acknowledge(slaveInput);
    return this.#slave.s.vectorBase + slaveInput;
  }

  reset(): void {
    this.#master.s = powerOn();
    this.#slave.s = powerOn();
    this.#updateIntr();
  }

  save(): Pic8259State {
    return { master: { ...this.#master.s }, slave: { ...this.#slave.s } };
  }

  restore(state: Pic8259State): void {
    this.#master.s = { ...state.master };
    this.#slave.s = { ...state.slave };
    this.#updateIntr();
  }

  #updateIntr(): void {
    const level = this.#master.request() !== NOTHING;
    if (level !== this.#intr) {
      this.#intr = level;
      this.onIntrChange?.(level);
    }
  }
}
