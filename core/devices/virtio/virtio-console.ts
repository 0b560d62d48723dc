/*
 * Owns the virtio console: up to 32 named ports with a control queue, or one port for a driver without multiport. Bytes
 * of the guest leave at once; bytes for it wait until it has buffers. Source: Virtual I/O Device (VIRTIO) Version 1.2,
 * section 5.3.
 */

import { ByteQueue } from '../byte-queue.ts';
import type { VirtioHost, VirtioModel } from './virtio-device.ts';

const Feature = { Size: 0, Multiport: 1, EmergencyWrite: 2 } as const;

/** Control events (5.3.6.2). */
const Event = {
  DeviceReady: 0,
  PortAdd: 1,
  PortReady: 3,
  ConsolePort: 4,
  Resize: 5,
  PortOpen: 6,
  PortName: 7,
} as const;
const CONTROL_MESSAGE = 8;
const CONTROL_RECEIVE = 2;
const CONTROL_TRANSMIT = 3;
const QUEUE_SIZE = 128;
const CONFIGURATION_BYTES = 12;
const EMERGENCY_WRITE = 8;
const MAX_PORTS = 32;
/** Control messages that wait for buffers; a driver that answers none gets no more. */
const MAX_WAITING = 256;
/** Most bytes that go to the driver for one notification. */
const MAX_CHUNK = 0x1_0000;

/** One port. */
export interface ConsolePort {
  /** Shown by the guest, for example as /dev/virtio-ports/NAME; may be empty. */
  readonly name: string;
  /** A terminal (hvc0); otherwise a plain channel of bytes. */
  readonly terminal: boolean;
}

/** Saved state. */
export interface VirtioConsoleState {
  readonly columns: number;
  readonly rows: number;
  readonly control: readonly Uint8Array[];
  readonly ports: readonly { readonly input: Uint8Array; readonly guestOpen: boolean }[];
}

interface PortState {
  readonly input: ByteQueue;
  guestOpen: boolean;
}

/** A console. */
export class VirtioConsole implements VirtioModel<VirtioConsoleState> {
  readonly name = 'console';
  readonly type = 3;
  readonly classCode = 0x07_8000;
  readonly features = Object.values(Feature);
  readonly queueSizes: readonly number[];
  readonly #ports: readonly ConsolePort[];
  readonly #onOutput: (port: number, bytes: Uint8Array) => void;
  readonly #states: readonly PortState[];
  #host!: VirtioHost;
  /** Control messages on their way to the driver. */
  #control: Uint8Array[] = [];
  #columns = 80;
  #rows = 25;

  /** @param onOutput gets what the guest writes to a port, in whole buffers */
  constructor(ports: readonly ConsolePort[], onOutput: (port: number, bytes: Uint8Array) => void) {
    if (ports.length < 1 || ports.length > MAX_PORTS) {
      throw new RangeError(`A virtio console has 1 to ${MAX_PORTS} ports, not ${ports.length}.`);
    }
    this.#ports = ports;
    this.#onOutput = onOutput;
    this.#states = ports.map(() => ({ input: new ByteQueue(), guestOpen: false }));
    // Port 0, control, then the others: two queues each.
    this.queueSizes = Array<number>(2 * (ports.length + 1)).fill(QUEUE_SIZE);
  }

  configuration(): Uint8Array {
    const bytes = new Uint8Array(CONFIGURATION_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, this.#columns, true);
    view.setUint16(2, this.#rows, true);
    view.setUint32(4, this.#ports.length, true);
    return bytes;
  }

  /** The emergency write: one character before there are queues. */
  configure(offset: number, bytes: Uint8Array): void {
    if (offset === EMERGENCY_WRITE) this.#onOutput(0, bytes.slice(0, 1));
  }

  attach(host: VirtioHost): void {
    this.#host = host;
  }

  notify(queue: number): void {
    if (queue === CONTROL_RECEIVE) this.#sendControl();
    else if (queue === CONTROL_TRANSMIT) this.#takeControl();
    else {
      const port = queue < CONTROL_RECEIVE ? 0 : (queue >> 1) - 1;
      if ((queue & 1) === 0) this.#feed(port);
      else this.#transmit(port);
    }
  }

  /** Bytes for the guest. A port that does not exist gets none. */
  receive(port: number, bytes: Uint8Array): void {
    this.#states[port]?.input.push(bytes);
    this.#feed(port);
  }

  /** The size of the terminal at port 0. */
  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
    if (this.#host.has(Feature.Multiport)) this.#resizeMessage(0);
    else if (this.#host.has(Feature.Size)) this.#host.configurationChanged();
    this.#sendControl();
  }

  reset(): void {
    this.#control = [];
    for (const state of this.#states) state.guestOpen = false;
  }

  save(): VirtioConsoleState {
    return {
      columns: this.#columns,
      rows: this.#rows,
      control: [...this.#control],
      ports: this.#states.map(({ input, guestOpen }) => ({ input: input.toBytes(), guestOpen })),
    };
  }

  restore(state: VirtioConsoleState): void {
    this.#columns = state.columns;
    this.#rows = state.rows;
    this.#control = [...state.control];
    this.#states.forEach((port, n) => {
      const { input, guestOpen } = state.ports[n]!;
      port.input.clear();
      port.input.push(input);
      port.guestOpen = guestOpen;
    });
  }

  #receiveQueue(port: number): number {
    return port === 0 ? 0 : 2 * port + 2;
  }

  #transmit(port: number): void {
    this.#host.queues[this.#receiveQueue(port) + 1]!.drain((chain) => {
      this.#onOutput(port, this.#host.read(chain, 0, chain.readableLength));
      return 0;
    });
  }

  /** Gives waiting bytes to the driver as far as it has buffers. With multiport, only to a port that it has open. */
  #feed(port: number): void {
    const state = this.#states[port];
    if (!state || state.input.length === 0) return;
    if (this.#host.has(Feature.Multiport) && !state.guestOpen) return;
    const queue = this.#host.queues[this.#receiveQueue(port)]!;
    while (state.input.length > 0) {
      const chain = queue.pop();
      if (!chain) break;
      const bytes = new Uint8Array(Math.min(chain.writableLength, state.input.length, MAX_CHUNK));
      for (let n = 0; n < bytes.length; n++) bytes[n] = state.input.shift();
      queue.push(chain, this.#host.write(chain, 0, bytes));
    }
    queue.notifyDriver();
  }

  /** Control messages of the driver. */
  #takeControl(): void {
    this.#host.queues[CONTROL_TRANSMIT]!.drain((chain) => {
      const bytes = this.#host.read(chain, 0, CONTROL_MESSAGE);
      if (bytes.length === CONTROL_MESSAGE) {
        const view = new DataView(bytes.buffer);
        this.#controlEvent(view.getUint32(0, true), view.getUint16(4, true), view.getUint16(6, true));
      }
      return 0;
    });
    this.#sendControl();
  }

  #controlEvent(port: number, event: number, value: number): void {
    const known = this.#ports[port];
    switch (event) {
      case Event.DeviceReady:
        if (value !== 0)
          this.#ports.forEach((_port, n) => {
            this.#message(n, Event.PortAdd, 1);
          });
        break;
      case Event.PortReady:
        if (!known || value === 0) break;
        if (known.terminal) {
          this.#message(port, Event.ConsolePort, 1);
          this.#resizeMessage(port);
        }
        if (known.name !== '') this.#message(port, Event.PortName, 1, new TextEncoder().encode(known.name));
        // Our end is always open.
        this.#message(port, Event.PortOpen, 1);
        break;
      case Event.PortOpen:
        if (!known) break;
        this.#states[port]!.guestOpen = value !== 0;
        this.#feed(port);
        break;
      default:
        this.#host.complain(`control event ${event} for port ${port} is unknown`);
    }
  }

  #resizeMessage(port: number): void {
    const { columns, rows } = { columns: this.#columns, rows: this.#rows };
    this.#message(port, Event.Resize, 0, Uint8Array.of(columns, columns >> 8, rows, rows >> 8));
  }

  #message(port: number, event: number, value: number, more = new Uint8Array(0)): void {
    if (this.#control.length >= MAX_WAITING) return;
    const bytes = new Uint8Array(CONTROL_MESSAGE + more.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, port, true);
    view.setUint16(4, event, true);
    view.setUint16(6, value, true);
    bytes.set(more, CONTROL_MESSAGE);
    this.#control.push(bytes);
  }

  #sendControl(): void {
    const queue = this.#host.queues[CONTROL_RECEIVE]!;
    let sent = 0;
    for (const message of this.#control) {
      const chain = queue.pop();
      if (!chain) break;
      queue.push(chain, this.#host.write(chain, 0, message));
      sent++;
    }
    this.#control.splice(0, sent);
    if (sent > 0) queue.notifyDriver();
  }
}
