/**
 * `colinux test`: boots kernels that print TAP or KTAP and says what has passed; reports as JUnit XML, coverage as LCOV. A kernel is
 * over when its plan is fulfilled or its machine ends. An image that cannot be booted is a suite with an error; the others run.
 */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { BootError, type BootErrorCode } from '../core/boot/boot-error.ts';
import type { Machine } from '../core/machine/machine.ts';
import { snapshot } from '../core/machine/snapshot.ts';
import { HOST } from '../core/protocol/machine-protocol.ts';
import { coverageOf, type FileCoverage, mergeCoverage } from '../debug-adapter/coverage/coverage.ts';
import { executedBy } from '../debug-adapter/coverage/executed.ts';
import { lcov } from '../debug-adapter/coverage/lcov.ts';
import { junit, type TestSuite } from '../debug-adapter/tap/junit.ts';
import { anyFailed, countResults, type TestReport, type TestResult } from '../debug-adapter/tap/tap.ts';
import { createTestOutput } from '../debug-adapter/tap/test-output.ts';
import { ExitStatus } from './exit-status.ts';
import { describeShutdown } from './fault-report.ts';
import { ImageMissing, readBootFiles, readImage } from './images.ts';
import type { End } from './machine-loop.ts';
import { requireSymbols } from './kernel-symbols.ts';
import { observedRun } from './observed-run.ts';
import { Problem, systemReason } from './problem.ts';
import { write } from './process.ts';
import type { RunOptions } from './run-options.ts';
import { parseTestOptions } from './test-options.ts';

const VGA_TEXT = 0xb_8000;
const VGA_BYTES = 80 * 25 * 2;
const NEWLINE = 0x0a;

interface Tested {
  readonly suite: TestSuite;
  readonly coverage: readonly FileCoverage[];
  readonly interrupted: boolean;
}

/** Why there are no more results than there are, by how the machine ended. */
function endReason(end: End, machine: Machine): string {
  switch (end.kind) {
    case 'shutdown':
      return describeShutdown(end.causes, snapshot(machine).cpu);
    case 'halted':
      return 'the processor is halted for ever';
    case 'instructions':
      return `it has run ${machine.instructions()} instructions and is not done (--max-instructions)`;
    case 'reset':
      return 'the kernel reset the machine';
    case 'exit':
      return `the kernel ended the machine with status ${end.status}`;
    case 'interrupted':
    case 'output-closed':
      return 'the run was interrupted';
  }
}

/** A kernel whose tests are not all there has failed, whatever those that are there say. */
function withEnd(
  { tests, complete, bailedOut }: TestReport,
  end: End,
  machine: Machine,
): readonly TestResult[] {
  if (complete) return tests;
  const why =
    bailedOut === undefined ? endReason(end, machine) : `it gave up: ${bailedOut || 'no reason given'}`;
  const [reason = '', ...diagnostics] = why.split('\n');
  const what = tests.length === 0 ? 'printed no TAP' : 'ended before its tests did';
  const name = `the kernel ${what}`;
  return [...tests, { name, status: 'failed', reason, diagnostics, subtests: [] }];
}

async function testOne(options: RunOptions, folder: string, covered: boolean): Promise<Tested> {
  const files = readBootFiles(options, folder);
  const cooperative = 'cooperative' in files && files.cooperative;
  const output = createTestOutput(cooperative);
  const pending: Partial<Record<'com1' | 'com2' | 'debugcon', number[]>> = {};
  function flush(port: keyof typeof pending): void {
    output.receive(port, Uint8Array.from(pending[port] ?? []));
    pending[port] = [];
  }
  const { machine, end } = await observedRun(options, files, folder, {
    begin({ debug }) {
      if (covered) debug.execution.start();
    },
    byte(port, byte) {
      // Lines are looked at as soon as they are there; what a guest draws can wait.
      const gathered = (pending[port] ??= []);
      gathered.push(byte);
      if (byte === NEWLINE && port !== 'com2') flush(port);
    },
    isOver: output.isOver,
  });
  for (const port of ['com1', 'com2', 'debugcon'] as const) flush(port);
  const screen = machine.memory.bytes.slice(VGA_TEXT, VGA_TEXT + VGA_BYTES);
  const name = options.image ?? '';
  const interrupted = end.kind === 'interrupted' && !output.isOver();
  const suite = {
    ...{ name: basename(name), tests: withEnd(output.report(screen), end, machine) },
    ...{ seconds: machine.virtualNanoseconds() / 1e9, output: output.text() },
  };
  if (!covered) return { suite, coverage: [], interrupted };
  const { spaces } = machine.debug.execution.read();
  // The guest is the first boot module, and the first coroutine beside the host.
  const executed = executedBy(spaces, cooperative ? HOST + 1 : HOST);
  try {
    const image = await requireSymbols({ name, bytes: readImage('image', name) });
    return { suite, coverage: coverageOf(image, executed), interrupted };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const unknown = { name: 'the coverage is not known', reason: error.message };
    return { suite: { ...suite, error: unknown }, coverage: [], interrupted };
  }
}

/** What the options have asked for in vain, whatever the image is. */
const OF_OPTIONS: readonly BootErrorCode[] = ['disk-size', 'devices-too-many'];

/** What takes the place of the results of an image that cannot be booted. @throws what is no fault of the image */
function notBooted({ image = '' }: RunOptions, error: unknown): Tested {
  const ofImage =
    error instanceof ImageMissing || (error instanceof BootError && !OF_OPTIONS.includes(error.code));
  if (!ofImage) throw error;
  const reason = { name: 'the image cannot be booted', reason: error.message };
  const suite = { name: basename(image), tests: [], seconds: 0, output: '', error: reason };
  return { suite, coverage: [], interrupted: false };
}

const MARKS = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip', todo: 'todo' } as const;

function tell(result: TestResult, depth = 1): void {
  const { name, status, reason, diagnostics, subtests } = result;
  const indent = '  '.repeat(depth);
  write(1, `${indent}${MARKS[status]} ${name}${reason === undefined ? '' : ` (${reason})`}\n`);
  if (status === 'failed') for (const line of diagnostics) write(1, `${indent}     ${line}\n`);
  for (const one of subtests) tell(one, depth + 1);
}

function save(option: string, file: string | undefined, text: () => string): void {
  if (file === undefined) return;
  try {
    writeFileSync(file, text());
  } catch (error) {
    throw new Problem(`--${option} cannot write to "${file}", ${systemReason(error)}: give a file's name.`);
  }
}

/** @returns 0 when everything has passed, 1 when something has not or cannot be booted, 130 when it was interrupted. @throws Problem, BootError */
export async function test(args: readonly string[], folder: string): Promise<number> {
  const options = parseTestOptions(args);
  const done: Tested[] = [];
  for (const run of options.runs) {
    const tested = await testOne(run, folder, options.lcov !== undefined).catch((error: unknown) =>
      notBooted(run, error),
    );
    const { name, tests, error } = tested.suite;
    write(1, `${name}\n`);
    for (const result of tests) tell(result);
    if (error) write(1, `  ERR  ${error.name} (${error.reason})\n`);
    done.push(tested);
    if (tested.interrupted) break;
  }
  const tests = done.flatMap(({ suite }) => suite.tests);
  const { passed, failed, skipped, todo } = countResults(tests);
  const errors = done.filter(({ suite }) => suite.error).length;
  const counted = { skipped, 'to do': todo, [errors === 1 ? 'error' : 'errors']: errors };
  const more = Object.entries(counted).flatMap(([what, count]) => (count > 0 ? [`, ${count} ${what}`] : []));
  write(1, `${passed} passed, ${failed} failed${more.join('')}\n`);
  save('junit', options.junit, () => junit(done.map(({ suite }) => suite)));
  save('lcov', options.lcov, () => lcov(mergeCoverage(done.map(({ coverage }) => coverage))));
  if (done.some(({ interrupted }) => interrupted)) return ExitStatus.Interrupted;
  return anyFailed(tests) || errors > 0 ? ExitStatus.TestsFailed : ExitStatus.Done;
}
