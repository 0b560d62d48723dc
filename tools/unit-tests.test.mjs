import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './steps.mjs';
import { filesToRepeat, outcomeOf, together } from './unit-tests.mjs';

/** A report of vitest: for each file the states of its tests. */
const report = (files) => ({
  success: Object.values(files).every((states) => Array.isArray(states) && !states.includes('failed')),
  testResults: Object.entries(files).map(([file, states]) => ({
    name: join(root, file),
    status: Array.isArray(states) && !states.includes('failed') ? 'passed' : 'failed',
    message: Array.isArray(states) ? '' : states,
    assertionResults: (Array.isArray(states) ? states : []).map((status, n) => ({
      status,
      fullName: `test ${n}`,
      failureMessages: status === 'failed' ? ['expected 1'] : [],
    })),
  })),
});
const outcome = (files, output = '') => outcomeOf(report(files), output);

describe('unit tests of npm test', () => {
  it('are counted', () => {
    const all = outcome({ 'core/a.test.ts': ['passed', 'passed', 'pending'], 'cli/b.test.ts': ['passed'] });
    expect(filesToRepeat(all)).toEqual([]);
    expect(together(all)).toEqual({ passed: 3, skipped: 1, failures: [], disturbed: [] });
  });

  it('that fail twice have failed', () => {
    const first = outcome({ 'core/a.test.ts': ['passed'], 'cli/b.test.ts': ['failed', 'failed', 'passed'] });
    expect(filesToRepeat(first)).toEqual(['cli/b.test.ts']);
    const both = together(first, outcome({ 'cli/b.test.ts': ['failed', 'passed', 'passed'] }));
    expect(both.passed).toBe(3);
    expect(both.failures).toEqual([{ file: 'cli/b.test.ts', name: 'test 0', why: 'expected 1' }]);
    expect(both.disturbed).toEqual([{ file: 'cli/b.test.ts', name: 'test 1', why: 'expected 1' }]);
  });

  it('of a file that another test has broken count when it is repeated', () => {
    const first = outcome({ 'cli/b.test.ts': 'Error: EADDRINUSE' });
    expect(together(first).failures).toEqual([
      { file: 'cli/b.test.ts', name: 'cli/b.test.ts', why: 'Error: EADDRINUSE' },
    ]);
    const both = together(first, outcome({ 'cli/b.test.ts': ['passed', 'passed'] }));
    expect([both.passed, both.failures, both.disturbed.length]).toEqual([2, [], 1]);
  });

  it('of the core have no second try, nor has anything beside them', () => {
    expect(filesToRepeat(outcome({ 'core/a.test.ts': ['failed'], 'cli/b.test.ts': ['failed'] }))).toEqual([]);
  });

  it('that leave an error behind have failed', () => {
    const first = outcome(
      { 'cli/b.test.ts': ['failed'] },
      ' Tests 1 failed\n⎯⎯ Unhandled Errors ⎯⎯\nError: late\n',
    );
    expect(filesToRepeat(first)).toEqual([]);
    expect(together(first).failures.at(-1).why).toContain('Error: late');
    const alone = outcomeOf({ ...report({ 'cli/b.test.ts': ['passed'] }), success: false }, 'exit 1');
    expect(together(alone).failures).toEqual([{ name: 'vitest', why: 'exit 1' }]);
  });
});
