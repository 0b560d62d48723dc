/** The entry that VS Code loads into its extension host: runs the suite beside it by mocha, and fails when a test does. */
import { join } from 'node:path';
import Mocha from 'mocha';

export function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: 120_000, color: false, reporter: Mocha.reporters.Base });
  mocha.addFile(join(__dirname, 'suite.cjs'));
  return new Promise((resolve, reject) => {
    let passed = 0;
    mocha
      .run((failures) => {
        console.log(`${passed} passed, ${failures} failed`);
        if (failures === 0) resolve();
        else reject(new Error(`${failures} tests failed`));
      })
      .on('pass', (test) => {
        passed++;
        console.log(`  ✓ ${test.fullTitle()} (${test.duration ?? 0} ms)`);
      })
      .on('fail', (test, error: Error) =>
        console.log(`  ✗ ${test.fullTitle()}\n    ${error.stack ?? String(error)}`),
      );
  });
}
