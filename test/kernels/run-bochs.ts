/*
 * Owns how a test program runs on Bochs: a disk with our own boot sector and the flat image. Bochs is an oracle only; the
 * programs end it by the word "Shutdown" on port 8900h.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Debian's packages bochs (with bochs-term), bochsbios and vgabios put what is needed. */
const BOCHS = '/usr/bin/bochs';
const BIOS = '/usr/share/bochs/BIOS-bochs-latest';
const VGA_BIOS = '/usr/share/vgabios/vgabios.bin';

export const hasBochs = [BOCHS, BIOS, VGA_BIOS].every((file) => existsSync(file));

const SECTOR = 512;
/** Cylinders, heads and sectors a track of the disk. */
const GEOMETRY = [10, 16, 63] as const;
/** Offset of the program's entry in the boot sector, and of `e_entry` in an ELF header. */
const ENTRY = 4;
const ELF_ENTRY = 24;

/** Runs `build/name.elf` of `folder`. @returns what it printed on COM1. */
export async function runBochs(folder: string, name: string): Promise<string> {
  const [sector, image, elf] = await Promise.all(
    ['boot-sector.bin', `${name}.bin`, `${name}.elf`].map((file) => readFile(join(folder, file))),
  );
  const disk = Buffer.alloc(GEOMETRY[0] * GEOMETRY[1] * GEOMETRY[2] * SECTOR);
  sector!.copy(disk);
  disk.writeUInt32LE(elf!.readUInt32LE(ELF_ENTRY), ENTRY);
  image!.copy(disk, SECTOR);
  const temporary = await mkdtemp(join(tmpdir(), 'bochs-oracle-'));
  const file = (name: string) => join(temporary, name);
  const [cylinders, heads, sectors] = GEOMETRY.map(String);
  const settings = [
    'config_interface: textconfig',
    'megs: 32',
    `romimage: file=${BIOS}`,
    `vgaromimage: file=${VGA_BIOS}`,
    `ata0-master: type=disk, mode=flat, path=${file('disk')}, cylinders=${cylinders!}, heads=${heads!}, spt=${sectors!}`,
    'boot: disk',
    `com1: enabled=1, mode=file, dev=${file('com1')}`,
    'display_library: rfb, options="timeout=0"',
    'cpu: model=p3_katmai, ips=10000000, reset_on_triple_fault=0, ignore_bad_msrs=0',
    'clock: sync=none',
    `log: ${file('log')}`,
    'panic: action=fatal',
    'error: action=ignore',
    'info: action=ignore',
  ];
  try {
    await writeFile(file('disk'), disk);
    await writeFile(file('settings'), `${settings.join('\n')}\n`);
    // Debian builds Bochs with its debugger: go on.
    await writeFile(file('commands'), 'c\n');
    const child = spawn(BOCHS, ['-q', '-f', file('settings'), '-rc', file('commands')], {
      stdio: 'ignore',
      timeout: 60_000,
    });
    await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const com1 = await readFile(file('com1'), 'latin1').catch(() => '');
    if (com1 === '') throw new Error(`Bochs printed nothing`);
    return com1;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
