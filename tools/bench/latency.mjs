// How long a person waits: a step, a step over a call, a breakpoint to the stop, a structure of 200 fields, a page walk. Our adapter
// and gdb with QEMU on the same kernel, question by question in turns. Milliseconds. And two figures of ours alone: what a step over a
// line of 10 million instructions takes more than running them, and all mappings of a full address space.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { gdbOnQemu, inProcess, overPipe, SOURCE } from './debuggers.mjs';
import { median } from './figures.mjs';
import { hasQemu } from './machines.mjs';

const hasGdb = spawnSync('gdb', ['--version']).status === 0;

function buildKernel(folder) {
  const image = join(folder, 'latency.elf');
  const flags = ['-m32', '-g', '-O1', '-nostdlib', '-static', '-no-pie', '-ffreestanding', '-fno-pic'];
  const linker = '-Wl,-m,elf_i386,-Ttext=0x200000,--build-id=none';
  const { status, stderr } = spawnSync('gcc', [...flags, linker, SOURCE, '-o', image], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the kernel of the latency benchmark cannot be built: ${stderr}`);
  return image;
}

const timed = async (work) => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

/** Without `clear` the breakpoints stay. */
const QUESTIONS = [
  { name: 'step a line', at: '/* plain */', clear: true, ask: 'next' },
  { name: 'step over a call', at: '/* call */', clear: true, ask: 'next' },
  { name: 'breakpoint to stop', at: '/* plain */', clear: false, ask: 'go' },
  { name: '200 fields', at: '/* plain */', clear: true, ask: 'expand' },
  // gdb knows nothing of page tables: QEMU's monitor gives the physical address alone.
  { name: 'page walk', at: '/* plain */', clear: true, ask: 'walk' },
];

/** Milliseconds of one question, of each debugger in turns. */
async function askAll(debuggers, { at, clear, ask }, rounds) {
  const times = debuggers.map(() => []);
  // One round more: the first of each is for the caches.
  for (let n = 0; n <= rounds; n++) {
    for (const [which, debug] of debuggers.entries()) {
      await debug.to(at);
      if (clear) await debug.clear();
      const took = await timed(debug[ask]);
      if (n > 0) times[which].push(took);
    }
  }
  return times;
}

/** What a step over the loop takes more than running it to a breakpoint behind it, of each debugger in turns. */
async function longStep(debuggers, rounds) {
  const times = debuggers.map(() => []);
  for (let n = 0; n <= rounds; n++) {
    for (const [which, debug] of debuggers.entries()) {
      await debug.toLoop();
      const run = await timed(debug.go);
      await debug.toLoop();
      await debug.clear();
      const step = await timed(debug.next);
      if (n > 0) times[which].push(step - run);
    }
  }
  return times;
}

const MAPPINGS = { name: 'all mappings of 4 GiB', at: '/* plain */', clear: true, ask: 'mappings' };

/** @returns figures in milliseconds: `runs` over pipes, `inlineRuns` in the client's process, `qemuRuns` of gdb with QEMU */
export async function latencyFigures({ folder, runs }) {
  const image = buildKernel(folder);
  const own = [await overPipe(image), await inProcess(image, folder)];
  const debuggers = [...own, ...(hasQemu && hasGdb ? [await gdbOnQemu(image)] : [])];
  const figure = (name, [times, inlineRuns, qemuRuns = []]) => ({
    ...{ name, unit: 'ms', runs: times, inlineRuns, inlineMedian: median(inlineRuns), qemuRuns },
  });
  try {
    const figures = [];
    for (const question of QUESTIONS)
      figures.push(figure(question.name, await askAll(debuggers, question, runs * 4)));
    figures.push(figure('10 M instructions, more', await longStep(own, runs)));
    figures.push(figure(MAPPINGS.name, await askAll(own, MAPPINGS, runs)));
    return figures;
  } finally {
    for (const debug of debuggers) debug.end();
  }
}

/** @param summaries of `latencyFigures`. Ratios are of what gdb takes to what we take. */
export function latencyTable(summaries, runs) {
  const cell = (value) => (value === null ? '-' : `${value.toFixed(2)} ms`).padStart(14);
  const times = (value, other) => (other === null ? '-' : `${(other / value).toFixed(1)}`).padStart(8);
  const head = ['over pipes', 'in the editor', 'gdb + QEMU'].map((title) => title.padStart(14)).join('');
  const lines = summaries.map(
    ({ name, median: pipe, inlineMedian, qemuMedian }) =>
      name.padEnd(24) +
      [pipe, inlineMedian, qemuMedian].map(cell).join('') +
      [pipe, inlineMedian].map((value) => times(value, qemuMedian)).join(''),
  );
  return `${`median of ${runs}`.padEnd(24)}${head}  times faster\n${lines.join('\n')}\n`;
}
