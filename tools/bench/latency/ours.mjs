// Our debugger: as a process (`colinux dap`, what other editors run), and in the process of its client (as VS Code runs it). Both with what was
// compiled of them in an earlier process, as they have it from their second session on.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debugByDap, overPipes } from './dap.mjs';
import { lineOf } from './source.mjs';

const DIST = fileURLToPath(new URL('../../../dist', import.meta.url));
const require = createRequire(import.meta.url);

function expectRanges(count) {
  if (count < 60_000) throw new Error(`${count} ranges instead of 65,000`);
}

async function ours(image, connect) {
  const debug = await debugByDap(connect, (request) => request('launch', { kernel: image, memory: 16 }));
  const { request, breakpoints, to } = debug;
  return {
    ...debug,
    /** Another session, from nothing to its stop at the first breakpoint. */
    async launch() {
      (await ours(image, connect)).end();
    },
    walk: () => request('colinux/pageWalk', { memoryReference: '0x200000' }),
    /** As views ask for them, and as objects. */
    async mappings() {
      const { ranges } = await request('colinux/packedMappings', { threadId: 1 });
      expectRanges(Buffer.byteLength(ranges, 'base64') / 16);
    },
    async mappingObjects() {
      expectRanges((await request('colinux/mappings', { threadId: 1 })).mappings.length);
    },
    /** To a long loop, with a breakpoint behind it. */
    async toLoop({ at, behind, set }) {
      await to(at);
      await request('evaluate', { expression: set, context: 'repl' });
      await breakpoints(lineOf(behind));
    },
  };
}

export async function overPipe(image, folder) {
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  const start = () => ours(image, overPipes(process.execPath, join(DIST, 'cli.cjs'), 'dap'));
  const earlier = await start();
  await useAll(earlier);
  await earlier.request('disconnect', {});
  return start();
}

/** The adapter's module, and what keeps what is compiled of it. @param folder of `bundleMachines` */
function loadAdapter(folder) {
  const { loadCompiled } = require(join(folder, 'compiled-bundle.cjs'));
  return loadCompiled(join(folder, 'inline-adapter.cjs'), join(folder, 'code'));
}

const inThisProcess = (image, { createSession }) =>
  ours(image, (give) => {
    const session = createSession(DIST);
    session.onDidSendMessage(give);
    return { send: (message) => session.handleMessage(message), end: () => session.dispose() };
  });

/** In this process, as in an extension host: the machine is a worker of it. @param folder of `bundleMachines` */
export function inProcess(image, folder) {
  const earlier = `import(${JSON.stringify(import.meta.url)}).then((ours) => ours.earlierWindow(...process.argv.slice(1)))`;
  const { status } = spawnSync(process.execPath, ['--eval', earlier, image, folder], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the earlier session of the latency benchmark failed');
  return inThisProcess(image, loadAdapter(folder).exports);
}

/** A process of its own: a session, and what it has compiled is kept. */
export async function earlierWindow(image, folder) {
  const adapter = loadAdapter(folder);
  const debug = await inThisProcess(image, adapter.exports);
  await useAll(debug);
  adapter.keep();
  process.exit(0);
}

/** What the questions of the benchmark use. */
async function useAll(debug) {
  await debug.next();
  await debug.instruction();
  await debug.show();
  await debug.expand();
  await debug.walk();
  await debug.mappings();
}
