/**
 * Entry of the stand-alone debug adapter bundle: DAP on stdin and stdout, or with `--port N` on a TCP port of this
 * computer. `colinux dap` loads it; other DAP clients may run it by itself. With `daemon` as its first word it runs guests that
 * debuggers attach to (`colinux daemon --dap`).
 */
import { createNodeHost } from '../debug-adapter/node-host.ts';
import { serveStdio, serveTcp } from '../debug-adapter/stdio.ts';
import { ColinuxDebugSession } from '../debug-adapter/session.ts';
import { ownProcess } from '../debug-adapter/worker-node.ts';
import { openEndsOnNode } from '../platform/node/ends.ts';
import { jitDump } from './jit-dump.ts';
import { parseDapOptions } from './dap-options.ts';
import { ExitStatus } from './exit-status.ts';
import { portProblem } from './port.ts';
import { bundleFolder, failed, write } from './process.ts';
import { profile } from './profile.ts';
import { test } from './test.ts';
import { serveDaemon } from './served-daemon.ts';

async function serve(args: readonly string[], folder: string): Promise<void> {
  const [command, ...rest] = args;
  if (command === 'daemon') {
    await serveDaemon(rest, folder);
    return;
  }
  const { port } = parseDapOptions(args);
  // Each client has names of its own for files.
  const newHost = () => createNodeHost(folder, openEndsOnNode(folder));
  if (port === undefined) {
    serveStdio(newHost());
    return;
  }
  process.on('SIGINT', () => process.exit(ExitStatus.Interrupted));
  const listening = await serveTcp(() => new ColinuxDebugSession(newHost()), port).catch((error: unknown) => {
    throw portProblem(port, error);
  });
  write(2, `listening on 127.0.0.1:${String(listening)}\n`);
}

const COMMANDS: Readonly<Record<string, (args: readonly string[], folder: string) => Promise<number>>> = {
  test,
  profile,
  'jit-dump': jitDump,
};

ownProcess();
const [command = '', ...rest] = process.argv.slice(2);
if (Object.hasOwn(COMMANDS, command))
  // What a command throws at once is a problem of its own too.
  Promise.resolve()
    .then(() => COMMANDS[command]!(rest, bundleFolder()))
    .then((status) => process.exit(status), failed);
else serve(process.argv.slice(2), bundleFolder()).catch(failed);
