// What the live timelines cost the machine that they look at: instructions that a guest gets through while the views of switches
// and rings are fed, against the same without, in turns: for each second of processor time of the thread that the machine runs on, so
// that what else the computer does counts little. The guest does nothing but switch to the host and back.
//   node tools/bench/live-views.mjs          needs Linux, dist/ (npm run build) and the built kernels
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ROUNDS = 7;
const ROUND_MS = 1000;
/** As extension/webview/timeline/feed.ts fetches them while the machine runs. */
const [PERIOD_MS, PIECE, PIECES] = [500, 4096, 2];
const TICKS_PER_SECOND = 100;

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
    pid: child.pid,
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

const [SWITCHES, TRANSITIONS] = ['colinux/switches', 'colinux/transitions'];

async function fetchLive(commands) {
  for (const command of commands)
    for (let n = 0; n < PIECES; n++) await ask(command, { first: -PIECE, most: PIECE });
}

/** Seconds of processor time of each thread of the adapter (proc(5), `utime` and `stime`). */
function threadSeconds() {
  const tasks = `/proc/${adapter.pid}/task`;
  const ticks = (id) =>
    readFileSync(`${tasks}/${id}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13);
  return new Map(
    readdirSync(tasks).map((id) => [
      id,
      ticks(id).reduce((sum, one) => sum + Number(one), 0) / TICKS_PER_SECOND,
    ]),
  );
}

/** The guest ends after a few seconds: each round has a machine of its own. */
async function begin() {
  await ask('restart', {});
  while ((await ask('colinux/switches', { first: -1, most: 1 })).switches.length === 0) await wait(20);
}

/** Million instructions of a round for each second of the thread that worked most, which is the machine's. */
async function round(commands) {
  await begin();
  const now = async () => (await ask('colinux/switches', { first: -1, most: 1 })).switches[0].instructions;
  const [began, before, from] = [performance.now(), threadSeconds(), await now()];
  while (performance.now() - began < ROUND_MS) {
    await fetchLive(commands);
    await wait(PERIOD_MS);
  }
  const instructions = (await now()) - from;
  const seconds = [...threadSeconds()].map(([id, after]) => after - (before.get(id) ?? 0));
  return instructions / Math.max(...seconds) / 1e6;
}

const MODES = [
  ['without views', []],
  ['with that of switches', [SWITCHES]],
  ['with those of switches and rings', [SWITCHES, TRANSITIONS]],
];
const figures = MODES.map(() => []);
for (let n = 0; n < ROUNDS; n++)
  for (const [mode, [, commands]] of MODES.entries()) figures[mode].push(await round(commands));
adapter.end();
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const [plain] = figures.map(median);
for (const [mode, [name]] of MODES.entries()) {
  const rate = median(figures[mode]);
  const slower = mode === 0 ? '' : `, ${((1 - rate / plain) * 100).toFixed(1)} % slower`;
  process.stdout.write(
    `${name}: ${rate.toFixed(2)} million instructions a second of the machine's thread${slower}\n`,
  );
}
