// Our debugger: as a process (`colinux dap`, what other editors run), and in the process of its client (as VS Code runs it).
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

export const overPipe = (image) => ours(image, overPipes(process.execPath, join(DIST, 'cli.cjs'), 'dap'));

/** In this process, as in an extension host: the machine is a worker of it. @param folder of `bundleMachines` */
export function inProcess(image, folder) {
  const { createSession } = require(join(folder, 'inline-adapter.cjs'));
  return ours(image, (give) => {
    const session = createSession(DIST);
    session.onDidSendMessage(give);
    return { send: (message) => session.handleMessage(message), end: () => session.dispose() };
  });
}
