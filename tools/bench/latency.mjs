// How long a person waits: a step, a step over a call, a breakpoint to the stop, a structure of 200 fields, a page walk. Our adapter,
// and other debuggers on the same kernel, question by question in turns. Milliseconds. And figures of ours alone: what a step over a
// line of 10 million instructions or a million calls takes more than running it, all mappings of a full address space, and a restart
// beside a new session.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { which } from '../debian.mjs';
import { median } from './figures.mjs';
import { bochs } from './latency/bochs.mjs';
import { gdbOnQemu } from './latency/gdb.mjs';
import { ADAPTER, lldbOnQemu } from './latency/lldb.mjs';
import { inProcess, overPipe } from './latency/ours.mjs';
import { SOURCE } from './latency/source.mjs';

/** Who is asked, in the order of the table. What is not installed is left out, and what begins slowly of a smoke test. */
const DEBUGGERS = [
  { name: 'over pipes', start: overPipe },
  { name: 'in the editor', start: inProcess },
  { name: 'gdb + QEMU', start: gdbOnQemu, needs: ['gdb', 'qemu-system-i386'] },
  { name: 'lldb + QEMU', start: lldbOnQemu, needs: [ADAPTER, 'qemu-system-i386'], slow: true },
  { name: 'Bochs', start: bochs, needs: ['bochs', '/usr/share/bochs/BIOS-bochs-latest'], slow: true },
];
/** The first of them are ours. */
const OURS = 2;

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

/**
 * What debuggers do behind a stop, who have told of it already: no client of any of them, which is told over a pipe or by a message, asks
 * in the very turn of the event loop that brings the stop.
 */
const behindTheStop = () => new Promise((resolve) => setImmediate(resolve));

/** What a person waits for, who sees the line only with what the client asks behind the stop. */
const shown =
  ({ show }, move) =>
  async () => {
    await move();
    await show();
  };

/** Without `clear` the breakpoints stay. */
const QUESTIONS = [
  { name: 'step a line', at: '/* plain */', clear: true, ask: ({ next }) => next },
  { name: 'step an instruction', at: '/* plain */', clear: true, ask: ({ instruction }) => instruction },
  // Of Bochs, from the instruction that calls.
  { name: 'step over a call', at: '/* call */', clear: true, ask: ({ next, over }) => next ?? over },
  { name: 'breakpoint to stop', at: '/* plain */', clear: false, ask: ({ go }) => go },
  {
    name: 'step, with variables',
    ...{ at: '/* plain */', clear: true },
    ask: (debug) => debug.next && shown(debug, debug.next),
  },
  {
    name: 'stop, with variables',
    ...{ at: '/* plain */', clear: false },
    ask: (debug) => debug.show && shown(debug, debug.go),
  },
  { name: '200 fields', at: '/* plain */', clear: true, ask: ({ expand }) => expand },
  // Of gdb it is QEMU's monitor, which gives the physical address alone.
  { name: 'page walk', at: '/* plain */', clear: true, ask: ({ walk }) => walk },
];
const MAPPINGS = [
  { name: 'all mappings of 4 GiB', at: '/* plain */', clear: true, ask: ({ mappings }) => mappings },
  {
    name: 'the same as objects',
    at: '/* plain */',
    clear: true,
    ask: ({ mappingObjects }) => mappingObjects,
  },
];

/** To the first breakpoint: of the session that there is once more, and of a new one. */
const BEGINNINGS = [
  {
    name: 'restart to stop',
    at: '/* plain */',
    clear: false,
    ask: ({ launch, restart }) => launch && restart,
  },
  { name: 'launch to stop', at: '/* plain */', clear: false, ask: ({ launch }) => launch },
];

const LOOPS = [
  {
    name: '10 M instructions, more',
    at: '/* loop */',
    behind: '/* behind */',
    set: 'turns = 5000000',
  },
  {
    name: '1 M calls, more',
    at: '/* calls */',
    behind: '/* behind the calls */',
    set: 'calls = 1000000',
  },
];

/** Milliseconds of one question, of each debugger in turns; none of who cannot answer it. */
async function askAll(debuggers, { at, clear, ask }, rounds) {
  const times = debuggers.map(() => []);
  // One round more: the first of each is for the caches.
  for (let n = 0; n <= rounds; n++) {
    for (const [which, debug] of debuggers.entries()) {
      const question = ask(debug);
      if (!question) continue;
      await debug.to(at);
      if (clear) await debug.clear();
      await behindTheStop();
      const took = await timed(question);
      if (n > 0) times[which].push(took);
    }
  }
  return times;
}

/** What a step over the loop takes more than running it to a breakpoint behind it, of each debugger in turns. */
async function longStep(debuggers, loop, rounds) {
  const times = debuggers.map(() => []);
  for (let n = 0; n <= rounds; n++) {
    for (const [which, debug] of debuggers.entries()) {
      await debug.toLoop(loop);
      const run = await timed(debug.go);
      await debug.toLoop(loop);
      await debug.clear();
      const step = await timed(debug.next);
      if (n > 0) times[which].push(step - run);
    }
  }
  return times;
}

/** @returns figures in milliseconds, with the runs of each debugger and their median by its name */
export async function latencyFigures({ folder, runs, quick = false }) {
  const image = buildKernel(folder);
  const there = DEBUGGERS.filter(
    ({ needs = [], slow = false }) => !(quick && slow) && needs.every((program) => which(program)),
  );
  const debuggers = [];
  try {
    for (const { start } of there) debuggers.push(await start(image, folder));
    const figure = (name, times) => ({
      ...{ name, unit: 'ms' },
      debuggers: there.flatMap((debug, n) =>
        times[n]?.length > 0 ? [{ name: debug.name, runs: times[n], median: median(times[n]) }] : [],
      ),
    });
    const figures = [];
    for (const question of [...QUESTIONS, ...MAPPINGS])
      figures.push(figure(question.name, await askAll(debuggers, question, runs * 4)));
    for (const question of BEGINNINGS)
      figures.push(figure(question.name, await askAll(debuggers, question, runs)));
    for (const loop of LOOPS)
      figures.push(figure(loop.name, await longStep(debuggers.slice(0, OURS), loop, runs)));
    return figures;
  } finally {
    for (const debug of debuggers) debug.end();
  }
}

/** Medians, and in brackets how many times longer that is than ours in the editor. */
export function latencyTable(figures, runs) {
  const [, { name: editor }] = DEBUGGERS;
  const medianOf = ({ debuggers }, wanted) => debuggers.find(({ name }) => name === wanted)?.median;
  const cell = (figure, name) => {
    const [value, mine] = [medianOf(figure, name), medianOf(figure, editor)];
    const isOther = DEBUGGERS.findIndex((one) => one.name === name) >= OURS;
    const ratio = isOther && value !== undefined && mine > 0 ? ` (${(value / mine).toFixed(1)})` : '';
    return (value === undefined ? '-' : `${value.toFixed(2)} ms${ratio}`).padStart(20);
  };
  const head = DEBUGGERS.map(({ name }) => name.padStart(20)).join('');
  const lines = figures.map(
    (figure) => figure.name.padEnd(24) + DEBUGGERS.map(({ name }) => cell(figure, name)).join(''),
  );
  return `${`median of ${runs}`.padEnd(24)}${head}\n${lines.join('\n')}\n`;
}
