/**
 * `colinux daemon --dap PORT`: the guests of a daemon in a machine that debuggers can attach to and leave. It is part of the
 * adapter's bundle, for it is the adapter that runs the machine.
 */
import { createNodeHost } from '../debug-adapter/node-host.ts';
import type { AdapterHost } from '../debug-adapter/adapter-host.ts';
import { ServedMachine } from '../debug-adapter/served-machine.ts';
import { serveTcp } from '../debug-adapter/stdio.ts';
import { openEndsOnNode } from '../platform/node/ends.ts';
import { type DaemonOptions, parseDaemonOptions } from './daemon-options.ts';
import { DaemonStatus, removePidFile, writePidFile } from './daemon-status.ts';
import { createLog } from './daemon-terminal.ts';
import { configName, configText, planRun } from './guest-configs.ts';
import { startPrograms } from './host-programs.ts';
import { portProblem } from './port.ts';
import { Problem } from './problem.ts';
import { report, write } from './process.ts';
import { watchTermination } from './termination.ts';

/** @throws Problem */
function refuse({ terminal, guests }: DaemonOptions): void {
  if (terminal === 'cocon')
    throw new Problem('-t cocon and --dap do not go together: an attached editor shows the console.');
  if (guests.some(({ captures }) => captures.size > 0))
    throw new Problem('--capture and --dap do not go together: run without one of them.');
}

/** The words of the command line are files of these names. */
function withWords(host: AdapterHost, { guests }: DaemonOptions): AdapterHost {
  const texts = new Map(
    guests.map(({ words }, n) => [configName(n, guests.length), configText(words)] as const),
  );
  return {
    ...host,
    readFile(path) {
      const text = texts.get(path);
      return text === undefined ? host.readFile(path) : Promise.resolve(new TextEncoder().encode(text));
    },
  };
}

/**
 * Serves until the machine ends, and ends the process then.
 * @param folder where the bundle lies
 * @throws Problem
 */
export async function serveDaemon(args: readonly string[], folder: string): Promise<void> {
  const options = parseDaemonOptions(args);
  const { guests, pidFile, port = 0 } = options;
  refuse(options);
  const { configs } = await planRun(guests);
  const endPrograms = startPrograms(configs);
  const end = (status: number) => {
    endPrograms();
    removePidFile(pidFile);
    process.exit(status);
  };
  const [config, ...others] = guests.map((_, n) => configName(n, guests.length));
  const host = withWords(createNodeHost(folder, openEndsOnNode(folder)), options);
  const launch = { config, guests: others };
  const machine = await ServedMachine.launch(host, launch, {
    text: createLog(options, 1),
    note: report,
    ended: (status = 0) => {
      end(status === 0 ? DaemonStatus.Done : DaemonStatus.Other);
    },
  }).catch((error: unknown) => {
    endPrograms();
    throw new Problem(error instanceof Error ? error.message : String(error));
  });
  const { interrupted, onInterrupt, takeRequests } = watchTermination(guests.length);
  onInterrupt(() => {
    if (interrupted()) {
      report('a guest was asked to shut down and did not: it was ended.');
      end(DaemonStatus.Other);
    }
    takeRequests().forEach((_, monitor) => void machine.shutDown(monitor).catch(() => undefined));
  });
  const listening = await serveTcp(() => machine.connect(), port).catch((error: unknown) => {
    endPrograms();
    throw portProblem(port, error, '--dap');
  });
  writePidFile(pidFile);
  write(2, `listening on 127.0.0.1:${String(listening)}\n`);
}
