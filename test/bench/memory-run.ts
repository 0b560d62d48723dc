/*
 * Runs benchmarks that make many translations again and again: code that changes itself, and large code that runs seldom. Prints one line of
 * JSON after each of them: {benchmark, made, alive, heap, wasm, resident}: modules of translations so far and those that are not collected,
 * and MiB. Needs --expose-gc. Arguments: the image, seconds.
 */
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { createMachine } from '../../core/machine/machine.ts';

const [image = '', seconds = '60'] = process.argv.slice(2);
const NAMES = ['smc_patch', 'smc_shared', 'smc_generate', 'cold_once', 'cold_passes', 'cold_bursts'];
const SLICE = 1_000_000;
const collect = (globalThis as { gc?: () => void }).gc;
if (!collect) throw new Error('Run node with --expose-gc.');

/** Weak references to all modules: how many are still there is how many the engine keeps. */
const modules: WeakRef<WebAssembly.Module>[] = [];
const { Module } = WebAssembly;
WebAssembly.Module = class extends Module {
  constructor(bytes: BufferSource) {
    super(bytes);
    modules.push(new WeakRef(this));
    made++;
  }
};
let made = 0;

async function sample(benchmark: string): Promise<void> {
  // What a WeakRef has shown lives to the end of the job.
  await setImmediate();
  collect?.();
  await setImmediate();
  collect?.();
  const alive = modules.filter((reference) => reference.deref() !== undefined);
  modules.splice(0, modules.length, ...alive);
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const [heap, wasm, resident] = [heapUsed, arrayBuffers, rss].map((bytes) => Math.round(bytes / 2 ** 20));
  process.stdout.write(`${JSON.stringify({ benchmark, made, alive: alive.length, heap, wasm, resident })}\n`);
}

/** One machine through all benchmarks. */
async function cycle(end: number): Promise<void> {
  let line = '';
  const ended: string[] = [];
  let done = false;
  const machine = createMachine(
    {
      memoryBytes: 128 << 20,
      kernel: { bytes: readFileSync(image), name: 'bench', args: `only=${NAMES.join(',')} repeat=3` },
      modules: [],
      rtcSeconds: 0,
    },
    {
      serial(_port, byte) {
        if (byte !== 10) {
          line += String.fromCharCode(byte);
          return;
        }
        const [mark, name = ''] = line.trim().split(' ');
        if (mark === '@end') ended.push(name);
        done ||= mark === '@done';
        line = '';
      },
      debugcon: () => undefined,
      log: () => undefined,
    },
  );
  while (!done && performance.now() < end) {
    machine.run(SLICE);
    for (const name of ended.splice(0)) await sample(name);
  }
}

const end = performance.now() + Number(seconds) * 1000;
while (performance.now() < end) await cycle(end);
