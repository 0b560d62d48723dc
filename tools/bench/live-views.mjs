// What the live timelines cost the machine that they look at: instructions that a guest gets through while the views of switches
// and rings are fed, against the same without, in turns. The guest does nothing but switch to the host and back, some 150,000 times.
//   node tools/bench/live-views.mjs          needs dist/ (npm run build) and the built kernels
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ROUNDS = 3;
const ROUND_MS = 1500;
/** As extension/webview/timeline/feed.ts fetches them while the machine runs. */
const [PERIOD_MS, PIECE, PIECES] = [500, 4096, 2];

/** A DAP client of the stand-alone adapter. */
function startAdapter() {
  const child = spawn(process.execPath, [join(root, 'dist/adapter.cjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map();
  const heard = new Map();
  let seq = 0;
  let data = Buffer.alloc(0);
  child.stdout.on('data', (more) => {
    data = Buffer.concat([data, more]);
    for (;;) {
      const end = data.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(data.toString('latin1', 0, Math.max(end, 0)))?.[1]);
      if (end < 0 || data.length < end + 4 + length) return;
      const message = JSON.parse(data.toString('utf8', end + 4, end + 4 + length));
      data = data.subarray(end + 4 + length);
      if (message.type === 'response') waiting.get(message.request_seq)?.(message);
      else heard.set(message.event, message.body);
    }
  });
  return {
    heard,
    end: () => child.kill(),
    async ask(command, args) {
      const text = JSON.stringify({ seq: ++seq, type: 'request', command, arguments: args });
      child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      const answer = await new Promise((resolve) => waiting.set(seq, resolve));
      if (!answer.success) throw new Error(`${command}: ${answer.message}`);
      return answer.body;
    },
  };
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const adapter = startAdapter();
const { ask, heard } = adapter;
await ask('initialize', { adapterID: 'colinux' });
await ask('launch', { kernel: join(root, 'kernels/build/busy-guest.elf'), cmdline: 's~' });
while (!heard.has('initialized')) await wait(20);
await ask('configurationDone', {});
while ((await ask('colinux/switches', { first: -1, most: 1 })).switches.length === 0) await wait(50);

async function fetchLive() {
  for (const [command, list] of [
    ['colinux/switches', 'switches'],
    ['colinux/transitions', 'transitions'],
  ]) {
    for (let n = 0; n < PIECES; n++) {
      const { count } = await ask(command, { first: -PIECE, most: PIECE });
      if (count < 0) throw new Error(list);
    }
  }
}

/** Instructions of a round, by the records' own clock. */
async function round(live) {
  const now = async () => (await ask('colinux/switches', { first: -1, most: 1 })).switches[0].instructions;
  const [began, from] = [performance.now(), await now()];
  while (performance.now() - began < ROUND_MS) {
    if (live) await fetchLive();
    await wait(PERIOD_MS);
  }
  return ((await now()) - from) / (performance.now() - began) / 1000;
}

const figures = { without: [], live: [] };
for (let n = 0; n < ROUNDS; n++) {
  figures.without.push(await round(false));
  figures.live.push(await round(true));
}
adapter.end();
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const [plain, live] = [median(figures.without), median(figures.live)];
process.stdout.write(
  `million instructions a second: ${plain.toFixed(2)} without views, ${live.toFixed(2)} with live timelines: ` +
    `${((1 - live / plain) * 100).toFixed(1)} % slower\n`,
);
