/**
 * What a network unit of a guest is connected to, from the words of its configuration. A unit without an address gets one that
 * stays the same from boot to boot, and differs from that of every other guest of this and of other files.
 */
import type { NetworkEnd } from '../../outside/ends.ts';
import { macBytes, parseNetworkEnd } from '../../outside/net-option.ts';
import type { Unit } from '../config/config.ts';
import type { NetworkUnit } from '../config/network.ts';
import type { Parsed } from '../config/values.ts';

/** The first bytes of the addresses that coLinux gives. */
const PREFIX = [0x00, 0xff];
/** The interface that `tap` takes when none is named. */
const TAP_DEFAULT = 'colinux0';

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (let n = 0; n < text.length; n++) value = Math.imul(value ^ text.charCodeAt(n), 0x0100_0193);
  return value >>> 0;
}

function generatedMac({ unit, at }: Unit<NetworkUnit>, monitor: number): Uint8Array {
  const bytes = new Uint8Array(6);
  bytes.set(PREFIX);
  new DataView(bytes.buffer).setUint32(2, hash(`${at.file}\n${monitor}\n${unit}`));
  return bytes;
}

export function networkEnd(
  unit: Unit<NetworkUnit>,
  monitor: number,
  capture: string | undefined,
): Parsed<NetworkEnd> {
  const { kind, name, mac, promiscuous, redirections } = unit.value;
  const common = { mac: mac === undefined ? generatedMac(unit, monitor) : macBytes(mac), capture };
  switch (kind) {
    case 'slirp':
      return { value: { kind, redirections, hostLoopback: false, restrict: false, ...common } };
    case 'tap':
      return { value: { kind, name: name || TAP_DEFAULT, ...common } };
    case 'pcap-bridge':
    case 'ndis-bridge':
      return { value: { kind, name, promiscuous, ...common } };
    case 'socket': {
      const parsed = parseNetworkEnd(`socket,${name}`);
      return 'value' in parsed && parsed.value.kind === 'socket'
        ? { value: { ...parsed.value, ...common } }
        : parsed;
    }
  }
}
