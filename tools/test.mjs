// `npm test`: everything, from a fresh clone. Sets up what is missing (npm packages, Debian packages, a real VS Code),
// then checks, builds, and runs the unit tests and the real-VS-Code test. The last line is "N passed, M failed": tests of
// vitest, steps in VS Code, and one each for the checks and builds. Exit status 0 only when nothing failed.
// What failed is told where it happens and once more above the last line, where the end of a log shows it.
// Full output of every part: out/test-logs/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDebianPackages } from './debian.mjs';
import { ensureNodeModules, root, run } from './steps.mjs';
import { unitTests } from './unit-tests.mjs';

const logs = join(root, 'out/test-logs');
const started = Date.now();
let passed = 0;
let failed = 0;
/** What failed, with the first lines of why. */
const failures = [];
/** What failed at first and passed when it was tried once more, with why it failed. */
const atFirst = [];

const say = (line) => {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(4);
  process.stdout.write(`${seconds} s  ${line}\n`);
};
const count = (good, bad) => {
  passed += good;
  failed += bad;
};

/** Tells what failed, and why, in at most `lines` lines of its end. */
const tell = (what, why, lines) => {
  const end = why.trim().split('\n').slice(-lines);
  failures.push([what, ...end.slice(-12)].join('\n    '));
  process.stdout.write(`  ✗ ${what}\n    ${end.join('\n    ')}\n`);
};

/** One part that counts as one test. Gives whether it passed. */
async function part(title, program, args) {
  const { status, output, seconds } = await run(program, args);
  writeFileSync(join(logs, `${title.replace(/\W+/g, '-')}.txt`), output);
  count(status === 0 ? 1 : 0, status === 0 ? 0 : 1);
  say(`${status === 0 ? '✓' : '✗'} ${title} (${seconds.toFixed(0)} s)`);
  if (status !== 0) tell(title, output, 60);
  return status === 0;
}

/** Vitest, with its own counts. */
async function vitestTests() {
  const began = Date.now();
  const { passed: good, skipped, failures: bad, disturbed } = await unitTests(logs);
  count(good, bad.length);
  say(
    `${bad.length === 0 ? '✓' : '✗'} unit tests: ${good} passed, ${bad.length} failed` +
      `${skipped ? `, ${skipped} skipped` : ''} (${((Date.now() - began) / 1000).toFixed(0)} s)`,
  );
  const beginning = (why) => why.split('\n').slice(0, 8);
  for (const { file, name, why } of bad) tell(name, file ? beginning(why).join('\n') : why, 40);
  for (const { name, why } of disturbed) atFirst.push([name, ...beginning(why)].join('\n    '));
}

/** Tests in a VS Code, with their own counts. */
async function vscodeTests(title, script) {
  say(`  ${title}:`);
  const { status, output, seconds } = await run(process.execPath, [script], { show: true });
  writeFileSync(join(logs, `${title.replace(/\W+/g, '-')}.txt`), output);
  const [, good, bad] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
  // What failed and passed when its part was tried once more is no failure.
  const told = good !== undefined && Number(bad) === 0 ? atFirst : failures;
  for (const [, step] of output.matchAll(/^\s*✗\s*(.*(?:\n {4}.*)*)/gm)) told.push(step);
  if (good === undefined) {
    count(0, 1);
    failures.push(`${title} came to no end`);
  } else count(Number(good), Number(bad) || (status === 0 ? 0 : 1));
  say(`${status === 0 ? '✓' : '✗'} ${title} (${seconds.toFixed(0)} s)`);
}

/** Waits for an installation. Gives whether it succeeded; a failure counts as one test. */
async function installed(installation) {
  const { status, output } = await installation;
  if (status === 0) return true;
  count(0, 1);
  tell('installation', output, 1);
  return false;
}

async function main() {
  mkdirSync(logs, { recursive: true });
  say(await ensureNodeModules());
  ensureDebianPackages(
    [
      'gcc',
      'binutils',
      'make',
      'clang',
      'gdb',
      'nasm',
      'dwz',
      'llvm-14',
      'qemu-system-x86',
      'qemu-utils',
      'seabios',
      'fdisk',
      'e2fsprogs',
      'bochs',
      'bochs-term',
      'bochsbios',
      'vgabios',
      'tcpdump',
      'tshark',
      'iproute2',
      'util-linux',
      'chromium',
    ],
    'build the kernels, compare with QEMU, Bochs and gdb, and drive VS Code',
  );
  // These are installed while the processor checks types: they mostly wait for the network.
  const host = run(process.execPath, ['tools/vscode-host.mjs']);
  const web = run(process.execPath, ['tools/vscode-web.mjs']);
  await part('check: format, lint and types', process.execPath, ['tools/check.mjs']);
  await part('check: package.json is what extension/contributes says', process.execPath, [
    'tools/contributes.mjs',
    '--check',
  ]);
  if (await part('kernels and sample', process.execPath, ['tools/build-kernels.mjs'])) {
    // Production bundles are what is packed, and what tests that start the CLI or the adapter run.
    const packed = await part('bundles and vsix', process.execPath, ['tools/package.mjs']);
    await vitestTests();
    if ((await installed(host)) && packed) {
      await vscodeTests('a real VS Code', 'test/vscode/e2e.mjs');
      await vscodeTests('inside of the extension host', 'test/electron/run.mjs');
    }
    if ((await installed(web)) && packed)
      await vscodeTests('VS Code as a web page', 'test/vscode/pure-web.mjs');
  } else await Promise.all([host, web]);
}

try {
  await main();
} catch (error) {
  failed++;
  tell('the tests themselves', error.message, 8);
}
if (atFirst.length > 0)
  process.stdout.write(
    `failed at first, passed when tried once more:\n${atFirst.map((line) => `  ! ${line}`).join('\n')}\n`,
  );
if (failures.length > 0)
  process.stdout.write(`failed:\n${failures.map((line) => `  ✗ ${line}`).join('\n')}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
