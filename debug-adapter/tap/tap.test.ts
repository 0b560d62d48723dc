/** TAP and KTAP as kernels print them, and what becomes of it in JUnit's XML. */
import { describe, expect, it } from 'vitest';
import { junit } from './junit.ts';
import { countResults, createTapReader, type TestResult } from './tap.ts';

function read(text: string) {
  const reader = createTapReader();
  for (const line of text.split('\n')) reader.line(line);
  return { ...reader.report(), over: reader.isOver() };
}
/** `name: status (reason) [diagnostics] {subtests}` */
const tell = ({ name, status, reason, diagnostics, subtests }: TestResult): string =>
  `${name}: ${status}${reason === undefined ? '' : ` (${reason})`}` +
  (diagnostics.length > 0 ? ` [${diagnostics.join('; ')}]` : '') +
  (subtests.length > 0 ? ` {${subtests.map(tell).join(', ')}}` : '');
const results = (text: string) => read(text).tests.map(tell);

describe('TAP', () => {
  it('is results with numbers, names and directives, among other lines', () => {
    const text = `booting...
TAP version 14
1..5
ok 1 - boots
not ok 2 - counts # wrong
# expected 3
# found 4
the kernel says something
ok 3 net # SKIP no card
not ok 4 - future # TODO later
ok`;
    expect(results(text)).toEqual([
      'boots: passed',
      'counts # wrong: failed [expected 3; found 4]',
      'net: skipped (no card)',
      'future: todo (later)',
      'test 5: passed',
    ]);
    expect(read(text)).toMatchObject({ complete: true, over: true });
    expect(countResults(read(text).tests)).toEqual({ passed: 2, failed: 1, skipped: 1, todo: 1 });
  });

  it('has subtests before the line that sums them up, YAML behind a result, and its plan at the end', () => {
    const text = `TAP version 14
# Subtest: memory
    1..2
    ok 1 - map
    not ok 2 - unmap
      ---
      message: "page 3"
      ...
not ok 1 - memory
ok 2 - rest
1..2`;
    expect(results(text)).toEqual([
      'memory: failed {map: passed, unmap: failed [message: "page 3"]}',
      'rest: passed',
    ]);
    expect(read(text).complete).toBe(true);
  });

  it('fails what the plan promised and never came', () => {
    expect(results('1..3\nok 1 a')).toEqual([
      'a: passed',
      'test 2: failed (its result never came)',
      'test 3: failed (its result never came)',
    ]);
    expect(read('1..3\nok 1 a')).toMatchObject({ complete: false, over: false });
    expect(read('')).toMatchObject({ tests: [], complete: false, over: false });
    expect(read('1..0 # SKIP nothing to do')).toMatchObject({ tests: [], complete: true, over: true });
  });

  it('ends where the tests give up', () => {
    expect(read('1..2\nok 1 a\nBail out! no memory\nok 2 b')).toMatchObject({
      ...{ bailedOut: 'no memory', complete: false, over: true },
      tests: [{ name: 'a' }, { status: 'failed' }],
    });
  });
});

describe('KTAP', () => {
  const text = `[    0.000100] KTAP version 1
[    0.000200] 1..2
[    0.000300]   KTAP version 1
[    0.000400]   # Subtest: list
[    0.000500]   1..2
[    0.000600]     KTAP version 1
[    0.000700]     1..1
[    0.000800]     # add: checked
[    0.000900]     ok 1 add_one
[    0.001000]   ok 1 add
[    0.001100]   # del: EXPECTATION FAILED at list.c:12
[    0.001200]   not ok 2 del
[    0.001300] not ok 1 list
[    0.001400] ok 2 sort # XFAIL known`;

  it('has nested subtests, diagnostics before their result, and time stamps', () => {
    expect(results(text)).toEqual([
      'list: failed {add: passed {add_one: passed [add: checked]}, del: failed [del: EXPECTATION FAILED at list.c:12]}',
      'sort: passed (known)',
    ]);
  });

  it('that ends in the middle of a subtest is a failure with what there was', () => {
    expect(results(text.split('\n').slice(0, 10).join('\n'))).toEqual([
      'unfinished test: failed (the kernel ended in the middle of it) {add: passed {add_one: passed [add: checked]}, test 2: failed (its result never came)}',
    ]);
  });

  it('tells of a result of the outermost level when its line comes', () => {
    const reader = createTapReader();
    const told = text.split('\n').flatMap((line) => reader.line(line)?.name ?? []);
    expect(told).toEqual(['list', 'sort']);
  });
});

describe('garbage', () => {
  it('is bounded: long lines, promises without end, thousands of levels', () => {
    expect(read('1..999999999').tests).toHaveLength(1000);
    const deep = Array.from({ length: 3000 }, (_, n) => `${' '.repeat(n % 200)}ok ${n}`).join('\n');
    expect(countResults(read(deep).tests).passed).toBeLessThanOrEqual(3000);
    expect(read(`ok 1 ${'x'.repeat(100_000)}`).tests[0]!.name.length).toBeLessThan(5000);
  });
});

describe('JUnit XML', () => {
  it('has a case for each test without subtests', () => {
    const { tests } = read(
      '1..3\n    ok 1 - a<b\n    not ok 2 - "c"\n    # d & e\nnot ok 1 - group\nok 2 # SKIP why\nok 3 - f',
    );
    expect(junit([{ name: 'kernel.elf', tests, seconds: 0.5, output: 'all\x07 & more' }])).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="kernel.elf" tests="4" failures="1" errors="0" skipped="1" time="0.500000">
    <testcase name="a&lt;b" classname="kernel.elf.group"/>
    <testcase name="&quot;c&quot;" classname="kernel.elf.group"><failure message="d &amp; e">d &amp; e</failure></testcase>
    <testcase name="test 2" classname="kernel.elf"><skipped message="why"/></testcase>
    <testcase name="f" classname="kernel.elf"/>
    <system-out>all &amp; more</system-out>
  </testsuite>
</testsuites>
`,
    );
  });
});
