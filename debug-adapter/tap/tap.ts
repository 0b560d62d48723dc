/**
 * Reads the results of tests that a kernel prints: TAP 12 to 14 and KTAP 1, line by line, among whatever else it prints. Subtests are
 * indented and stand before the line that sums them up, by any number of spaces; lines may begin with a time stamp of a kernel's log.
 *
 * Sources: testanything.org, "TAP 14 specification"; Linux, Documentation/dev-tools/ktap.rst. Both allow lines of others in between.
 */

export type TestStatus = 'passed' | 'failed' | 'skipped' | 'todo';

export interface TestResult {
  readonly name: string;
  readonly status: TestStatus;
  /** Why it was skipped, is to do, or counts as failed though the kernel did not say so. */
  readonly reason: string | undefined;
  /** Lines that tell more of it. */
  readonly diagnostics: readonly string[];
  readonly subtests: readonly TestResult[];
}

export interface TestReport {
  readonly tests: readonly TestResult[];
  /** There was a plan and all of its results came. */
  readonly complete: boolean;
  /** What "Bail out!" gave as its reason. */
  readonly bailedOut: string | undefined;
}

export interface TapReader {
  /** Takes a line without its end. @returns the result that it completes at the outermost level, if it does */
  line(text: string): TestResult | undefined;
  /** All that the outermost plan has promised is there, or the tests gave up. */
  readonly isOver: () => boolean;
  /** What there is; promised results that did not come are failures. */
  report(): TestReport;
}

interface Level {
  readonly indent: number;
  planned: number | undefined;
  readonly results: TestResult[];
}

/** `[    1.234567] ` of a kernel's log. */
const TIME_STAMP = /^\s*\[\s*\d+\.\d+\](?:\[[^\]]*\])? ?/;
const VERSION = /^(K?)TAP version (\d+)\s*$/;
const PLAN = /^1\.\.(\d{1,9})(?:\s*#\s*(.*))?$/;
const RESULT = /^(not )?ok\b(?:\s+(\d{1,9}))?(?:\s+-)?\s*(.*)$/;
const DIRECTIVE = /^(.*?)(?:^|\s)#\s*(SKIP|TODO|XFAIL|TIMEOUT|ERROR)\S*\s*(.*)$/i;
const BAIL_OUT = /^Bail out!\s*(.*)$/i;

/** Bounds of what a guest can make us keep. */
const MAX_RESULTS = 100_000;
const MAX_DIAGNOSTICS = 200;
const MAX_MISSING = 1000;
const MAX_LINE = 4096;

export function createTapReader(): TapReader {
  /** Open levels, the outermost first. */
  let levels: Level[] = [];
  let diagnostics: string[] = [];
  let inYaml: number | undefined;
  let ktap = false;
  let bailedOut: string | undefined;
  let kept = 0;
  /** What diagnostics behind a result belong to: in TAP they follow it. */
  let last: { readonly level: Level; readonly index: number } | undefined;

  function levelAt(indent: number): Level {
    const known = levels.find((level) => level.indent === indent);
    if (known) return known;
    const fresh: Level = { indent, planned: undefined, results: [] };
    levels = [...levels, fresh].sort((a, b) => a.indent - b.indent);
    return fresh;
  }

  /** The subtests of a result at an indentation; the levels below are closed. */
  function takeBelow(indent: number): readonly TestResult[] {
    const [child] = levels.filter((level) => level.indent > indent);
    levels = levels.filter((level) => level.indent <= indent);
    return child ? closed(child) : [];
  }

  function note(text: string): void {
    if (text.startsWith('Subtest:')) return;
    const target = ktap || !last ? undefined : last.level.results[last.index];
    if (!target) {
      if (diagnostics.length < MAX_DIAGNOSTICS) diagnostics.push(text);
    } else if (target.diagnostics.length < MAX_DIAGNOSTICS)
      last!.level.results[last!.index] = { ...target, diagnostics: [...target.diagnostics, text] };
  }

  function result(
    indent: number,
    failed: boolean,
    number: string | undefined,
    rest: string,
  ): TestResult | undefined {
    const level = levelAt(indent);
    const subtests = takeBelow(indent);
    if (kept >= MAX_RESULTS) return undefined;
    kept++;
    const [, name = rest, directive = '', reason = ''] = DIRECTIVE.exec(rest) ?? [];
    const found: TestResult = {
      name: name.trim() || `test ${number ?? level.results.length + 1}`,
      ...statusOf(failed, directive.toUpperCase(), reason.trim()),
      ...{ diagnostics, subtests },
    };
    diagnostics = [];
    last = { level, index: level.results.push(found) - 1 };
    return level === levels[0] ? found : undefined;
  }

  /** @returns whether it is the beginning, the end or a line of a YAML block, which tells of the result before */
  function yaml(indent: number, text: string): boolean {
    if (inYaml === undefined) {
      if (text !== '---' || !last || indent <= last.level.indent) return false;
      inYaml = indent;
    } else if (text === '...' && indent === inYaml) inYaml = undefined;
    else if (indent >= inYaml) note(text);
    else {
      // It was never ended.
      inYaml = undefined;
      return false;
    }
    return true;
  }

  function line(given: string): TestResult | undefined {
    if (bailedOut !== undefined) return undefined;
    const text = given.slice(0, MAX_LINE).replace(TIME_STAMP, '').replace(/\t/g, '    ').trimEnd();
    const body = text.trimStart();
    const indent = text.length - body.length;
    if (body === '' || yaml(indent, body)) return undefined;
    const version = VERSION.exec(body);
    if (version) {
      if (levels.length === 0) ktap = version[1] === 'K';
      levelAt(indent);
      return undefined;
    }
    const plan = PLAN.exec(body);
    if (plan) {
      levelAt(indent).planned = Number(plan[1]);
      return undefined;
    }
    const bail = BAIL_OUT.exec(body);
    if (bail) {
      bailedOut = bail[1].trim();
      return undefined;
    }
    const found = RESULT.exec(body);
    if (found) return result(indent, found[1] !== undefined, found[2], found[3]);
    if (body.startsWith('#')) note(body.slice(1).trim());
    return undefined;
  }

  const outermost = () => levels.at(0);
  const allThere = () => {
    const { planned, results } = outermost() ?? { results: [] };
    return planned !== undefined && results.length >= planned;
  };
  return {
    line,
    isOver: () => bailedOut !== undefined || allThere(),
    report() {
      const [top, below] = levels;
      const tests = top ? closed(top) : [];
      // Tests that ended in the middle of a subtest: it is not summed up.
      const broken =
        below && below.results.length + (below.planned ?? 0) > 0 ? [unfinished(closed(below))] : [];
      const found = [...tests.filter(({ reason }) => broken.length === 0 || reason !== MISSING), ...broken];
      return { tests: found, complete: bailedOut === undefined && allThere(), bailedOut };
    },
  };
}

const MISSING = 'its result never came';

/** The results of a level, with what its plan promised and did not come. */
function closed({ planned = 0, results }: Level): TestResult[] {
  const missing = Math.min(Math.max(0, planned - results.length), MAX_MISSING);
  return [
    ...results,
    ...Array.from({ length: missing }, (_, n) => failure(`test ${results.length + n + 1}`, MISSING, [])),
  ];
}

const failure = (name: string, reason: string, subtests: readonly TestResult[]): TestResult => ({
  ...{ name, status: 'failed', reason, subtests },
  diagnostics: [],
});
const unfinished = (subtests: readonly TestResult[]) =>
  failure('unfinished test', 'the kernel ended in the middle of it', subtests);

/** A test that is to do may fail, an expected failure is what is wanted (KTAP: XFAIL). */
function statusOf(failed: boolean, directive: string, reason: string): Pick<TestResult, 'status' | 'reason'> {
  const said = reason || undefined;
  switch (directive) {
    case 'SKIP':
      return { status: 'skipped', reason: said };
    case 'TODO':
      return { status: failed ? 'todo' : 'passed', reason: said };
    case 'XFAIL':
      return { status: 'passed', reason: said };
    case 'TIMEOUT':
    case 'ERROR':
      return { status: 'failed', reason: said ?? directive.toLowerCase() };
    default:
      return { status: failed ? 'failed' : 'passed', reason: undefined };
  }
}

/** How many of the results that have no subtests are what. */
export function countResults(tests: readonly TestResult[]): Readonly<Record<TestStatus, number>> {
  const counts = { passed: 0, failed: 0, skipped: 0, todo: 0 };
  const add = ({ status, subtests }: TestResult) => {
    if (subtests.length === 0) counts[status]++;
    // Something beside its subtests went wrong.
    else if (status === 'failed' && !anyFailed(subtests)) counts.failed++;
    subtests.forEach(add);
  };
  tests.forEach(add);
  return counts;
}

export const anyFailed = (tests: readonly TestResult[]): boolean =>
  tests.some(({ status, subtests }) => status === 'failed' || anyFailed(subtests));
