/*
 * Owns the devices of the programs that test PCI and virtio, here and on QEMU: two disks, a network card whose cable brings
 * back every frame, a console whose second port brings back every byte, entropy; in the slots of lib/virtio.h.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { DeviceSpecs } from '../../core/protocol/device-protocol.ts';
import { freePort } from '../../platform/testing/ports.ts';

const SECTOR = 512;
const SECTORS = 2048;
/** Sectors that hold code for virtioblk.c: MOV EAX with a number, RET. */
const CODE: readonly (readonly [sector: number, value: number])[] = [
  [1024, 0x22],
  [1025, 0x33],
];
const SERIAL = 'disk0';
const MAC = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
const TERMINAL = 'org.colinux.tty';
const ECHO = 'org.colinux.echo';

/** The port that brings back what the guest writes to it. */
export const ECHO_PORT = 1;

export const needsBoard = (program: string): boolean => program === 'pci' || program.startsWith('virtio');

/** The contents of both disks: bytes as disk_byte of virtioblk.c has them, and code. */
export function boardDisk(): Uint8Array {
  const bytes = Uint8Array.from({ length: SECTORS * SECTOR }, (_, n) => {
    const sector = Math.floor(n / SECTOR);
    return sector * 31 + (n % SECTOR) * 7 + (sector >> 8);
  });
  for (const [sector, value] of CODE) bytes.set([0xb8, value, value, value, value, 0xc3], sector * SECTOR);
  return bytes;
}

export function boardDevices(): DeviceSpecs {
  const bytes = boardDisk();
  return {
    disks: [
      { kind: 'memory', bytes, serial: SERIAL, readOnly: false },
      { kind: 'memory', bytes, serial: 'disk1', readOnly: true },
    ],
    networks: [{ kind: 'loopback', mac: Uint8Array.from(MAC) }],
    console: {
      ports: [
        { name: TERMINAL, terminal: true },
        { name: ECHO, terminal: false },
      ],
    },
    rng: { seed: 1 },
  };
}

/** The same for QEMU, while a function runs: it gets the options, and what they need lies in a new folder inside `folder`. */
export async function withQemuBoard<T>(
  folder: string,
  use: (options: readonly string[]) => Promise<T>,
): Promise<T> {
  const own = mkdtempSync(join(folder, 'board-'));
  const disk = join(own, 'disk.img');
  writeFileSync(disk, boardDisk());
  const echo = join(own, 'echo');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(echo, resolve));
  const udp = await freePort();
  // With ioeventfd another thread of QEMU tells of the end of a request first in the ring and later in the ISR.
  const common = 'vectors=0,ioeventfd=off';
  const mac = MAC.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  const options = [
    ['-drive', `if=none,id=d,file=${disk},format=raw`],
    ['-drive', `if=none,id=r,file=${disk},format=raw,readonly=on,file.locking=off`],
    ['-device', `virtio-blk-pci,drive=d,serial=${SERIAL},addr=2,${common}`],
    ['-device', `virtio-blk-pci,drive=r,serial=disk1,addr=3,${common}`],
    ['-netdev', `socket,id=n,udp=127.0.0.1:${udp},localaddr=127.0.0.1:${udp}`],
    ['-device', `virtio-net-pci,netdev=n,mac=${mac},romfile=,addr=4,${common}`],
    ['-chardev', 'null,id=t'],
    ['-chardev', `socket,id=e,path=${echo}`],
    ['-device', `virtio-serial-pci,max_ports=2,addr=5,${common}`],
    ['-device', `virtconsole,chardev=t,nr=0,name=${TERMINAL}`],
    ['-device', `virtserialport,chardev=e,nr=1,name=${ECHO}`],
    ['-device', `virtio-rng-pci,addr=6,${common}`],
  ];
  try {
    return await use(['-nodefaults', ...options.flat()]);
  } finally {
    server.close();
  }
}
