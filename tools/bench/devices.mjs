// The speed of cobd and conet: the same host and guests, once with our virtio devices and gateway and once with QEMU's. Disk and ARP are
// asked by kernels/tests/device-guest, with nothing in between; TCP is that of samples/unix-guest, whose other end is here.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { rate } from './figures.mjs';
import { colinux, hasQemu, kernel, qemuWithDevices, sample } from './machines.mjs';

const MEBIBYTE = 2 ** 20;
const DISK_BYTES = 64 * MEBIBYTE;

/** Sends so many bytes, then its end; or takes so many, then ends. A caller that goes away in the middle is no error. */
async function serve(direction, bytes) {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    let left = bytes;
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('data', (data) => {
      left -= data.length;
      if (direction === 'up' && left <= 0) socket.end();
    });
    if (direction === 'down') socket.end(Buffer.alloc(bytes, 'colinux '));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/**
 * What is done, and how often on which machine: `unit` is of `scale` times that by seconds. `word` is the device guest's; `way` that of
 * the bytes of a connection.
 */
const FIGURES = [
  { name: 'cobd read', unit: 'MB/s', scale: MEBIBYTE / 1e6, word: 'read', quick: 8, ours: 128, theirs: 1024 },
  {
    name: 'cobd write and flush',
    unit: 'MB/s',
    scale: MEBIBYTE / 1e6,
    word: 'write',
    quick: 8,
    ours: 128,
    theirs: 512,
  },
  {
    name: 'cobd requests, 4 KiB',
    unit: '1/s',
    scale: 1,
    word: 'requests',
    quick: 100,
    ours: 1500,
    theirs: 3000,
  },
  { name: 'conet round trips', unit: '1/s', scale: 1, word: 'trips', quick: 50, ours: 600, theirs: 1500 },
  {
    name: 'conet TCP download',
    unit: 'MB/s',
    scale: 1e-6,
    way: 'down',
    quick: 5e5,
    ours: 6e6,
    theirs: 12e6,
  },
  { name: 'conet TCP upload', unit: 'MB/s', scale: 1e-6, way: 'up', quick: 5e5, ours: 6e6, theirs: 12e6 },
];

/** Seconds of a whole process in which `amount` of it is done. */
async function secondsFor({ word, way }, amount, disk, machine) {
  if (word)
    return machine({
      module: `${kernel('device-guest')} cobd0=blk0 eth0=net0 bench-${word}=${amount}`,
      disk,
    });
  const server = await serve(way, amount);
  const streams = way === 'down' ? '</dev/null+>/dev/null' : '</dev/zero+>/dev/null';
  const call = `tcp+10.0.2.2+${server.address().port}+${streams}`;
  try {
    return await machine({ module: `${sample('unix-guest')} eth0=net0 run=dhcp;${call};halt`, disk });
  } finally {
    server.close();
  }
}

/** All figures once: by seconds, in the order of FIGURES. The start of a guest is measured by a run that does next to nothing. */
async function measure(machine, amounts, disk) {
  const starts = { word: 0, way: 0 };
  for (const kind of Object.keys(starts))
    starts[kind] = await secondsFor(
      FIGURES.find((figure) => figure[kind]),
      1,
      disk,
      machine,
    );
  const rates = [];
  for (const [n, figure] of FIGURES.entries()) {
    const whole = await secondsFor(figure, amounts[n], disk, machine);
    const start = figure.word ? starts.word : starts.way;
    rates.push(rate(figure.scale * amounts[n], whole, start));
  }
  return rates;
}

export async function deviceFigures({ folder, runs, quick }) {
  const disk = join(folder, 'disk.img');
  // Written, for holes in a file are read faster than data.
  writeFileSync(disk, Buffer.alloc(DISK_BYTES, 'colinux '));
  const amounts = (machine) => FIGURES.map((figure) => (quick ? figure.quick : figure[machine]));
  const ours = [];
  const theirs = [];
  for (let n = 0; n < runs; n++) {
    ours.push(await measure((setup) => colinux(folder, setup), amounts('ours'), disk));
    if (hasQemu) theirs.push(await measure(qemuWithDevices, amounts('theirs'), disk));
  }
  return FIGURES.map(({ name, unit }, figure) => ({
    name,
    unit,
    runs: ours.map((rates) => rates[figure]),
    qemuRuns: theirs.map((rates) => rates[figure]),
  }));
}
