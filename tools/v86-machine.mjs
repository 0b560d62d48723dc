// v86 as a process, so that it is measured as the others are: boots a multiboot kernel or a Linux bzImage, has its COM1 at standard
// input and output, and is ended by whoever started it. One argument: {memoryMiB, multiboot | bzimage, initrd, cmdline} as JSON.
import { readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { V86 } from 'v86';

const { memoryMiB, cmdline, ...files } = JSON.parse(process.argv[2]);
const image = (path) => path && { buffer: Uint8Array.from(readFileSync(path)).buffer };

const emulator = new V86({
  wasm_path: join(dirname(fileURLToPath(import.meta.resolve('v86'))), 'v86.wasm'),
  memory_size: memoryMiB << 20,
  // Its npm package has no firmware; Debian's is the same program, and that of QEMU.
  bios: image('/usr/share/seabios/bios.bin'),
  vga_bios: image('/usr/share/seabios/vgabios-stdvga.bin'),
  multiboot: image(files.multiboot),
  bzimage: image(files.bzimage),
  initrd: image(files.initrd),
  cmdline,
  autostart: true,
  disable_speaker: true,
  log_level: 0,
});
emulator.add_listener('serial0-output-byte', (byte) => writeSync(1, Uint8Array.of(byte)));
process.stdin.on('data', (bytes) => emulator.serial_send_bytes(0, bytes));
process.stdin.on('end', () => process.stdin.destroy());
