/*
 * Owns all other ends of a machine's devices on Node: opens what `Ends` names, and connects it with whoever runs the machine.
 */

import type { Ends } from '../../core/outside/ends.ts';
import { type OpenAll, type OpenEnds, type Report } from '../../core/outside/open-ends.ts';
import { type FileDisk, openFileDisk } from './file-disk.ts';
import { type FarEnd, openNetwork } from './network.ts';
import { openSerialLine, type SerialLine } from './serial-line.ts';
import { openShare, type Share } from './share.ts';

/** @param folder of this program, where helpers and optional packages are looked for */
export const openEndsOnNode =
  (folder: string): OpenAll =>
  async (ends, report) => {
    const disks: FileDisk[] = [];
    const shares: Share[] = [];
    const networks: (FarEnd | undefined)[] = [];
    const lines: SerialLine[] = [];
    const close = async () => {
      for (const open of [...disks, ...networks, ...lines]) open?.close();
      for (const share of shares) await share.close();
    };
    try {
      for (const disk of ends.disks) disks.push(await openFileDisk(disk, report));
      for (const share of ends.shares) shares.push(await openShare(share));
    } catch (error) {
      await close();
      throw error;
    }
    return openEnds(ends, folder, report, { disks, shares, networks, lines, close });
  };

interface Opened {
  readonly disks: readonly FileDisk[];
  readonly shares: readonly Share[];
  /** Those that are inside of the machine are undefined. */
  readonly networks: (FarEnd | undefined)[];
  readonly lines: SerialLine[];
  close(): Promise<void>;
}

function openEnds(
  ends: Ends,
  folder: string,
  report: Report,
  { disks, shares, networks, lines, close }: Opened,
): OpenEnds {
  return {
    sectors: disks.map(({ sectors }) => sectors),
    connect(events, clock) {
      for (const [n, end] of ends.networks.entries()) {
        const frame = (bytes: Uint8Array) => {
          events.frame(n, bytes);
        };
        networks.push(
          end.kind === 'loopback' ? undefined : openNetwork(end, `eth${n}`, folder, clock, { frame, report }),
        );
      }
      for (const [n, end] of ends.lines.entries()) {
        const receive = (bytes: Uint8Array) => {
          events.line(n, bytes);
        };
        lines.push(openSerialLine(end, { receive, report }));
      }
    },
    block: (disk, operation) => disks[disk]?.perform(operation) ?? { ok: false },
    frame(network, bytes) {
      networks[network]?.send(bytes);
    },
    share: (share, message, room) => shares[share]?.ask(message, room) ?? Promise.resolve(new Uint8Array(0)),
    line(line, bytes) {
      lines[line]?.send(bytes);
    },
    close,
  };
}
