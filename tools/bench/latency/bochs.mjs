// Bochs with its own debugger, by the text of its console. It knows addresses only: no lines, no types.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lineOf } from './source.mjs';
import { createWaiters } from './waiters.mjs';

const SECTOR_SOURCE = fileURLToPath(new URL('../../../test/kernels/bochs/boot-sector.S', import.meta.url));
/** Offset of the program's entry in the boot sector, and of `e_entry` in an ELF header. */
const ENTRY = 4;
const ELF_ENTRY = 24;
/** Cylinders, heads and sectors a track. */
const GEOMETRY = [10, 16, 63];
const PROMPT = /<bochs:\d+>/;

/** The kernel lies in RAM from the beginning; a disk's boot sector enters it. */
function settingsFor(image, folder) {
  const file = (name) => join(folder, name);
  execFileSync('objcopy', ['-O', 'binary', image, file('kernel.bin')]);
  execFileSync('gcc', ['-m32', '-c', SECTOR_SOURCE, '-o', file('sector.o')]);
  const flat = ['-m', 'elf_i386', '-Ttext', '0x7c00', '--oformat', 'binary'];
  execFileSync('ld', [...flat, '-o', file('sector'), file('sector.o')]);
  const disk = Buffer.alloc(GEOMETRY[0] * GEOMETRY[1] * GEOMETRY[2] * 512);
  readFileSync(file('sector')).copy(disk);
  disk.writeUInt32LE(readFileSync(image).readUInt32LE(ELF_ENTRY), ENTRY);
  writeFileSync(file('disk'), disk);
  const [cylinders, heads, sectors] = GEOMETRY;
  const settings = [
    'config_interface: textconfig',
    'megs: 16',
    'romimage: file=/usr/share/bochs/BIOS-bochs-latest',
    'vgaromimage: file=/usr/share/vgabios/vgabios.bin',
    `optramimage1: file=${file('kernel.bin')}, address=0x200000`,
    `ata0-master: type=disk, mode=flat, path=${file('disk')}, cylinders=${cylinders}, heads=${heads}, spt=${sectors}`,
    'boot: disk',
    'display_library: rfb, options="timeout=0"',
    'cpu: model=p3_katmai, ips=10000000, reset_on_triple_fault=0',
    'clock: sync=none',
    `log: ${file('log')}`,
  ];
  writeFileSync(file('settings'), `${settings.join('\n')}\n`);
  return file('settings');
}

/** Where the code of a line begins; of a line that calls, where it calls. */
function addressOf(image, text) {
  const listing = execFileSync('objdump', ['-dl', '--no-show-raw-insn', image], { encoding: 'utf8' });
  const part = listing.split(new RegExp(`kernel\\.c:${lineOf(text)}\\b.*\\n`))[1].split('kernel.c:')[0];
  const lines = [...part.matchAll(/^ *([0-9a-f]+):\t(\S+)/gm)];
  const [, address] =
    lines.find(([, , mnemonic]) => text.includes('call') && mnemonic === 'call') ?? lines[0];
  return `0x${address}`;
}

export async function bochs(image, folder) {
  // It does not flush what it says when nobody sits at a terminal, and stands still when its input is a socket, as Node's pipes are.
  const script = 'cat | exec stdbuf -o0 bochs -q -f "$0"';
  const child = spawn('sh', ['-c', script, settingsFor(image, folder)], {
    ...{ stdio: ['pipe', 'pipe', 'ignore'], detached: true },
  });
  const waiters = createWaiters('Bochs');
  let rest = '';
  child.stdout.on('data', (data) => {
    rest += data;
    if (!PROMPT.test(rest)) return;
    const said = rest;
    rest = '';
    waiters.give(said);
  });
  const answer = (what) =>
    waiters.wait(
      () => true,
      () => what,
    );
  const command = (text) => {
    const said = answer(`the answer to ${text}`);
    child.stdin.write(`${text}\n`);
    return said;
  };
  await answer('its first prompt');
  /** The breakpoint, by Bochs's count of all that were ever set. */
  let point = 0;
  const addresses = new Map();
  const to = async (text) => {
    if (point > 0) await command(`d ${point}`);
    const address = addresses.get(text) ?? addressOf(image, text);
    addresses.set(text, address);
    await command(`lb ${address}`);
    point++;
    await command('c');
  };
  await to('/* plain */');
  return {
    to,
    clear: () => command(`d ${point}`),
    instruction: () => command('s'),
    over: () => command('n'),
    go: () => command('c'),
    async walk() {
      const said = await command('page 0x200000');
      if (!said.includes('PTE')) throw new Error(`no page walk but ${said}`);
    },
    // The shell and all that it has started.
    end: () => process.kill(-child.pid),
  };
}
