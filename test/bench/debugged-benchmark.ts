/*
 * One benchmark of kernels/bench in a process of its own, with or without what a debugger has set that never stops it: breakpoints
 * in code that does not run, and a watchpoint on a page that nobody touches. Prints {seconds, checksum} of the fastest of
 * the repetitions as JSON. Arguments: the image, the benchmark, how many repetitions, how many breakpoints.
 */
import { readFileSync } from 'node:fs';
import { createMachine, type Machine } from '../../core/machine/machine.ts';

const [image = '', name = '', repeat = '3', breakpoints = '0'] = process.argv.slice(2);
const SLICE = 1_000_000;
const ANY = -1;
/** The code of the cold benchmarks: others do not run it. */
const FIRST = 0x11_0000;
const STEP = 0x253;
/** Above everything that the benchmarks use. */
const WATCHED = 0x7f0_0000;

let line = '';
let began = 0;
let seconds = Infinity;
let checksum = '';
let ended = false;

/** Of the process: what else the machine does counts less than in seconds of the clock. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function read(text: string): void {
  const [mark, , word] = text.split(' ');
  if (mark === '@begin') began = processorSeconds();
  else if (mark === '@end') {
    seconds = Math.min(seconds, processorSeconds() - began);
    checksum = word ?? '';
  } else if (mark === '@done') ended = true;
}

function setUp({ debug }: Machine, count: number): void {
  if (count === 0) return;
  debug.breakpoints.replace(
    Array.from({ length: count }, (_, n) => ({
      ...{ id: n + 1, address: FIRST + n * STEP, coroutine: ANY },
    })),
  );
  debug.watchpoints.replace([
    { id: count + 1, address: WATCHED, length: 4, access: 'readWrite', coroutine: ANY },
  ]);
}

const machine = createMachine(
  {
    memoryBytes: 128 << 20,
    kernel: { bytes: readFileSync(image), name: 'bench', args: `only=${name} repeat=${repeat}` },
    modules: [],
    rtcSeconds: 0,
  },
  {
    serial(_port, byte) {
      if (byte !== 10) {
        line += String.fromCharCode(byte);
        return;
      }
      read(line.trim());
      line = '';
    },
    debugcon: () => undefined,
    log: () => undefined,
  },
);
setUp(machine, Number(breakpoints));
while (!ended) {
  const result = machine.run(SLICE);
  if (result.kind !== 'slice' && !ended) {
    process.stderr.write(`${name} ended with ${result.kind}\n`);
    process.exit(1);
  }
}
process.stdout.write(`${JSON.stringify({ seconds, checksum })}\n`);
