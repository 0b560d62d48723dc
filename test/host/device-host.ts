/*
 * Owns how the host kernel is run with devices, on our machine and on QEMU: disks, a network whose wire brings back every frame, a
 * folder, serial lines whose other ends answer in capitals. Disks of our machine answer late and out of order.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BlockBackend,
  type BlockOperation,
  MemoryDisk,
  SECTOR,
} from '../../core/devices/virtio/block-backend.ts';
import { createNinepServer } from '../../core/ninep/server.ts';
import { openFolderTree } from '../../platform/node/folder-tree.ts';
import { freePort } from '../../platform/testing/ports.ts';
import { runQemu } from '../oracle/kernels-run-qemu.ts';
import { createHost, type HostMachine } from './host-machine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MAC = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
const SLICE_MS = 0.05;
const LONGEST_MS = 60_000;

export interface Disk {
  readonly bytes: Uint8Array;
  readonly readOnly?: boolean;
}

export interface Setup {
  /** A path from the root of the repository or an absolute one, then words. */
  readonly modules: readonly string[];
  readonly words?: string;
  readonly memoryMib?: number;
  readonly disks?: readonly Disk[];
  /** Shared as fs0. */
  readonly folder?: string;
  readonly network?: boolean;
  /** Sees what a disk has done, when it has done it. */
  readonly onDisk?: (operation: BlockOperation) => void;
  /** How many serial lines. */
  readonly serial?: number;
}

export interface Outcome {
  readonly status: number;
  readonly com1: string;
  /** What is on the disks at the end. */
  readonly disks: readonly Uint8Array[];
  /** What the other end of each serial line has got. */
  readonly serial: readonly string[];
}

/** What comes back: letters as capitals. */
function capitals(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte));
}

function contents(disk: BlockBackend): Uint8Array {
  const outcome = disk.submit(0, { kind: 'read', sector: 0, count: disk.sectors });
  if (!outcome?.ok || !outcome.data) throw new Error('The disk cannot be read.');
  return outcome.data;
}

interface Late {
  readonly due: number;
  readonly give: () => void;
}

export interface OurHost {
  readonly host: HostMachine;
  /** Runs until this is false, which is looked at now and then, or to the end. */
  runWhile(goesOn: (host: HostMachine) => boolean): Promise<number | undefined>;
  finish(): Promise<Outcome>;
}

/** @param latency how long a disk takes for the n-th request, in virtual ms; Infinity: it never answers */
export async function createOurs(
  setup: Setup,
  latency: (n: number) => number = (n) => (n % 3) * 0.4,
): Promise<OurHost> {
  const disks = (setup.disks ?? []).map(({ bytes, readOnly }) => new MemoryDisk(bytes, readOnly ?? false));
  const tree =
    setup.folder === undefined ? undefined : await openFolderTree(setup.folder, { readOnly: false });
  const server = tree && createNinepServer(tree);
  const lines: (readonly [port: number, bytes: Uint8Array])[] = [];
  const serial = Array.from({ length: setup.serial ?? 0 }, (): number[] => []);
  let late: Late[] = [];
  let requests = 0;
  const messages: (readonly [id: number, message: Uint8Array, room: number])[] = [];
  const host = createHost(setup.modules, setup.words ?? '', setup.memoryMib ?? 64, undefined, {
    devices: {
      disks: disks.map(({ sectors, readOnly }, n) => ({
        kind: 'outside',
        serial: `disk${n}`,
        readOnly,
        sectors,
      })),
      ...(setup.network && { networks: [{ kind: 'loopback' as const, mac: Uint8Array.from(MAC) }] }),
      ...(serial.length > 0 && {
        console: { ports: serial.map((_, n) => ({ name: `line${n}`, terminal: false })) },
      }),
      ...(setup.folder !== undefined && { shares: [{ tag: 'share' }] }),
    },
    outputs: {
      block(disk, id, operation) {
        const due = host.machine.virtualNanoseconds() / 1e6 + latency(requests++);
        late.push({
          due,
          give: () => {
            const outcome = disks[disk]!.submit(id, operation);
            setup.onDisk?.(operation);
            host.machine.outside.completeBlock(disk, id, outcome);
          },
        });
      },
      frame: () => undefined,
      console(port, bytes) {
        serial[port]!.push(...bytes);
        lines.push([port, capitals(bytes)]);
      },
      share(_share, id, message, room) {
        messages.push([id, message, room]);
      },
    },
  });

  async function give(): Promise<void> {
    const now = host.machine.virtualNanoseconds() / 1e6;
    const due = late.filter((answer) => answer.due <= now);
    late = late.filter((answer) => answer.due > now);
    for (const answer of due) answer.give();
    for (const [port, bytes] of lines.splice(0)) host.machine.outside.consoleInput(port, bytes);
    for (const [id, message, room] of messages.splice(0))
      host.machine.outside.completeShare(0, id, await server!.handle(message, room));
  }
  /** @returns the status, if it has ended */
  async function runWhile(goesOn: (host: HostMachine) => boolean): Promise<number | undefined> {
    let status: number | undefined;
    for (let now = 0; status === undefined && goesOn(host); now += SLICE_MS) {
      await give();
      status = host.run(SLICE_MS);
      if (now > LONGEST_MS) throw new Error(`The host does not end:\n${host.com1()}`);
    }
    return status;
  }
  return {
    host,
    runWhile,
    async finish() {
      const status = (await runWhile(() => true))!;
      await server?.close();
      await tree?.close();
      return {
        status,
        com1: host.com1(),
        disks: disks.map(contents),
        serial: serial.map((bytes) => String.fromCharCode(...bytes)),
      };
    },
  };
}

export async function runOurs(setup: Setup, latency?: (n: number) => number): Promise<Outcome> {
  return (await createOurs(setup, latency)).finish();
}

/** The same on QEMU. @param folder for its files @param more options */
export async function runOnQemu(
  setup: Setup,
  folder: string,
  more: readonly string[] = [],
): Promise<Outcome> {
  const own = mkdtempSync(join(folder, 'qemu-'));
  const files = (setup.disks ?? []).map(({ bytes }, n) => {
    const file = join(own, `disk${n}`);
    writeFileSync(file, bytes);
    return file;
  });
  const options = files.flatMap((file, n) => [
    ...[
      '-drive',
      `if=none,id=d${n},file=${file},format=raw${setup.disks![n]!.readOnly ? ',readonly=on' : ''}`,
    ],
    ...['-device', `virtio-blk-pci,drive=d${n}`],
  ]);
  const serial = Array.from({ length: setup.serial ?? 0 }, (): Buffer[] => []);
  // What QEMU has sent may still be on its way when it has ended.
  const lineEnds: Promise<unknown>[] = [];
  const servers = serial.map((got) =>
    createServer((socket) => {
      socket.on('error', () => undefined);
      lineEnds.push(new Promise((done) => socket.on('close', done)));
      socket.on('data', (bytes) => {
        got.push(bytes);
        socket.write(capitals(bytes));
      });
    }),
  );
  if (setup.network) {
    const udp = await freePort();
    const mac = MAC.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    options.push('-netdev', `socket,id=n,udp=127.0.0.1:${udp},localaddr=127.0.0.1:${udp}`);
    options.push('-device', `virtio-net-pci,netdev=n,mac=${mac},romfile=`);
  }
  if (serial.length > 0) options.push('-device', 'virtio-serial-pci');
  for (const [n, server] of servers.entries()) {
    const path = join(own, `line${n}`);
    await new Promise<void>((done) => server.listen(path, done));
    options.push('-chardev', `socket,id=e${n},path=${path}`);
    options.push('-device', `virtserialport,chardev=e${n},name=line${n}`);
  }
  if (setup.folder !== undefined) {
    options.push('-fsdev', `local,id=f,path=${setup.folder},security_model=none`);
    options.push('-device', 'virtio-9p-pci,fsdev=f,mount_tag=share');
  }
  try {
    const { status, com1 } = await runQemu({
      kernel: join(root, 'kernels/build/colinux-host.elf'),
      append: setup.words ?? '',
      // QEMU parts modules at commas: two stand for one.
      initrd: setup.modules.map((words) => resolve(root, words).replaceAll(',', ',,')).join(','),
      extra: ['-nodefaults', '-m', String(setup.memoryMib ?? 64), ...options, ...more],
    });
    await Promise.all(lineEnds);
    return {
      status: (status! - 1) / 2,
      com1,
      disks: files.map((file) => readFileSync(file)),
      serial: serial.map((got) => Buffer.concat(got).toString('latin1')),
    };
  } finally {
    for (const server of servers) server.close();
  }
}

/** What the device guest writes under a seed, `pattern` of its tests.h. */
export function pattern(seed: number, from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => (from + n) * 7 + ((from + n) >> 8) * 13 + seed * 31);
}

/** A disk with nothing on it. */
export const emptyDisk = (sectors: number): Uint8Array => new Uint8Array(sectors * SECTOR);
