// How long questions to the symbols of a large kernel take, here and in gdb: whole processes from nothing, with the peak of
// their memory. The kernel is the caller's: Debian has one in linux-image-VERSION-686-dbg (usr/lib/debug/boot/vmlinux-VERSION).
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { which } from '../debian.mjs';
import { median } from './figures.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** How often the memory of a process is looked at. Linux keeps the peak, so only the last look counts. */
const LOOK_MS = 5;

/** Name, question to `test/bench/read-symbols.ts`, and the same for gdb. `kept`: with the index of an earlier session. */
const QUESTIONS = [
  { name: 'open', question: 'open', gdb: [] },
  { name: 'first source breakpoint', question: 'breakpoint', gdb: ['break init/main.c:500'] },
  { name: 'first one in a header', question: 'header', gdb: ['break include/linux/list.h:70'] },
  { name: 'names of all sources', question: 'sources' },
  { name: 'function by name', question: 'function', gdb: ['break start_kernel'] },
  { name: 'task_struct, all members', question: 'struct', gdb: ['ptype struct task_struct'] },
  { name: 'index of all names', question: 'names' },
  { name: 'the same, kept before', question: 'names', kept: true },
];

/** What a process prints, its seconds from start to end, and its peak of memory in MiB. */
function measure(program, args) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    let peak = 0;
    const look = setInterval(() => {
      try {
        const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
        peak = Math.max(peak, Number(kib ?? 0) / 1024);
      } catch {
        // it has ended
      }
    }, LOOK_MS);
    child.stdout.on('data', (part) => (text += part));
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(look);
      resolve({ text, seconds: (performance.now() - began) / 1000, peak });
    });
  });
}

async function ours(driver, vmlinux, { name, question, kept }, cache) {
  const result = await measure(process.execPath, [driver, vmlinux, question, kept ? cache : '']);
  const { found, seconds, readSeconds, held } = JSON.parse(result.text);
  if (found === 0) throw new Error(`our reader finds nothing for "${name}" in ${vmlinux}`);
  return { ...result, answer: seconds, read: readSeconds, held };
}

/**
 * @param {{ folder: string, runs: number, vmlinux: string | undefined }} bench
 * @returns rows of medians, or a sentence that says why there are none
 */
export async function symbolFigures({ folder, runs, vmlinux }) {
  if (!vmlinux || !existsSync(vmlinux)) {
    const found = vmlinux ? `there is none at ${vmlinux}` : 'none was named';
    return `The speed of symbols needs an i386 vmlinux with debug information, ${found}: name one with --vmlinux FILE or COLINUX_VMLINUX.`;
  }
  const driver = join(folder, 'read-symbols.mjs');
  await build({
    entryPoints: [join(root, 'test/bench/read-symbols.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    outfile: driver,
    logLevel: 'error',
  });
  const cache = join(folder, 'symbols');
  const gdb = which('gdb');
  await measure(process.execPath, [driver, vmlinux, 'names', cache]);
  const rows = [];
  for (const question of QUESTIONS) {
    const our = [];
    const their = [];
    for (let run = 0; run < runs; run++) {
      our.push(await ours(driver, vmlinux, question, cache));
      if (!gdb || !question.gdb) continue;
      const commands = question.gdb.flatMap((command) => ['-ex', command]);
      their.push(await measure(gdb, ['-nx', '-batch', ...commands, vmlinux]));
    }
    const middle = (list, key) => (list.length > 0 ? median(list.map((one) => one[key])) : null);
    rows.push({
      name: question.name,
      answer: middle(our, 'answer'),
      seconds: middle(our, 'seconds'),
      peak: middle(our, 'peak'),
      held: middle(our, 'held'),
      gdbSeconds: middle(their, 'seconds'),
      gdbPeak: middle(their, 'peak'),
    });
  }
  return { bytes: statSync(vmlinux).size, rows };
}

export function symbolTable(figures) {
  if (typeof figures === 'string') return `${figures}\n`;
  const cell = (value, unit, digits) =>
    (value === null ? '-' : `${value.toFixed(digits)} ${unit}`).padStart(13);
  const head = ['answer', 'held', 'process', 'peak', 'gdb', 'gdb peak']
    .map((text) => text.padStart(13))
    .join('');
  const lines = figures.rows.map(
    ({ name, answer, held, seconds, peak, gdbSeconds, gdbPeak }) =>
      `${name.padEnd(26)}${cell(answer, 's', 3)}${cell(held, 'ms', 0)}${cell(seconds, 's', 3)}${cell(peak, 'MiB', 0)}${cell(gdbSeconds, 's', 3)}${cell(gdbPeak, 'MiB', 0)}`,
  );
  const title = `symbols, ${(figures.bytes / 2 ** 20).toFixed(0)} MiB`.padEnd(26);
  return `${title}${head}\n${lines.join('\n')}\n`;
}
