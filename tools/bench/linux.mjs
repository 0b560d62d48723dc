// `npm run bench -- processor --linux`: Debian's Linux on the machines, from power-on to the prompt of its shell, and work there. Each
// session is one run; its commands are measured from the key that starts them to the next prompt.
import { debianLinux } from '../linux/debian-linux.mjs';
import { linuxSession } from '../linux/session.mjs';
import { measured } from './comparison.mjs';

const LONGEST_SECONDS = 1800;

/** What is typed, by the names that the table has. Each is short: the terminal has 80 columns. */
const WORK = {
  linux_shell: 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i',
  linux_fork: 'for i in $(seq 100); do /bin/true; done',
  linux_sha256: 'dd if=/dev/zero bs=64k count=64 2>/dev/null | sha256sum',
  linux_awk: "awk 'BEGIN { for (; n < 40000; n++) s += n * n % 7; print s }'",
  linux_sort: 'seq 20000 | sort -r | wc -c',
  linux_gzip: 'dd if=/bin/busybox bs=64k 2>/dev/null | gzip | wc -c',
  linux_find: 'find /sys | grep -c a',
};

/** One session: seconds by the names of rows, and what must be the same on every machine. */
async function session(engine, linux) {
  const { bootSeconds, answers } = await linuxSession(engine, linux, Object.values(WORK), LONGEST_SECONDS);
  const work = Object.keys(WORK).map((name, n) => [name, answers[n].seconds]);
  // What /sys has depends on the machine.
  const text = answers.slice(0, -1).map((answer) => answer.text);
  return { seconds: { linux_boot: bootSeconds, ...Object.fromEntries(work) }, text: text.join('\n') };
}

/** The seconds of all sessions of each engine. */
async function sessionsOf({ engines, runs, kept }) {
  const linux = debianLinux();
  const sessions = Object.fromEntries(engines.map((engine) => [engine, []]));
  let expected;
  if (kept) await session('ours', linux);
  for (let run = 0; run < runs; run++)
    for (const engine of engines) {
      const { seconds, text } = await session(engine, linux);
      expected ??= text;
      if (text !== expected) throw new Error(`Linux says on ${engine} "${text}" instead of "${expected}"`);
      sessions[engine].push(seconds);
    }
  return sessions;
}

/** Rows as those of benchmarks; there is one repetition in each session. */
export async function linuxRows(settings) {
  const sessions = sessionsOf(settings);
  const rows = [];
  for (const name of ['linux_boot', ...Object.keys(WORK)]) {
    const samples = async () => {
      const times = Object.entries(await sessions).map(([engine, all]) => {
        const seconds = all.map((one) => one[name]);
        return [engine, { first: seconds, warm: seconds }];
      });
      return { name, times: Object.fromEntries(times) };
    };
    rows.push(await measured(name, samples));
    settings.onRow(rows.at(-1));
  }
  return rows;
}
