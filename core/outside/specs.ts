/**
 * The devices of a machine for what they are connected to: the nth disk for the nth file, and so on. Serial lines are the ports
 * of one console.
 */
import type { DeviceSpecs } from '../protocol/device-protocol.ts';
import { type Ends, MACHINE_MAC } from './ends.ts';

/** @param sectors of each disk. @param more devices that are connected to nothing */
export function deviceSpecs(
  ends: Ends,
  sectors: readonly number[],
  more: Pick<DeviceSpecs, 'rng' | 'watchdog'> = {},
): DeviceSpecs {
  return {
    disks: ends.disks.map(({ access }, n) => ({
      kind: 'outside',
      serial: `disk${n}`,
      readOnly: access === 'read-only',
      sectors: sectors[n] ?? 0,
    })),
    networks: ends.networks.map((end) =>
      end.kind === 'loopback'
        ? { kind: 'loopback', mac: MACHINE_MAC }
        : { kind: 'outside', mac: end.mac ?? MACHINE_MAC },
    ),
    ...(ends.lines.length > 0 && {
      console: { ports: ends.lines.map((_line, n) => ({ name: `org.colinux.line${n}`, terminal: false })) },
    }),
    shares: ends.shares.map(({ tag }) => ({ tag })),
    ...more,
  };
}
