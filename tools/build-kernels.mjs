// `npm run build:kernels`: builds the host kernel, the test images and the sample guests with make. Only what is out of
// date is built again. Needs gcc or clang, binutils and make; no 32-bit libc. CC= chooses the compiler. Tests name other
// folders to build in its place, so that those that run side by side do not build the same at the same time.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const named = process.argv.slice(2);
const samples = ['hello-guest', 'minimal-guest', 'unix-guest'].map((name) => `samples/${name}`);
const folders = named.length > 0 ? named : ['kernels', ...samples];

/** Can the program be run at all? */
function exists(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

const compiler = [process.env.CC, 'gcc', 'clang'].find((name) => name && exists(name));
const missing = [
  ...(compiler ? [] : ['gcc']),
  ...(exists('ld') ? [] : ['binutils']),
  ...(exists('make') ? [] : ['make']),
];
if (missing.length > 0) {
  process.stderr.write(`The kernels cannot be built: please run apt-get install ${missing.join(' ')}\n`);
  process.exit(1);
}

// Tests that run side by side may ask for the kernels at the same time: only one of them may build.
const lock = join(root, 'kernels/build/.lock');
const STALE_MS = 60_000;

function lockBuild() {
  mkdirSync(join(root, 'kernels/build'), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (made && Date.now() - made > STALE_MS) rmSync(lock, { recursive: true, force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  }
}

lockBuild();
process.on('exit', () => rmSync(lock, { recursive: true, force: true }));
for (const folder of folders) {
  const { status } = spawnSync(
    'make',
    ['--no-print-directory', '-s', '-j2', '-C', folder, `CC=${compiler}`],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  if (status !== 0) {
    process.stderr.write(`The kernels could not be built: make failed in ${folder}\n`);
    process.exit(1);
  }
}
