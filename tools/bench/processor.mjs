// the speed of the processor on three loops (integers, memory, x87), of switches between host and guest, and of a boot.
import { rate } from './figures.mjs';
import { hasQemu, HOST, interpreter, kernel, qemu, sample } from './machines.mjs';

const hex = (number) => number.toString(16);

/** A loop image: MIPS. QEMU's start (firmware included) is measured by a run of one round and taken off. */
async function loop({ folder, runs }, name, instructionsPerRound, ourRounds, theirRounds) {
  const mips = [];
  const theirs = [];
  for (let n = 0; n < runs; n++) {
    const { instructions, seconds } = interpreter(folder, '32', kernel(name), hex(ourRounds));
    mips.push(instructions / seconds / 1e6);
    if (!hasQemu) continue;
    const start = await qemu(kernel(name), '1');
    const whole = await qemu(kernel(name), hex(theirRounds));
    theirs.push(rate(instructionsPerRound * (theirRounds - 1), whole, start) / 1e6);
  }
  return { name, unit: 'MIPS', runs: mips, qemuRuns: theirs };
}

/**
 * A guest that switches to the host and back and does nothing else: round trips a second, and the instructions of one. What a
 * start takes is measured by a run with few and taken off.
 */
async function switches({ folder, runs, quick }) {
  const many = quick ? 2 : 9;
  const busy = kernel('busy-guest');
  const trips = (many - 1) * 2000;
  const rates = [];
  const theirs = [];
  let instructions = 0;
  for (let n = 0; n < runs; n++) {
    const [start, whole] = [1, many].map((count) =>
      interpreter(folder, '64', HOST, 'mem=2', busy, `s${count}`),
    );
    rates.push(rate(trips, whole.seconds, start.seconds) / 1000);
    instructions = Math.round((whole.instructions - start.instructions) / trips);
    if (!hasQemu) continue;
    const theirStart = await qemu(HOST, 'mem=2', `${busy} s1`);
    const theirWhole = await qemu(HOST, 'mem=2', `${busy} s${many}`);
    theirs.push(rate(trips, theirWhole, theirStart) / 1000);
  }
  return { name: 'round trips to host', unit: '1000/s', runs: rates, qemuRuns: theirs, instructions };
}

/** Host and sample guest from power-on to the end, in seconds. QEMU runs its firmware and waits for the real clock. */
async function boot({ folder, runs }) {
  const guest = sample('hello-guest');
  const seconds = [];
  const theirs = [];
  let instructions = 0;
  for (let n = 0; n < runs; n++) {
    const result = interpreter(folder, '128', HOST, '', guest, '');
    seconds.push(result.seconds);
    ({ instructions } = result);
    if (hasQemu) theirs.push(await qemu(HOST, '', guest));
  }
  return { name: 'host + sample guest', unit: 's', runs: seconds, qemuRuns: theirs, instructions };
}

export async function processorFigures(bench) {
  const [ourRounds, theirRounds] = bench.quick ? [10_000, 1_000_000] : [3_000_000, 100_000_000];
  return [
    await loop(bench, 'bench-alu', 10, ourRounds, theirRounds),
    await loop(bench, 'bench-mem', 8, ourRounds, theirRounds),
    await loop(bench, 'bench-fpu', 11, ourRounds / 10, theirRounds / 50),
    await switches(bench),
    await boot(bench),
  ];
}
