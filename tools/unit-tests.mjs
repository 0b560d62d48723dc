// The unit tests as a part of `npm test`. Tests of the rooms that meet the computer's own time, sockets, processes and
// threads share two cores with everything else; a file of theirs that failed is run once more when nothing else runs. What
// passes only then is told apart: it counts as passed, and is named above the last line with why it failed at first.
// What is deterministic has no second try: the core, and whatever compares runs of it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, run } from './steps.mjs';

/** What meets nothing but the machine. */
const DETERMINISTIC = ['core/', 'test/cpu/', 'test/determinism/', 'test/fuzz/', 'test/oracle/'];

/** @typedef {{ file?: string, name: string, why: string }} Failure `file` is missing for what is no file's. */

/**
 * What one run of vitest says, file by file: `{ files: Map<string, { passed, skipped, failures }>, others: Failure[] }`.
 * @param report vitest's JSON @param output what it printed, which alone tells of errors outside of any test
 */
export function outcomeOf(report, output) {
  const files = new Map();
  for (const { name, status, message, assertionResults } of report.testResults) {
    const file = relative(root, name);
    const having = (...states) => assertionResults.filter((test) => states.includes(test.status));
    const failures = having('failed').map((test) => ({
      file,
      name: test.fullName,
      why: test.failureMessages[0] ?? '',
    }));
    // A file that cannot be loaded has no tests, yet it is a failure.
    if (status === 'failed' && failures.length === 0) failures.push({ file, name: file, why: message });
    const passed = having('passed').length;
    files.set(file, { passed, skipped: assertionResults.length - passed - failures.length, failures });
  }
  const [errors] = /^.*Unhandled Errors[^]*/m.exec(output) ?? [];
  const silent = !report.success && [...files.values()].every(({ failures }) => failures.length === 0);
  const others = errors || silent ? [{ name: 'vitest', why: errors ?? output }] : [];
  return { files, others };
}

const isDeterministic = (file) => DETERMINISTIC.some((folder) => file.startsWith(folder));

/** The files of failures that are worth a second run: all of them, or none. */
export function filesToRepeat({ files, others }) {
  const failed = [...files].filter(([, { failures }]) => failures.length > 0).map(([file]) => file);
  return others.length > 0 || failed.some(isDeterministic) ? [] : failed;
}

/** Sums: `{ passed, skipped, failures, disturbed }`, the last of what failed in the first run and not in the second. */
export function together(first, second = { files: new Map(), others: [] }) {
  const files = [...first.files].map(([file, outcome]) => second.files.get(file) ?? outcome);
  const sum = (key) => files.reduce((total, outcome) => total + outcome[key], 0);
  const failures = [...files.flatMap((outcome) => outcome.failures), ...first.others, ...second.others];
  const disturbed = [...first.files.values()]
    .flatMap((outcome) => outcome.failures)
    .filter(({ file, name }) => !failures.some((still) => still.file === file && still.name === name));
  return { passed: sum('passed'), skipped: sum('skipped'), failures, disturbed };
}

/** Runs vitest with its report. Gives its outcome; a run without a report has failed. */
async function vitest(logs, name, files) {
  const report = join(logs, `${name}.json`);
  rmSync(report, { force: true });
  const { output } = await run(process.execPath, [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...files,
  ]);
  writeFileSync(join(logs, `${name}.txt`), output);
  try {
    return outcomeOf(JSON.parse(readFileSync(report, 'utf8')), output);
  } catch {
    return { files: new Map(), others: [{ name: 'vitest gave no report', why: output }] };
  }
}

/** Runs all unit tests. Their output and reports go to the folder `logs`. */
export async function unitTests(logs) {
  const first = await vitest(logs, 'vitest', []);
  const again = filesToRepeat(first);
  return together(first, again.length > 0 ? await vitest(logs, 'vitest-again', again) : undefined);
}
