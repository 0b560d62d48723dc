/**
 * The cocon wire on COM2, what comes from it: console messages of the guests (docs/abi.md). Which guest it is, the upper
 * half of its module number says. Bytes come from a guest, so a record that cannot be one costs a byte and the reader
 * finds the next.
 */
import { CO_MAX_MONITORS, CO_WIRE_MODULE_MASK, CO_WIRE_MONITOR_SHIFT, coModule } from '../../core/abi/abi.ts';
import { type ConsoleOperation, decodeConsole } from '../../core/abi/console.ts';
import { type CoMessage, decodeMessage, decodeRecords } from '../../core/abi/decode.ts';

/** Longest message: the guest's I/O area. */
const MAX_MESSAGE = 0x1_0000;

/** What the guest of a monitor draws. */
export interface WireMessage {
  readonly monitor: number;
  readonly operation: ConsoleOperation;
}

export interface ConsoleWire {
  /** Takes bytes from the wire and returns the operations that are complete. */
  receive(bytes: Uint8Array): WireMessage[];
}

const isConsoleMessage = ({ from, to, size }: CoMessage) =>
  to === coModule.CONSOLE &&
  (from & CO_WIRE_MODULE_MASK) === coModule.LINUX &&
  from >>> CO_WIRE_MONITOR_SHIFT < CO_MAX_MONITORS &&
  size <= MAX_MESSAGE;

export function createConsoleWire(): ConsoleWire {
  let rest: Uint8Array = new Uint8Array(0);

  /** Drops bytes until a plausible header, or too few bytes to tell, come first. */
  function resynchronise(bytes: Uint8Array): Uint8Array {
    for (let at = 0; at < bytes.length; at++) {
      const candidate = bytes.subarray(at);
      const header = decodeMessage(
        new DataView(candidate.buffer, candidate.byteOffset, candidate.byteLength),
      );
      if (!header || isConsoleMessage(header)) return candidate;
    }
    return bytes.subarray(bytes.length);
  }

  return {
    receive(bytes) {
      const all = new Uint8Array(rest.length + bytes.length);
      all.set(rest);
      all.set(bytes, rest.length);
      const messages: WireMessage[] = [];
      let pending = resynchronise(all);
      for (;;) {
        const before = pending.length;
        const { records, rest: left } = decodeRecords(pending);
        for (const { header, data } of records) {
          const operation = isConsoleMessage(header) ? decodeConsole(data) : undefined;
          if (operation) messages.push({ monitor: header.from >>> CO_WIRE_MONITOR_SHIFT, operation });
        }
        pending = resynchronise(left);
        if (pending.length === left.length || pending.length === before) break;
      }
      rest = pending.slice();
      return messages;
    },
  };
}
