/**
 * `colinux profile`: runs a kernel to its end and writes where its instructions went, as a .cpuprofile that VS Code and Chrome
 * open. Exact: every instruction is counted, none is sampled.
 */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { snapshot } from '../core/machine/snapshot.ts';
import { Coroutines } from '../debug-adapter/coroutines.ts';
import { hostPrograms } from '../debug-adapter/host-programs.ts';
import type { KernelImages } from '../debug-adapter/launch-plan.ts';
import { toCpuProfile } from '../debug-adapter/profile/cpuprofile.ts';
import { profileNames } from '../debug-adapter/profile/names.ts';
import { ExitStatus } from './exit-status.ts';
import { type BootFiles, readBootFiles, readImage } from './images.ts';
import { requireSymbols, symbolsOf } from './kernel-symbols.ts';
import { observedRun } from './observed-run.ts';
import { takeOptions } from './own-options.ts';
import { Problem, systemReason } from './problem.ts';
import { report } from './process.ts';
import { parseRunOptions } from './run-options.ts';

/**
 * A kernel without symbols is shown by addresses.
 * @param symbols the file that has those of IMAGE, if it is another one. @throws Problem
 */
async function imagesOf(files: BootFiles, symbols: string | undefined): Promise<KernelImages> {
  if ('bios' in files) throw new Problem('colinux profile expects a kernel image, but found a ROM.');
  const { cooperative, kernel, modules } = files;
  const [guest] = modules;
  const named =
    symbols === undefined
      ? undefined
      : await requireSymbols({ bytes: readImage('symbols', symbols), name: symbols });
  const hostImage = (cooperative ? undefined : named) ?? (await symbolsOf(kernel));
  const guests =
    cooperative && guest ? [{ name: basename(guest.name), image: named ?? (await symbolsOf(guest)) }] : [];
  return { hostImage, guests, programs: cooperative ? hostPrograms(hostImage) : [] };
}

/** @returns 0 when the profile is written, 130 when the run was interrupted: what there was is written then. @throws Problem, BootError */
export async function profile(args: readonly string[], folder: string): Promise<number> {
  const { values, rest } = takeOptions(args, ['output', 'symbols']);
  const options = parseRunOptions(rest, 'profile');
  const output = values.output ?? `${basename(options.image ?? 'kernel').replace(/\.elf$/, '')}.cpuprofile`;
  const files = readBootFiles(options, folder);
  const images = await imagesOf(files, values.symbols);
  const { machine, end } = await observedRun(options, files, folder, {
    begin({ debug }) {
      debug.profiler.start();
    },
    byte: () => undefined,
    isOver: () => false,
  });
  const found = machine.debug.profiler.stop();
  const coroutines = new Coroutines(snapshot(machine), images);
  const made = toCpuProfile(
    found,
    profileNames(coroutines, (file) => file),
  );
  try {
    writeFileSync(output, JSON.stringify(made));
  } catch (error) {
    throw new Problem(`--output cannot write to "${output}", ${systemReason(error)}: give a file's name.`);
  }
  const instructions = machine.instructions().toLocaleString('en-US');
  report(`${instructions} instructions in ${made.nodes.length} functions by their callers: ${output}`);
  if (found.truncated)
    report('The tree of calls was too large: calls that are deeper are counted where it ends.');
  return end.kind === 'interrupted' ? ExitStatus.Interrupted : ExitStatus.Done;
}
