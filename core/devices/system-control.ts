/*
 * Owns what is left of the PC's glue: the keyboard controller's command side (0x60/0x64), port 0x92 (fast A20
 * and fast reset) and the FPU error latch (0xf0/0xf1). Source: Intel 8042 as in the IBM PS/2
 * Technical Reference; behaviour as QEMU's hw/input/pckbd.c and hw/isa/port92.c. No keyboard hangs on it yet: an
 * attached keyboard's acknowledgement is imitated, so that kernels which initialise one do not wait for ever. There is no second
 * port: its clock cannot be switched on. What is sent back as from its mouse is answered so that nobody waits for half a second.
 */

import type { Device, IrqLine } from './device.ts';
import type { IoBus } from './io-bus.ts';
import { ByteQueue } from './byte-queue.ts';

const STATUS_OUTPUT_FULL = 0x01;
const STATUS_SYSTEM = 0x04;
const STATUS_COMMAND = 0x08;
const STATUS_UNLOCKED = 0x10;
const STATUS_FROM_MOUSE = 0x20;

const MODE_KEYBOARD_INTERRUPT = 0x01;
const MODE_MOUSE_OFF = 0x20;

const OUTPORT_NOT_RESET = 0x01;
const OUTPORT_A20 = 0x02;

const ACKNOWLEDGE = 0xfa;
const SELF_TEST_PASSED = 0xaa;
const PORT_GOOD = 0x00;
const PORT_CLOCK_STUCK_LOW = 0x01;

/** Saved state of the glue. */
export interface SystemControlState {
  readonly mode: number;
  /** The command that waits for its data byte on port 0x60; 0 when none. */
  readonly pendingCommand: number;
  /** The self-test has passed; status bit 2. */
  readonly selfTested: boolean;
  readonly a20: boolean;
  readonly output: Uint8Array;
  /** The byte that was written to the output buffer as if from the mouse; -1 when none. */
  readonly fromMouse: number;
}

/** What the glue drives. */
export interface SystemControlWires {
  /** A pulse on the CPU's reset line. */
  onReset(): void;
  onA20(enabled: boolean): void;
  /** Port 0xf0: the guest has seen the FPU's error, IRQ 13 falls. */
  onFpuErrorCleared(): void;
}

/** Keyboard controller commands, port 0x92, FPU error latch. */
export class SystemControl implements Device<SystemControlState> {
  readonly name = 'system-control';
  readonly #irq: IrqLine;
  readonly #wires: SystemControlWires;
  readonly #output = new ByteQueue();
  #fromMouse = -1;
  #mode = 3;
  #pendingCommand = 0;
  #selfTested = false;
  #a20 = true;

  constructor(bus: IoBus, irq1: IrqLine, wires: SystemControlWires) {
    this.#irq = irq1;
    this.#wires = wires;
    const register = (
      name: string,
      first: number,
      count: number,
      read: (port: number) => number,
      write: (port: number, value: number) => void,
    ): void => {
      bus.register({ name, first, count, sizes: [1], handler: { read, write } });
    };
    register(
      'keyboard data',
      0x60,
      1,
      () => this.#readData(),
      (_port, value) => {
        this.#writeData(value);
      },
    );
    register(
      'keyboard command',
      0x64,
      1,
      () => this.#status(),
      (_port, value) => {
        this.#command(value);
      },
    );
    register(
      'port 92',
      0x92,
      1,
      () => (this.#a20 ? OUTPORT_A20 : 0),
      (_port, value) => {
        this.#setA20((value & 2) !== 0);
        if ((value & 1) !== 0) {
          this.#wires.onReset();
        }
      },
    );
    register(
      'fpu error',
      0xf0,
      2,
      () => 0xff,
      (port) => {
        if (port === 0xf0) {
          this.#wires.onFpuErrorCleared();
        }
      },
    );
  }

  /** The state in which the firmware hands over: A20 on. */
  reset(): void {
    this.#mode = 3;
    this.#pendingCommand = 0;
    this.#selfTested = false;
    this.#output.clear();
    this.#fromMouse = -1;
    this.#irq.set(false);
    this.#setA20(true);
  }

  save(): SystemControlState {
    return {
      mode: this.#mode,
      pendingCommand: this.#pendingCommand,
      selfTested: this.#selfTested,
      a20: this.#a20,
      output: this.#output.toBytes(),
      fromMouse: this.#fromMouse,
    };
  }

  restore(state: SystemControlState): void {
    this.#mode = state.mode;
    this.#pendingCommand = state.pendingCommand;
    this.#selfTested = state.selfTested;
    this.#a20 = state.a20;
    this.#output.clear();
    this.#output.push(state.output);
    this.#fromMouse = state.fromMouse;
  }

  #setA20(enabled: boolean): void {
    if (enabled !== this.#a20) {
      this.#a20 = enabled;
      this.#wires.onA20(enabled);
    }
  }

  #status(): number {
    return (
      STATUS_UNLOCKED |
      STATUS_COMMAND |
      (this.#selfTested ? STATUS_SYSTEM : 0) |
      (this.#fromMouse >= 0 ? STATUS_FROM_MOUSE : 0) |
      (this.#fromMouse >= 0 || this.#output.length > 0 ? STATUS_OUTPUT_FULL : 0)
    );
  }

  #respond(...bytes: number[]): void {
    for (const byte of bytes) {
      this.#output.pushByte(byte);
    }
    this.#updateIrq();
  }

  #updateIrq(): void {
    this.#irq.set(this.#output.length > 0 && (this.#mode & MODE_KEYBOARD_INTERRUPT) !== 0);
  }

  #readData(): number {
    if (this.#fromMouse >= 0) {
      const byte = this.#fromMouse;
      this.#fromMouse = -1;
      return byte;
    }
    if (this.#output.length === 0) {
      return 0;
    }
    const byte = this.#output.shift();
    this.#irq.set(false); // an edge for each byte
    this.#updateIrq();
    return byte;
  }

  #command(value: number): void {
    switch (value) {
      case 0x20: // read the mode byte
        this.#respond(this.#mode | MODE_MOUSE_OFF);
        break;
      case 0x60: // write the mode byte
      case 0xd1: // write the output port
      case 0xd2: // write to the output buffer as if from the keyboard
      case 0xd3: // the same for the mouse
      case 0xd4: // write to the mouse
        this.#pendingCommand = value;
        break;
      case 0xa7: // mouse off
      case 0xa8: // mouse on
        break;
      case 0xa9: // mouse port test
        this.#respond(PORT_CLOCK_STUCK_LOW);
        break;
      case 0xab: // keyboard port test
        this.#respond(PORT_GOOD);
        break;
      case 0xaa: // self-test
        this.#selfTested = true;
        this.#respond(0x55);
        break;
      case 0xad: // keyboard off
        this.#mode |= 0x10;
        break;
      case 0xae: // keyboard on
        this.#mode &= ~0x10;
        break;
      case 0xd0: // read the output port
        this.#respond(OUTPORT_NOT_RESET | (this.#a20 ? OUTPORT_A20 : 0));
        break;
      case 0xdd: // A20 off
      case 0xdf: // A20 on
        this.#setA20(value === 0xdf);
        break;
      default:
        // 0xf0-0xff pulse the output lines whose bit is 0; line 0 is reset
        if (value >= 0xf0 && (value & 1) === 0) {
          this.#wires.onReset();
        }
    }
  }

  #writeData(value: number): void {
    const command = this.#pendingCommand;
    this.#pendingCommand = 0;
    switch (command) {
      case 0x60:
        this.#mode = value;
        this.#updateIrq();
        break;
      case 0xd1:
        this.#setA20((value & OUTPORT_A20) !== 0);
        if ((value & OUTPORT_NOT_RESET) === 0) {
          this.#wires.onReset();
        }
        break;
      case 0xd2:
        this.#respond(value);
        break;
      case 0xd3:
        this.#fromMouse = value;
        break;
      case 0xd4:
        break; // there is no mouse
      default:
        this.#keyboard(value);
    }
  }

  /** The least that a keyboard says. */
  #keyboard(value: number): void {
    if (value === 0xff) {
      this.#respond(ACKNOWLEDGE, SELF_TEST_PASSED);
    } else if (value === 0xf2) {
      this.#respond(ACKNOWLEDGE, 0xab, 0x83);
    } else if (value === 0xee) {
      this.#respond(0xee);
    } else {
      this.#respond(ACKNOWLEDGE);
    }
  }
}
