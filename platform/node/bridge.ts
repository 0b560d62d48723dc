/*
 * Owns the `pcap-bridge` and `ndis-bridge` network backends: the guest's card on an Ethernet of the computer, beside the
 * computer's own. Frames are captured and injected, so the computer itself and the guest do not hear each other. As coLinux's
 * bridge did, the filter takes what is for the guest's address, and what is for groups unless the guest has sent it.
 * coLinux's ndis-bridge was a driver of its own; here both go through libpcap or Npcap.
 */

import { type BridgeEnd, MACHINE_MAC } from '../../core/outside/ends.ts';
import { EndError } from '../../core/outside/open-ends.ts';
import type { FarEnd, FarEndEvents } from './network.ts';
import { loadPcap, type PcapModule } from './pcap-module.ts';
import { say } from '../../core/sentences/say.ts';

/** Of the kernel's ring of captured packets. */
const RING_BYTES = 4 << 20;
/** Larger than any frame, also where the hardware joins several. */
const PACKET_BYTES = 0x1_0000;
const ETHERNET = 'ETHERNET';

const addressText = (mac: Uint8Array) =>
  Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');

/** In the language of pcap-filter(7). */
export function bridgeFilter(mac: Uint8Array): string {
  const own = addressText(mac);
  return `ether dst ${own} or (ether multicast and not ether src ${own})`;
}

function interfaceOf({ kind, name }: BridgeEnd, { Cap }: PcapModule): string {
  const all = Cap.deviceList();
  const found =
    name === ''
      ? Cap.findDevice()
      : all.find((device) => device.name === name || device.description === name)?.name;
  if (found !== undefined) return found;
  const list = all.map((device) =>
    device.description ? `${device.name} (${device.description})` : device.name,
  );
  throw new EndError(
    say`${kind} finds no interface ${name === '' ? say`that has an address` : `"${name}"`}: name one of ${list.join(', ') || say`those of this computer, and run with the rights to capture`}.`,
  );
}

/** @param folder of this program. @throws EndError */
export function openBridge(end: BridgeEnd, folder: string, events: FarEndEvents): FarEnd {
  const pcap = loadPcap(folder);
  const name = interfaceOf(end, pcap);
  if (!end.promiscuous)
    events.report(say`${end.kind} always captures promiscuously here: nopromisc has no effect.`);
  const device = new pcap.Cap();
  const buffer = Buffer.alloc(PACKET_BYTES);
  let link: string;
  try {
    link = device.open(name, bridgeFilter(end.mac ?? MACHINE_MAC), RING_BYTES, buffer);
  } catch (error) {
    throw new EndError(
      say`${end.kind} cannot open the interface ${name}, ${error instanceof Error ? error.message : String(error)}: run with the rights to capture, or use slirp.`,
    );
  }
  if (link !== ETHERNET) {
    device.close();
    throw new EndError(
      say`${end.kind} needs an Ethernet, but ${name} is of type ${link}: name another interface.`,
    );
  }
  let closed = false;
  device.on('packet', (bytes, truncated) => {
    if (!closed && !truncated) events.frame(Uint8Array.from(buffer.subarray(0, bytes)));
  });
  let failed = false;
  return {
    send(frame) {
      try {
        device.send(frame, frame.length);
      } catch (error) {
        // A frame is lost, as on any Ethernet; that it happens is told once.
        if (!failed)
          events.report(
            say`${name} does not take a frame, ${error instanceof Error ? error.message : String(error)}: frames are lost.`,
          );
        failed = true;
      }
    },
    close() {
      closed = true;
      device.close();
    },
  };
}
