/** A kernel whose output is the results of its tests, TAP or KTAP: run to its end, read, and covered. No VS Code here. */
import type { CoverageBody } from '../../debug-adapter/custom-protocol.ts';
import { createTapReader, type TestReport } from '../../debug-adapter/tap/tap.ts';
import { HeadlessRun, type RunSession } from '../tasks/headless-run.ts';

export interface TestsRun {
  readonly report: TestReport;
  /** Of the machine; another than 0 is a failure of its own. */
  readonly status: number;
  readonly coverage: CoverageBody | undefined;
}

export interface TestsListener {
  /** Text of the serial line, for a terminal. */
  output(text: string): void;
}

/** Longest line that is read as one. */
const MAX_LINE = 4096;
/** The host kernel passes on what guests print. Its own lines are no results. */
const OF_GUEST = /^guest\d+: ?/;
const OF_HOST = /^(?:host|daemon\d+): /;

/**
 * Runs a kernel until it ends or all that its plan promises has come.
 * @param launch a launch configuration whose paths are ready for use. @param signal ends the run early
 */
export function runTests(
  session: RunSession,
  launch: Readonly<Record<string, unknown>>,
  listener: TestsListener,
  signal: AbortSignal,
): Promise<TestsRun> {
  const reader = createTapReader();
  let rest = '';
  let coverage: CoverageBody | undefined;
  return new Promise((resolve) => {
    const finish = (status: number) => {
      if (rest !== '') take(rest);
      resolve({ report: reader.report(), status, coverage });
    };
    const run = new HeadlessRun(session, {
      output(text) {
        listener.output(text);
        const lines = (rest + text).split(/\r?\n/);
        rest = (lines.pop() ?? '').slice(0, MAX_LINE);
        lines.forEach(take);
      },
      coverage: (body) => (coverage = body),
      end: finish,
    });
    signal.addEventListener('abort', () => {
      run.dispose();
      finish(1);
    });
    run.start(launch);
  });

  function take(line: string): void {
    if (!OF_HOST.test(line)) reader.line(line.replace(OF_GUEST, ''));
  }
}
