// `npm run test:linux`: boots Debian's unmodified Linux for i386 with busybox on our machine, and works a little at the prompt of its
// shell. Takes minutes, so it is no part of `npm test`. Shows what the console says; the last line is "N passed, M failed".
// With an argument it does the same on that machine: qemu, v86.
import { ENGINES } from './engines.mjs';
import { debianLinux } from './linux/debian-linux.mjs';
import { linuxSession } from './linux/session.mjs';
import { run } from './steps.mjs';

const LONGEST_SECONDS = 900;

/** What is typed, and what the answer must look like. */
const DIALOGUE = [
  ['echo $((6 * 7)) words', /^42 words$/],
  ['uname -a', /^Linux .* 6\.\d.* i686 GNU\/Linux$/],
  ['free', /^Mem: +\d{5,6} +\d+/m],
  ['dmesg | grep -c "Linux version"', /^1$/],
  ['dmesg | grep -iE "oops|BUG:|invalid opcode" || echo none', /^none$/],
];

const [engine = 'ours'] = process.argv.slice(2);
if (!(engine in ENGINES)) {
  process.stderr.write(
    `test:linux expects one of ${Object.keys(ENGINES).join(', ')}, but found "${engine}".\n`,
  );
  process.exit(2);
}
const { status, output } = await run(process.execPath, ['tools/build.mjs']);
if (status !== 0) {
  process.stderr.write(output);
  process.exit(1);
}

let failed = 0;
try {
  const commands = DIALOGUE.map(([command]) => command);
  const { bootSeconds, answers } = await linuxSession(
    engine,
    debianLinux(),
    commands,
    LONGEST_SECONDS,
    (line) => process.stdout.write(`${line}\n`),
  );
  process.stdout.write(`\nAt the prompt after ${bootSeconds.toFixed(1)} s.\n`);
  for (const [n, { command, text, seconds }] of answers.entries()) {
    const good = DIALOGUE[n][1].test(text);
    if (!good) failed++;
    process.stdout.write(
      `${good ? '✓' : '✗'} ${command} (${seconds.toFixed(1)} s)${good ? '' : `: ${text}`}\n`,
    );
  }
} catch (error) {
  failed = DIALOGUE.length;
  process.stdout.write(`✗ ${error.message}\n`);
}
process.stdout.write(`${DIALOGUE.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
