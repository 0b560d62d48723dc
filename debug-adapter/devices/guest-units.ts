/**
 * What guests call the devices of the machine: `cobd0` of a guest is a disk, `eth0` a network, `cofs0` a folder. The words of their
 * command lines say so (docs/abi.md, "Several guests").
 */
import type { BootImage } from '../../core/protocol/machine-protocol.ts';

const DEVICES: Readonly<Record<string, string>> = { blk: 'disk', net: 'net', fs: 'share' };

/** By name of the device: `disk0` is `guest0: cobd0`; several share one that is only read. @param guests by monitor number */
export function guestUnits(guests: readonly Pick<BootImage, 'args'>[]): ReadonlyMap<string, string> {
  const units = new Map<string, string>();
  guests.forEach(({ args }, monitor) => {
    for (const [, unit = '', kind = '', number = ''] of args.matchAll(/(?<!\S)(\w+)=(blk|net|fs)(\d+)\b/g)) {
      const device = `${DEVICES[kind] ?? ''}${number}`;
      const others = units.get(device);
      units.set(device, `${others === undefined ? '' : `${others}, `}guest${String(monitor)}: ${unit}`);
    }
  });
  return units;
}
