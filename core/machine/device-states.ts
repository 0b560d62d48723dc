/** The states of devices for a person to look at: what `save` gives, without what is too long to look at. */
import type { Device } from '../devices/device.ts';
import type { DeviceState, PlainValue } from '../protocol/debug-protocol.ts';

/** Bytes of a buffer that are shown, entries of a list, and lists inside of each other. */
const MAX_BYTES = 64;
const MAX_ENTRIES = 64;
const MAX_DEPTH = 6;

export const deviceStates = (devices: readonly Device[]): DeviceState[] =>
  devices.map((device) => ({ name: device.name, state: shortened(device.save(), MAX_DEPTH) }));

function shortened(value: unknown, depth: number): PlainValue {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { bytes: bytes.length, first: Array.from(bytes.subarray(0, MAX_BYTES)) };
  }
  if (typeof value !== 'object' || value === null || depth === 0) return null;
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((entry) => shortened(entry, depth - 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ENTRIES)
      .map(([name, entry]) => [name, shortened(entry, depth - 1)]),
  );
}
