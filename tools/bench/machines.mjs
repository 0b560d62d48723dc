// One measurement on one machine, always in a process of its own: our interpreter alone (test/bench/run-image.ts), our machine
// with devices (`colinux run`), and QEMU (TCG).
import { build } from 'esbuild';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LONGEST_MS = 120_000;

export const kernel = (name) => join(root, 'kernels/build', `${name}.elf`);
export const sample = (name) => join(root, 'samples', name, 'build', `${name}.elf`);
export const HOST = kernel('colinux-host');
export const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;

/** Bundles what runs our machine into `folder`, as it is released. */
export async function bundleMachines(folder) {
  const bundle = (source, name) =>
    build({
      entryPoints: [join(root, source)],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'es2022',
      minify: true,
      outfile: join(folder, name),
      external: ['iced-x86'],
      logLevel: 'error',
    });
  await bundle('test/bench/run-image.ts', 'run-image.cjs');
  await bundle('cli/main.ts', 'cli.cjs');
  await bundle('test/bench/inline-adapter.ts', 'inline-adapter.cjs');
  await bundle('debug-adapter/compiled-bundle-node.ts', 'compiled-bundle.cjs');
}

/** Seconds of a whole process, which must end with 1: the guest's good end. Meanwhile this process may be a server. */
function secondsOf(what, program, args) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: LONGEST_MS });
    let errors = '';
    child.stderr.on('data', (text) => (errors += text));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 1) resolve((performance.now() - began) / 1000);
      else reject(new Error(`the image ended with ${status} on ${what} instead of 1: ${errors}`));
    });
  });
}

/** The machine without devices: {instructions, seconds} of the run alone, without the start of the process. */
export function interpreter(folder, ...args) {
  const driver = join(folder, 'run-image.cjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [driver, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`our machine failed: ${stderr}`);
  const result = JSON.parse(stdout);
  if (result.exit !== 1) throw new Error(`the image ended with ${result.exit} on our machine instead of 1`);
  return result;
}

/** Seconds of the host with a guest, a disk and a network behind a gateway. */
export const colinux = (folder, { module, disk }) =>
  secondsOf('our machine', process.execPath, [
    ...[join(folder, 'cli.cjs'), 'run', HOST, '--module', module],
    ...['--disk', disk, '--net', 'slirp,host-loopback'],
  ]);

/** Seconds of a whole QEMU process. */
export function qemu(image, append, initrd, devices = []) {
  const args = ['-M', 'pc', '-accel', 'tcg', '-display', 'none', '-no-reboot', '-monitor', 'none'];
  args.push('-serial', 'null', '-serial', 'null', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4');
  args.push('-kernel', image);
  if (append) args.push('-append', append);
  if (initrd) args.push('-initrd', initrd);
  return secondsOf('QEMU', 'qemu-system-i386', [...args, ...devices]);
}

/** The same as `colinux`, on QEMU. */
export const qemuWithDevices = ({ module, disk }) =>
  qemu(HOST, '', module, [
    ...['-nodefaults', '-drive', `if=none,id=d,file=${disk},format=raw`],
    ...['-device', 'virtio-blk-pci,drive=d', '-netdev', 'user,id=n'],
    ...['-device', 'virtio-net-pci,netdev=n,romfile='],
  ]);
