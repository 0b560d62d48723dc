// Debian's own Linux for i386, and an initramfs with busybox: what `npm run test:linux` and the benchmarks boot. The packages are
// downloaded once and only unpacked; nothing of them is installed.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianFiles } from '../debian.mjs';
import { cpio } from './cpio.mjs';

const cache = fileURLToPath(new URL('../../node_modules/.cache/debian-linux', import.meta.url));

const PACKAGES = ['linux-image-686', 'busybox-static'];

/** The prompt of the shell, by which those who wait for it know it. */
export const PROMPT = '/ # ';

const INIT = `#!/bin/sh
export PATH=/bin
mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
exec setsid sh -c 'exec sh -i < /dev/ttyS0 > /dev/ttyS0 2>&1'
`;

const APPLETS = [
  ...[
    'sh',
    'mount',
    'echo',
    'uname',
    'free',
    'setsid',
    'cat',
    'ls',
    'ps',
    'dmesg',
    'poweroff',
    'reboot',
    'sleep',
  ],
  ...['sha256sum', 'awk', 'seq', 'sort', 'wc', 'gzip', 'dd', 'find', 'grep', 'head', 'true'],
];

const initramfs = (busybox) =>
  cpio([
    ...['bin', 'dev', 'proc', 'sys'].map((name) => ({ name, folder: true })),
    { name: 'dev/console', device: [5, 1], mode: 0o600 },
    { name: 'bin/busybox', data: busybox },
    ...APPLETS.map((name) => ({ name: `bin/${name}`, link: 'busybox' })),
    { name: 'init', data: Buffer.from(INIT) },
  ]);

const WORDS = [
  ...['console=ttyS0', 'nokaslr', 'mitigations=off', 'nowatchdog', 'audit=0'],
  // The time stamp counter is right here, and the entropy needs nobody who types.
  ...['tsc=reliable', 'random.trust_cpu=on'],
];

/** @returns {import('../engines.mjs').Boot} a bzImage, its initrd and its command line */
export function debianLinux() {
  mkdirSync(cache, { recursive: true });
  const folder = debianFiles('i386', PACKAGES, ['boot', 'bin'], cache, 'boot Linux');
  const kernel = readdirSync(join(folder, 'boot')).find((name) => name.startsWith('vmlinuz-'));
  const initrd = join(cache, 'initrd.cpio');
  writeFileSync(initrd, initramfs(readFileSync(join(folder, 'bin/busybox'))));
  return { kernel: join(folder, 'boot', kernel), initrd, append: WORDS.join(' ') };
}
