/**
 * Entry of the command `colinux`: chooses the subcommand, and turns whatever goes wrong into one sentence and an exit
 * status.
 */
import { realpathSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { BootError } from '../core/boot/boot-error.ts';
import { MemorySizeError } from '../core/memory/physical-memory.ts';
import { version } from '../package.json';
import { dap } from './dap.ts';
import { ExitStatus } from './exit-status.ts';
import { Problem } from './problem.ts';
import { run } from './run.ts';
import { USAGE } from './usage.ts';

function write(descriptor: number, text: string): void {
  try {
    writeSync(descriptor, text);
  } catch {
    // Nobody is there to read it.
  }
}
const report = (text: string) => {
  write(2, `colinux: ${text}\n`);
};

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (args.includes('--help') || args.includes('-h') || command === 'help') {
    write(1, USAGE);
    return ExitStatus.Done;
  }
  const folder = dirname(realpathSync(process.argv[1]!));
  switch (command) {
    case '--version':
      write(1, `colinux ${version}\n`);
      return ExitStatus.Done;
    case 'run':
      return run(rest, folder, report);
    case 'dap':
      return dap(rest, folder);
    case undefined:
      throw new Problem('Expected a command, run or dap, but found none: see colinux --help.');
    default:
      throw new Problem(`Expected a command, run or dap, but found "${command}": see colinux --help.`);
  }
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    const known = error instanceof Problem || error instanceof BootError || error instanceof MemorySizeError;
    if (known) report(error.message);
    else
      report(
        `A fault of colinux itself, please report it: ${error instanceof Error ? error.message : String(error)}`,
      );
    process.exit(known ? ExitStatus.Usage : ExitStatus.Internal);
  },
);
