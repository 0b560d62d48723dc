/*
 * Owns the other ends of a machine's devices in a browser: disks are files that are read into memory, where what is written
 * stays; a network of its own reaches the web by `fetch`. Folders, serial devices and the computer's own networks are out of
 * reach.
 */

import { performOnOverlay } from '../../core/devices/virtio/block-backend.ts';
import { Overlay } from '../../core/images/overlay.ts';
import { createSlirp, type Slirp } from '../../core/net/slirp/slirp.ts';
import type { DiskEnd, Ends } from '../../core/outside/ends.ts';
import { EndError, type OpenAll } from '../../core/outside/open-ends.ts';
import { type BlockOperation, SECTOR } from '../../core/protocol/device-protocol.ts';
import { createFetchSockets, type FetchSettings } from './fetch-sockets.ts';
import { say } from '../../core/sentences/say.ts';

export interface BrowserSettings extends FetchSettings {
  /** The bytes of a file of the workspace. */
  readFile(path: string): Promise<Uint8Array>;
}

/** Larger images do not fit into the memory of a tab beside the machine. */
const DISK_MAX_MIB = 512;

function refuse({ networks, shares, lines }: Ends): void {
  const [share] = shares;
  if (share)
    throw new EndError(
      say`A browser gives no folders to guests, but "${share.folder}" is to be one: use the desktop, or put the files into a disk image.`,
    );
  const [line] = lines;
  if (line)
    throw new EndError(
      say`A browser has no serial devices, but a line is to be "${line.device}": use the desktop, or leave the line out.`,
    );
  const network = networks.find(({ kind }) => kind !== 'slirp' && kind !== 'loopback');
  if (network)
    throw new EndError(
      say`A browser reaches networks by slirp only, but a card is to have ${network.kind}: use slirp, or the desktop.`,
    );
}

async function openDisk({ path }: DiskEnd, { readFile }: BrowserSettings) {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new EndError(
      say`The disk "${path}" cannot be read, ${error instanceof Error ? error.message : String(error)}: give the path of a file.`,
    );
  });
  if (bytes.length === 0 || bytes.length % SECTOR !== 0 || bytes.length > DISK_MAX_MIB * 2 ** 20) {
    throw new EndError(
      say`A disk must be a file of whole sectors of ${SECTOR} bytes and at most ${DISK_MAX_MIB} MiB, but "${path}" has ${bytes.length} bytes: pad it or make it smaller.`,
    );
  }
  const overlay = new Overlay((start, length) => bytes.slice(start, start + length));
  return {
    sectors: bytes.length / SECTOR,
    perform: (operation: BlockOperation) => performOnOverlay(overlay, operation),
  };
}

export const openEndsInBrowser =
  (settings: BrowserSettings): OpenAll =>
  async (ends, report) => {
    refuse(ends);
    const disks = await Promise.all(ends.disks.map((disk) => openDisk(disk, settings)));
    if (ends.disks.some(({ access }) => access === 'read-write'))
      report(
        say`In a browser a disk is a copy in memory: what the guest writes is gone at the end of the session.`,
      );
    const networks: (Slirp | undefined)[] = [];
    return {
      sectors: disks.map(({ sectors }) => sectors),
      connect(events, clock) {
        for (const [n, end] of ends.networks.entries()) {
          if (end.kind !== 'slirp') {
            networks.push(undefined);
            continue;
          }
          const { redirections, hostLoopback, restrict } = end;
          networks.push(
            createSlirp({
              sockets: createFetchSockets(settings),
              clock,
              options: { redirections, hostLoopback, restrict },
              transmit(frame) {
                events.frame(n, frame);
              },
              problem: report,
            }),
          );
        }
      },
      block: (disk, operation) => disks[disk]?.perform(operation) ?? { ok: false },
      frame(network, bytes) {
        networks[network]?.receive(bytes);
      },
      share: () => Promise.resolve(new Uint8Array(0)),
      line: () => undefined,
      close() {
        for (const network of networks) network?.close();
        return Promise.resolve();
      },
    };
  };
