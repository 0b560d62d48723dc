/**
 * The devices of a machine for what they are connected to: the nth disk for the nth file, and so on. Serial lines are the ports
 * of one console.
 */
import type { DeviceSpecs } from '../protocol/device-protocol.ts';
import { type Ends, MACHINE_MAC } from './ends.ts';

/** Devices that are connected to nothing outside. */
export type InnerDevices = Pick<DeviceSpecs, 'rng' | 'watchdog'>;

/**
 * @param seed of an entropy device; none when undefined
 * @param guests whether the machine is to run guests: only an NMI ends one that keeps interrupts off
 */
export const innerDevices = (seed: number | undefined, guests: boolean): InnerDevices => ({
  ...(seed !== undefined && { rng: { seed } }),
  ...(guests && { watchdog: { action: 'nmi' } }),
});

/** @param sectors of each disk */
export function deviceSpecs(ends: Ends, sectors: readonly number[], more: InnerDevices): DeviceSpecs {
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
