/**
 * One question to the symbols of a program, in a process of its own: reads the file, answers, and prints seconds
 * within the process, the peak of its memory, and for how long the thread did nothing else, as JSON.
 */
import { readSymbolsOf } from '../../debug-adapter/file-parts-node.ts';
import { createFolderCache } from '../../debug-adapter/folder-cache-node.ts';
import { inflateOnNode } from '../../debug-adapter/inflate-node.ts';
import type { SymbolImage } from '../../debug-adapter/symbols/image.ts';
import { buildIndex, loadSymbols } from '../../debug-adapter/symbols/load.ts';
import { inTurns } from '../../debug-adapter/symbols/pieces.ts';
import { typeName } from '../../debug-adapter/symbols/type-name.ts';
import { stripType } from '../../debug-adapter/symbols/types.ts';

const [path = '', question = '', cacheFolder = ''] = process.argv.slice(2);
const cache = cacheFolder === '' ? undefined : createFolderCache(cacheFolder);

/** Each gives how much it found: 0 is a failure. */
const QUESTIONS: Record<string, (image: SymbolImage) => number | Promise<number>> = {
  open: () => 1,
  breakpoint: async (image) => (await inTurns(image.searchLine('init/main.c', 500)))?.addresses.length ?? 0,
  // Far behind in a kernel's debug information.
  last: async (image) => (await inTurns(image.searchLine('lib/vsprintf.c', 2750)))?.addresses.length ?? 0,
  header: async (image) =>
    (await inTurns(image.searchLine('include/linux/list.h', 70)))?.addresses.length ?? 0,
  sources: async (image) => (await inTurns(image.listSources())).length,
  function: async (image) => {
    await inTurns(image.prepare());
    return image.findFunctions('start_kernel').length;
  },
  struct: (image) => {
    const type = image.findType('struct task_struct');
    const bare = type && stripType(type);
    if (bare?.kind !== 'struct') return 0;
    return bare.members.filter((member) => typeName(member.type, member.name) !== '').length;
  },
  names: async (image) => {
    await buildIndex(image, cache, new AbortController().signal, () => undefined);
    return (await inTurns(image.searchFunction('schedule'))).length;
  },
};

/** Milliseconds that were the longest between two turns of others. */
let held = 0;
let turn = performance.now();
const watch = setInterval(() => {
  const now = performance.now();
  held = Math.max(held, now - turn - 1);
  turn = now;
}, 1);
const turnOfOthers = () => new Promise((resolve) => setTimeout(resolve, 2));

const started = performance.now();
const source = await readSymbolsOf(path);
const read = performance.now();
const files = { read: () => Promise.resolve(undefined), debugFolders: [], cache, inflate: inflateOnNode };
const image = await loadSymbols(source, 'vmlinux', path, files);
const found = await QUESTIONS[question]!(image);
const seconds = (performance.now() - read) / 1000;
const readSeconds = (read - started) / 1000;
await turnOfOthers();
clearInterval(watch);
process.stdout.write(
  JSON.stringify({ found, seconds, readSeconds, held, peakMiB: process.resourceUsage().maxRSS / 1024 }),
);
