/** The options of `colinux test`: images, where reports go, which of the images are run, and options of `colinux run` for each. */
import { takeOptions } from './own-options.ts';
import { Problem } from './problem.ts';
import { parseRunOptions, type RunOptions, takeImages } from './run-options.ts';

export interface TestOptions {
  /** One for each image that is to be run here. */
  readonly runs: readonly RunOptions[];
  /** A file for JUnit XML, and one for an LCOV tracefile. */
  readonly junit: string | undefined;
  readonly lcov: string | undefined;
}

/** Instructions after which a kernel has hung, unless `--max-instructions` says otherwise: some minutes. */
const PATIENCE = 10_000_000_000;
/** What makes no sense in a test. */
const SENSELESS = ['serial', 'debugcon', 'stats', 'bios', 'post'] as const;

/** Part `i` of `n`, in turns: the same images always are in the same part. @throws Problem */
function shardOf(images: readonly string[], text: string | undefined): readonly string[] {
  if (text === undefined) return images;
  const [, part, parts] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const [i, n] = [Number(part), Number(parts)];
  if (!(i >= 1 && i <= n))
    throw new Problem(`--shard expects I/N with I from 1 to N, as 2/3, but found "${text}".`);
  return images.filter((_image, at) => at % n === i - 1);
}

/** @throws Problem */
export function parseTestOptions(args: readonly string[]): TestOptions {
  const { values, rest: others } = takeOptions(args, ['junit', 'lcov', 'shard']);
  const { images, rest } = takeImages(others);
  if (images.length === 0)
    throw new Problem('colinux test expects kernel images, but found none: colinux test IMAGE… [options].');
  const runs = shardOf(images, values.shard).map((image) => {
    const run = parseRunOptions([image, ...rest], 'test');
    const senseless = SENSELESS.find((name) => run[name] !== undefined && run[name] !== false);
    if (senseless) throw new Problem(`--${senseless} is an option of colinux run only: leave it out.`);
    return run.maxInstructions === Infinity ? { ...run, maxInstructions: PATIENCE } : run;
  });
  return { runs, junit: values.junit, lcov: values.lcov };
}
