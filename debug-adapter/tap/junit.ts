/**
 * Results of tests as the XML that CI systems read. There is no standard but the schema of Apache Ant's JUnit task: suites of
 * cases, with `failure`, `error`, `skipped` and `system-out`.
 */
import { anyFailed, countResults, type TestResult } from './tap.ts';

/** The tests of one kernel. */
export interface TestSuite {
  readonly name: string;
  readonly tests: readonly TestResult[];
  /** Virtual time. */
  readonly seconds: number;
  /** Everything that was printed. */
  readonly output: string;
  /** Why there is no result, or not all: not a test that has failed, but one that could not be made. */
  readonly error?: { readonly name: string; readonly reason: string };
}

/** A test without subtests, or one that failed by itself. */
interface Case {
  readonly path: readonly string[];
  readonly result: TestResult;
}

function casesOf(tests: readonly TestResult[], above: readonly string[] = []): Case[] {
  return tests.flatMap((result) => {
    const path = [...above, result.name];
    const { subtests, status } = result;
    const own = subtests.length === 0 || (status === 'failed' && !anyFailed(subtests));
    return [...casesOf(subtests, path), ...(own ? [{ path, result }] : [])];
  });
}

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML 1.0 has not are left out. */
function escape(text: string): string {
  const allowed = text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]/gu, '');
  return allowed.replace(/[&<>"]/g, (character) => ESCAPED[character]);
}

function caseXml(suite: string, { path, result }: Case): string {
  const { status, reason = '', diagnostics } = result;
  const name = escape(path.at(-1) ?? '');
  const classname = escape([suite, ...path.slice(0, -1)].join('.'));
  const head = `    <testcase name="${name}" classname="${classname}"`;
  const text = escape(diagnostics.join('\n'));
  const message = escape(reason || diagnostics[0] || status);
  if (status === 'failed') return `${head}><failure message="${message}">${text}</failure></testcase>\n`;
  if (status === 'passed') return `${head}/>\n`;
  return `${head}><skipped message="${message}"/></testcase>\n`;
}

const errorXml = (suite: string, { name, reason }: NonNullable<TestSuite['error']>): string =>
  `    <testcase name="${escape(name)}" classname="${escape(suite)}"><error message="${escape(reason)}"/></testcase>\n`;

function suiteXml({ name, tests, seconds, output, error }: TestSuite): string {
  const cases = casesOf(tests);
  const errors = error ? 1 : 0;
  const { failed, skipped, todo } = countResults(tests);
  return (
    `  <testsuite name="${escape(name)}" tests="${cases.length + errors}" failures="${failed}" errors="${errors}" ` +
    `skipped="${skipped + todo}" time="${seconds.toFixed(6)}">\n` +
    cases.map((one) => caseXml(name, one)).join('') +
    (error ? errorXml(name, error) : '') +
    `    <system-out>${escape(output)}</system-out>\n  </testsuite>\n`
  );
}

export const junit = (suites: readonly TestSuite[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.map(suiteXml).join('')}</testsuites>\n`;
