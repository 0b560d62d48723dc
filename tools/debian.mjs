// Finds the programs that come from Debian packages, and installs missing packages when it may (root, with apt-get).
// Everything else gets one clear sentence: which packages, why, and the command to type.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Debian package -> programs, or files by their paths, any of which is enough. */
const PROGRAMS = {
  gcc: ['gcc', 'clang'],
  // The second compiler of what is compared with gdb.
  clang: ['clang'],
  binutils: ['ld'],
  make: ['make'],
  gdb: ['gdb'],
  nasm: ['nasm'],
  dwz: ['dwz'],
  'llvm-14': ['llvm-dwp-14'],
  'qemu-system-x86': ['qemu-system-i386'],
  'qemu-utils': ['qemu-img'],
  seabios: ['/usr/share/seabios/bios.bin'],
  fdisk: ['/sbin/sfdisk', '/usr/sbin/sfdisk'],
  e2fsprogs: ['/sbin/mke2fs', '/usr/sbin/mke2fs'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  bochs: ['bochs'],
  // Bochs wants one of its displays; with this one it runs without a screen.
  'bochs-term': ['x86_64', 'aarch64'].map(
    (cpu) => `/usr/lib/${cpu}-linux-gnu/bochs/plugins/libbx_term_gui.so`,
  ),
  bochsbios: ['/usr/share/bochs/BIOS-bochs-latest'],
  tcpdump: ['tcpdump'],
  tshark: ['tshark'],
  iproute2: ['ip'],
  'util-linux': ['unshare'],
  vgabios: ['/usr/share/vgabios/vgabios.bin'],
};

/** Absolute path of `program` on PATH, or undefined. A path stands for itself if the file is there. */
export function which(program) {
  if (isAbsolute(program)) return existsSync(program) ? program : undefined;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return undefined;
}

/** Path of the first program of a Debian package that is installed, or undefined. */
export function programOf(debianPackage) {
  return PROGRAMS[debianPackage].map(which).find(Boolean);
}

/**
 * Makes sure that the programs of `packages` exist; `purpose` completes the sentence "... needed to <purpose>".
 * Throws an Error with one sentence when they are missing and cannot be installed.
 */
export function ensureDebianPackages(packages, purpose) {
  const missing = packages.filter((name) => !programOf(name));
  if (missing.length === 0) return;
  const list = missing.join(' ');
  const byHand = `install them (on Debian: sudo apt-get install ${list}) and try again`;
  if (!which('apt-get') || process.getuid?.() !== 0) {
    throw new Error(
      `Missing programs of the Debian packages ${list}, needed to ${purpose}: please ${byHand}.`,
    );
  }
  process.stdout.write(`Installing ${list} with apt-get, needed to ${purpose} …\n`);
  const apt = (...args) =>
    spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  let result = apt('install', '-y', '--no-install-recommends', ...missing);
  if (result.status !== 0) {
    apt('update');
    result = apt('install', '-y', '--no-install-recommends', ...missing);
  }
  if (missing.some((name) => !programOf(name))) {
    const reason = (result.stderr ?? '').trim().split('\n').pop() || `exit status ${result.status}`;
    throw new Error(`apt-get could not install ${list} (${reason}), needed to ${purpose}: please ${byHand}.`);
  }
}

const FOREIGN_HELP = 'check that apt-get works and that its sources have that architecture';

/**
 * The files of Debian packages of any architecture, unpacked below `cache` and not installed: apt-get works with lists of its own
 * there, so the system does not learn of the architecture. What is there from an earlier time is taken. A package that has no
 * files but depends on the newest version of another stands for that one. Throws an Error with one sentence.
 *
 * @param folders what of them is kept
 * @returns where these folders are
 */
export function debianFiles(architecture, packages, folders, cache, purpose) {
  const root = join(cache, 'root');
  const complete = join(cache, 'complete');
  if (existsSync(complete)) return root;
  const apt = join(cache, 'apt');
  const downloads = join(cache, 'downloads');
  for (const folder of [
    root,
    downloads,
    join(apt, 'state/lists/partial'),
    join(apt, 'cache/archives/partial'),
  ])
    mkdirSync(folder, { recursive: true });
  writeFileSync(join(apt, 'status'), '');
  const settings = {
    'APT::Architecture': architecture,
    'APT::Architectures::': architecture,
    'Dir::State': join(apt, 'state'),
    'Dir::State::status': join(apt, 'status'),
    'Dir::Cache': join(apt, 'cache'),
    'APT::Sandbox::User': '',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const call = (program, ...args) => {
    const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: downloads, encoding: 'utf8' });
    if (status === 0) return stdout;
    const reason = error?.message ?? (stderr.trim().split('\n').pop() || `exit status ${status}`);
    throw new Error(
      `Debian packages ${packages.join(' ')} for ${architecture}, needed to ${purpose}, cannot be had: ${program}: ${reason}: ${FOREIGN_HELP}.`,
    );
  };
  // Lists that could not be renewed matter only when a package is not found in the others.
  spawnSync('apt-get', [...options, '-qq', 'update'], { encoding: 'utf8' });
  const real = packages.map((name) => {
    const [, newest] = /^ +Depends: (\S+)$/m.exec(call('apt-cache', ...options, 'depends', name)) ?? [];
    return newest?.startsWith(name.replace(/-[^-]*$/, '')) ? newest : name;
  });
  call('apt-get', ...options, '-qq', 'download', ...real);
  for (const file of readdirSync(downloads)) call('dpkg-deb', '-x', join(downloads, file), root);
  const waste = readdirSync(root).filter((name) => !folders.includes(name));
  for (const folder of [downloads, apt, ...waste.map((name) => join(root, name))])
    rmSync(folder, { recursive: true });
  writeFileSync(complete, real.join('\n'));
  return root;
}
