/** The commands of `colinux`: chooses the one that is asked for. `colinux.ts` loads this bundle. */
import { version } from '../package.json';
import { ownProcess } from '../debug-adapter/worker-node.ts';
import { daemon } from './daemon.ts';
import { dap, loadAdapter } from './dap.ts';
import { ExitStatus } from './exit-status.ts';
import { gdb } from './gdb.ts';
import { image } from './image.ts';
import { newGuest } from './new-guest.ts';
import { Problem } from './problem.ts';
import { bundleFolder, failed, report, write } from './process.ts';
import { run } from './run.ts';
import { USAGE } from './usage.ts';

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (args.includes('--help') || args.includes('-h') || command === 'help') {
    write(1, USAGE);
    return ExitStatus.Done;
  }
  switch (command) {
    case '--version':
      write(1, `colinux ${version}\n`);
      return ExitStatus.Done;
    case 'run':
      return run(rest, bundleFolder(), report);
    case 'dap':
      return dap(rest, bundleFolder());
    case 'gdb':
      return gdb(rest, bundleFolder());
    case 'daemon':
      return daemon(rest, bundleFolder());
    case 'test':
    case 'profile':
    case 'jit-dump':
      return loadAdapter(args, bundleFolder());
    case 'image':
      return image(rest);
    case 'new':
      return newGuest(rest, bundleFolder());
    case undefined:
      throw new Problem(
        'Expected a command, run, test, profile, daemon, image, new, gdb, jit-dump or dap, but found none: see colinux --help.',
      );
    default:
      throw new Problem(
        `Expected a command, run, test, profile, daemon, image, new, gdb, jit-dump or dap, but found "${command}": see colinux --help.`,
      );
  }
}

ownProcess();
main(process.argv.slice(2)).then((status) => process.exit(status), failed);
