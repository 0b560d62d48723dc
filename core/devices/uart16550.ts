/*
 * Owns one 16550A serial port: COM1 at 0x3f8 on IRQ 4, COM2 at 0x2f8 on IRQ 3. Source: National Semiconductor
 * PC16550D datasheet; behaviour as QEMU's hw/char/serial.c. Transmission takes no time: the transmitter is empty
 * again at once. Input is queued without limit and moves into the receiver as the guest drains it, so nothing
 * the user types is lost to an overrun. As on the PC (and unlike QEMU) OUT2 of MCR gates the interrupt; as in QEMU it is set at reset.
 */

import { TICKS_PER_SECOND } from '../time/clock.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { Device, IrqLine } from './device.ts';
import type { IoBus } from './io-bus.ts';
import { ByteQueue } from './byte-queue.ts';

const IER_RECEIVED = 0x01;
const IER_THR_EMPTY = 0x02;
const IER_LINE_STATUS = 0x04;
const IER_MODEM_STATUS = 0x08;

const IIR_NONE = 0x01;
const IIR_MODEM_STATUS = 0x00;
const IIR_THR_EMPTY = 0x02;
const IIR_RECEIVED = 0x04;
const IIR_LINE_STATUS = 0x06;
const IIR_TIMEOUT = 0x0c;
const IIR_FIFO_ENABLED = 0xc0;

const FCR_ENABLE = 0x01;
const FCR_CLEAR_RECEIVER = 0x02;
const FCR_CLEAR_TRANSMITTER = 0x04;

const LCR_DLAB = 0x80;

const MCR_OUT2 = 0x08;
const MCR_LOOP = 0x10;

const LSR_DATA_READY = 0x01;
const LSR_OVERRUN = 0x02;
const LSR_BREAK = 0x10;
const LSR_TRANSMITTER = 0x60; // THR empty, transmitter empty
const LSR_ERRORS = 0x1e;

const MSR_CONNECTED = 0xb0; // DCD, DSR, CTS
const MSR_RING = 0x40;
const MSR_DELTAS = 0x0f;
const MSR_TRAILING_RING = 0x04;

const FIFO_SIZE = 16;
const TRIGGER_LEVELS = [1, 4, 8, 14];
const BASE_BAUD = 115200;

/** Saved state of one port. */
export interface UartState {
  readonly ier: number;
  readonly fcr: number;
  readonly lcr: number;
  readonly mcr: number;
  readonly lsr: number;
  readonly msr: number;
  readonly scr: number;
  readonly divisor: number;
  readonly thrPending: boolean;
  readonly timeoutPending: boolean;
  readonly fifo: Uint8Array;
  readonly queue: Uint8Array;
}

/** Where a port sits. */
export interface UartConfiguration {
  /** Unique, for example `com1`. */
  readonly name: string;
  /** 0x3f8 or 0x2f8. */
  readonly base: number;
}

/** One serial port. */
export class Uart16550 implements Device<UartState> {
  readonly name: string;
  readonly #clock: Clock;
  readonly #irq: IrqLine;
  readonly #onTransmit: (byte: number) => void;
  readonly #timer: Timer;
  /** What the guest can read: at most 16 bytes, 1 without FIFO. */
  readonly #fifo = new ByteQueue();
  /** What waits outside. */
  readonly #queue = new ByteQueue();
  #ier = 0;
  #fcr = 0;
  #lcr = 0;
  #mcr = MCR_OUT2;
  #lsr = LSR_TRANSMITTER;
  #msr = MSR_CONNECTED;
  #scr = 0;
  #divisor = 12;
  #thrPending = false;
  #timeoutPending = false;

  constructor(
    bus: IoBus,
    clock: Clock,
    irq: IrqLine,
    { name, base }: UartConfiguration,
    onTransmit: (byte: number) => void,
  ) {
    this.name = name;
    this.#clock = clock;
    this.#irq = irq;
    this.#onTransmit = onTransmit;
    this.#timer = clock.createTimer(`${name}.timeout`, () => {
      if (this.#fifo.length > 0) {
        this.#timeoutPending = true;
        this.#updateIrq();
      }
    });
    bus.register({
      name,
      first: base,
      count: 8,
      sizes: [1],
      handler: {
        read: (port) => this.#read(port - base),
        write: (port, value) => {
          this.#write(port - base, value);
        },
      },
    });
  }

  /** Queues bytes for the guest. Machine code calls it from the input log only. */
  receive(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#feed();
    this.#updateIrq();
  }

  reset(): void {
    this.#ier = 0;
    this.#fcr = 0;
    this.#lcr = 0;
    this.#mcr = MCR_OUT2;
    this.#lsr = LSR_TRANSMITTER;
    this.#msr = MSR_CONNECTED;
    this.#scr = 0;
    this.#divisor = 12;
    this.#thrPending = false;
    this.#timeoutPending = false;
    this.#fifo.clear();
    this.#timer.cancel();
    this.#irq.set(false);
    this.#feed();
  }

  save(): UartState {
    return {
      ier: this.#ier,
      fcr: this.#fcr,
      lcr: this.#lcr,
      mcr: this.#mcr,
      lsr: this.#lsr,
      msr: this.#msr,
      scr: this.#scr,
      divisor: this.#divisor,
      thrPending: this.#thrPending,
      timeoutPending: this.#timeoutPending,
      fifo: this.#fifo.toBytes(),
      queue: this.#queue.toBytes(),
    };
  }

  restore(state: UartState): void {
    this.#ier = state.ier;
    this.#fcr = state.fcr;
    this.#lcr = state.lcr;
    this.#mcr = state.mcr;
    this.#lsr = state.lsr;
    this.#msr = state.msr;
    this.#scr = state.scr;
    this.#divisor = state.divisor;
    this.#thrPending = state.thrPending;
    this.#timeoutPending = state.timeoutPending;
    this.#fifo.clear();
    this.#fifo.push(state.fifo);
    this.#queue.clear();
    this.#queue.push(state.queue);
  }

  get #hasFifo(): boolean {
    return (this.#fcr & FCR_ENABLE) !== 0;
  }

  get #isLooped(): boolean {
    return (this.#mcr & MCR_LOOP) !== 0;
  }

  #read(register: number): number {
    const dlab = (this.#lcr & LCR_DLAB) !== 0;
    switch (register) {
      case 0:
        return dlab ? this.#divisor & 0xff : this.#readReceiver();
      case 1:
        return dlab ? this.#divisor >> 8 : this.#ier;
      case 2: {
        const reason = this.#reason();
        if (reason === IIR_THR_EMPTY) {
          this.#thrPending = false;
          this.#updateIrq();
        }
        return reason | (this.#hasFifo ? IIR_FIFO_ENABLED : 0);
      }
      case 3:
        return this.#lcr;
      case 4:
        return this.#mcr;
      case 5: {
        const lsr = this.#lsr;
        this.#lsr &= ~(LSR_BREAK | LSR_OVERRUN);
        this.#updateIrq();
        return lsr;
      }
      case 6: {
        const msr = this.#msr;
        this.#msr &= ~MSR_DELTAS;
        this.#updateIrq();
        return msr;
      }
      default:
        return this.#scr;
    }
  }

  #write(register: number, value: number): void {
    const dlab = (this.#lcr & LCR_DLAB) !== 0;
    switch (register) {
      case 0:
        if (dlab) {
          this.#divisor = (this.#divisor & 0xff00) | value;
        } else {
          this.#transmit(value);
        }
        break;
      case 1:
        if (dlab) {
          this.#divisor = (this.#divisor & 0x00ff) | (value << 8);
        } else {
          this.#writeIer(value & 0x0f);
        }
        break;
      case 2:
        this.#writeFcr(value);
        break;
      case 3:
        this.#lcr = value;
        break;
      case 4:
        this.#writeMcr(value & 0x1f);
        break;
      case 7:
        this.#scr = value;
        break;
      default: // LSR and MSR are read only
    }
  }

  #readReceiver(): number {
    this.#timeoutPending = false;
    const byte = this.#fifo.length > 0 ? this.#fifo.shift() : 0;
    if (this.#fifo.length === 0) {
      this.#lsr &= ~(LSR_DATA_READY | LSR_BREAK);
      this.#timer.cancel();
    } else {
      this.#startTimeout();
    }
    this.#feed();
    this.#updateIrq();
    return byte;
  }

  /** A byte is on the line at once; the line to the CPU falls and rises, for an edge. */
  #transmit(byte: number): void {
    this.#thrPending = false;
    this.#updateIrq();
    if (this.#isLooped) {
      this.#accept(byte);
    } else {
      this.#onTransmit(byte);
    }
    this.#thrPending = true;
    this.#updateIrq();
  }

  #writeIer(value: number): void {
    // Switching the interrupt on raises it when THR is empty, also when IIR has been read before.
    if (((this.#ier ^ value) & IER_THR_EMPTY) !== 0) {
      this.#thrPending = (value & IER_THR_EMPTY) !== 0;
    }
    this.#ier = value;
    this.#updateIrq();
  }

  #writeFcr(value: number): void {
    if (((value ^ this.#fcr) & FCR_ENABLE) !== 0) {
      value |= FCR_CLEAR_RECEIVER | FCR_CLEAR_TRANSMITTER;
    }
    this.#fcr = value & 0xc9;
    if ((value & FCR_CLEAR_RECEIVER) !== 0) {
      this.#fifo.clear();
      this.#lsr &= ~(LSR_DATA_READY | LSR_BREAK);
      this.#timeoutPending = false;
      this.#timer.cancel();
    }
    if ((value & FCR_CLEAR_TRANSMITTER) !== 0) {
      this.#thrPending = true;
    }
    this.#feed();
    this.#updateIrq();
  }

  /** In loop-back the outputs drive the inputs: RTS to CTS, DTR to DSR, OUT1 to RI, OUT2 to DCD. */
  #writeMcr(value: number): void {
    this.#mcr = value;
    const lines = this.#isLooped
      ? ((value & 0x0c) << 4) | ((value & 0x02) << 3) | ((value & 0x01) << 5)
      : MSR_CONNECTED;
    const changed = (this.#msr ^ lines) & 0xf0;
    let deltas = changed >> 4;
    // The ring indicator reports its falling edge only.
    if ((changed & MSR_RING) !== 0 && (lines & MSR_RING) !== 0) {
      deltas &= ~MSR_TRAILING_RING;
    }
    this.#msr = lines | (this.#msr & MSR_DELTAS) | deltas;
    this.#feed();
    this.#updateIrq();
  }

  /** Moves waiting input into the receiver, as far as it has room. */
  #feed(): void {
    const room = this.#hasFifo ? FIFO_SIZE : 1;
    while (!this.#isLooped && this.#queue.length > 0 && this.#fifo.length < room) {
      this.#accept(this.#queue.shift());
    }
  }

  #accept(byte: number): void {
    if (this.#fifo.length >= (this.#hasFifo ? FIFO_SIZE : 1)) {
      this.#lsr |= LSR_OVERRUN;
      if (!this.#hasFifo) {
        this.#fifo.shift(); // the holding register is overwritten
        this.#fifo.pushByte(byte);
      }
    } else {
      this.#fifo.pushByte(byte);
    }
    this.#lsr |= LSR_DATA_READY;
    if (this.#hasFifo) {
      this.#startTimeout();
    }
  }

  /** Four characters of silence. */
  #startTimeout(): void {
    const bits = 2 + 5 + (this.#lcr & 3) + ((this.#lcr >> 2) & 1) + ((this.#lcr >> 3) & 1);
    const ticks = Math.ceil((4 * bits * (this.#divisor || 0x10000) * TICKS_PER_SECOND) / BASE_BAUD);
    this.#timer.start(this.#clock.now() + ticks);
  }

  /** IIR bits 3-0: the pending interrupt of the highest priority. */
  #reason(): number {
    const ier = this.#ier;
    if ((ier & IER_LINE_STATUS) !== 0 && (this.#lsr & LSR_ERRORS) !== 0) {
      return IIR_LINE_STATUS;
    }
    if ((ier & IER_RECEIVED) !== 0) {
      if (this.#timeoutPending) {
        return IIR_TIMEOUT;
      }
      const level = this.#hasFifo ? TRIGGER_LEVELS[this.#fcr >> 6]! : 1;
      if (this.#fifo.length >= level) {
        return IIR_RECEIVED;
      }
    }
    if ((ier & IER_THR_EMPTY) !== 0 && this.#thrPending) {
      return IIR_THR_EMPTY;
    }
    if ((ier & IER_MODEM_STATUS) !== 0 && (this.#msr & MSR_DELTAS) !== 0) {
      return IIR_MODEM_STATUS;
    }
    return IIR_NONE;
  }

  #updateIrq(): void {
    this.#irq.set(this.#reason() !== IIR_NONE && (this.#mcr & MCR_OUT2) !== 0);
  }
}
