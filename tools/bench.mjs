// `npm run bench`: the speed of the interpreter on three loops (integers, memory, x87), of switches between host and guest and
// of a whole boot, beside QEMU (TCG) on the same images.
// Measurements of the two alternate, each in a process of its own; medians and ratios are what counts, for the absolute
// figures depend on the machine and on what else it does. --json prints JSON, --runs N (default 5), --quick is a smoke test.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, runs: { type: 'string', default: '5' } },
});
const runs = values.quick ? 1 : Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  process.stderr.write(`--runs expects a whole number of at least 1, but found "${values.runs}".\n`);
  process.exit(2);
}

const kernels = spawnSync(process.execPath, [join(root, 'tools/build-kernels.mjs')], {
  stdio: ['ignore', 2, 2],
});
if (kernels.status !== 0) process.exit(1);
const folder = mkdtempSync(join(tmpdir(), 'colinux-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const driver = join(folder, 'run-image.cjs');
await build({
  entryPoints: [join(root, 'test/bench/run-image.ts')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'es2022',
  outfile: driver,
  logLevel: 'error',
});
const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;

const kernel = (name) => join(root, 'kernels/build', `${name}.elf`);
const guest = join(root, 'samples/hello-guest/build/hello-guest.elf');
const hex = (number) => number.toString(16);
const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

function ours(...args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [driver, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`our machine failed: ${stderr}`);
  const result = JSON.parse(stdout);
  if (result.exit !== 1) throw new Error(`the image ended with ${result.exit} on our machine instead of 1`);
  return result;
}

/** Seconds of a whole QEMU process. */
function qemu(image, append, initrd) {
  const args = ['-M', 'pc', '-accel', 'tcg', '-display', 'none', '-no-reboot', '-monitor', 'none'];
  args.push('-serial', 'null', '-serial', 'null', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4');
  args.push('-kernel', image);
  if (append) args.push('-append', append);
  if (initrd) args.push('-initrd', initrd);
  const began = performance.now();
  const { status } = spawnSync('qemu-system-i386', args, { stdio: 'ignore', timeout: 120_000 });
  if (status !== 1) throw new Error(`the image ended with ${status} on QEMU instead of 1`);
  return (performance.now() - began) / 1000;
}

/** A loop image: MIPS. QEMU's start (firmware included) is measured by a run of one round and taken off. */
function loop(name, instructionsPerRound, ourRounds, theirRounds) {
  const mips = [];
  const theirs = [];
  for (let n = 0; n < runs; n++) {
    const { instructions, seconds } = ours('32', kernel(name), hex(ourRounds));
    mips.push(instructions / seconds / 1e6);
    if (!hasQemu) continue;
    const start = qemu(kernel(name), '1');
    const whole = qemu(kernel(name), hex(theirRounds));
    theirs.push((instructionsPerRound * (theirRounds - 1)) / Math.max(whole - start, 1e-3) / 1e6);
  }
  return { name, unit: 'MIPS', runs: mips, qemuRuns: theirs };
}

/**
 * A guest that switches to the host and back and does nothing else: round trips a second, and the instructions of one. What a
 * start takes is measured by a run with few and taken off.
 */
function switches() {
  const [few, many] = values.quick ? [1, 2] : [1, 9];
  const trips = (many - few) * 10_000;
  const busy = kernel('busy-guest');
  const rates = [];
  const theirs = [];
  let instructions = 0;
  for (let n = 0; n < runs; n++) {
    const [start, whole] = [few, many].map((count) =>
      ours('64', kernel('colinux-host'), 'mem=2', busy, `s${count}`),
    );
    rates.push(trips / (whole.seconds - start.seconds) / 1000);
    instructions = Math.round((whole.instructions - start.instructions) / trips);
    if (!hasQemu) continue;
    const [theirStart, theirWhole] = [few, many].map((count) =>
      qemu(kernel('colinux-host'), 'mem=2', `${busy} s${count}`),
    );
    theirs.push(trips / Math.max(theirWhole - theirStart, 1e-3) / 1000);
  }
  return { name: 'round trips to host', unit: '1000/s', runs: rates, qemuRuns: theirs, instructions };
}

/** Host and sample guest from power-on to the end, in seconds. QEMU runs its firmware and waits for the real clock. */
function boot() {
  const seconds = [];
  const theirs = [];
  let instructions = 0;
  for (let n = 0; n < runs; n++) {
    const result = ours('128', kernel('colinux-host'), '', guest, '');
    seconds.push(result.seconds);
    ({ instructions } = result);
    if (hasQemu) theirs.push(qemu(kernel('colinux-host'), '', guest));
  }
  return { name: 'host + sample guest', unit: 's', runs: seconds, qemuRuns: theirs, instructions };
}

const [ourRounds, theirRounds] = values.quick ? [10_000, 1_000_000] : [6_000_000, 200_000_000];
const results = [
  loop('bench-alu', 10, ourRounds, theirRounds),
  loop('bench-mem', 8, ourRounds, theirRounds),
  loop('bench-fpu', 11, ourRounds / 10, theirRounds / 50),
  switches(),
  boot(),
].map((result) => {
  const value = median(result.runs);
  const qemuValue = result.qemuRuns.length > 0 ? median(result.qemuRuns) : null;
  return {
    ...result,
    median: value,
    qemuMedian: qemuValue,
    ratio: qemuValue === null ? null : value / qemuValue,
  };
});

if (values.json) {
  const about = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  process.stdout.write(`${JSON.stringify({ ...about, runs, results }, null, 2)}\n`);
} else {
  const cell = (number, unit) =>
    (number === null ? '-' : `${number.toFixed(unit === 's' ? 3 : 1)} ${unit}`).padStart(14);
  process.stdout.write(
    `${'median of ' + runs}`.padEnd(22) + 'interpreter'.padStart(14) + 'QEMU TCG'.padStart(14) + '  ratio\n',
  );
  for (const { name, unit, median: value, qemuMedian, ratio } of results) {
    const relation = ratio === null ? '-' : ratio.toFixed(3);
    process.stdout.write(`${name.padEnd(22)}${cell(value, unit)}${cell(qemuMedian, unit)}  ${relation}\n`);
  }
  const trip = results.find(({ unit }) => unit === '1000/s');
  process.stdout.write(
    `One round trip to the host and back takes ${trip.instructions} instructions, what it is served with included.\n`,
  );
  if (!hasQemu)
    process.stdout.write(
      'QEMU is not installed (apt-get install qemu-system-x86), so there is no comparison.\n',
    );
}
