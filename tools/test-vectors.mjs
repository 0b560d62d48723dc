// `npm run test:vectors`: every vector of a folder (COLINUX_VECTORS, else the sample in test/vectors) on the interpreter.
// Reports each group, the first differing field of each failing name, and last "N passed, M failed". The group `impl`
// holds what this or that processor leaves undefined: its score is printed and does not count.
import { existsSync } from 'node:fs';
import { fileOf, groupsOf, loadVectorRunner, readRecords, vectorFolder } from './vector-runner.mjs';

/** Names shown for each group that fails. */
const SHOWN = 10;

if (!existsSync(vectorFolder)) {
  console.error(
    `COLINUX_VECTORS names ${vectorFolder}, which is not there: name a folder of .jsonl.gz files.`,
  );
  process.exit(2);
}
const createVectorRunner = await loadVectorRunner();

let passed = 0;
let failed = 0;
for (const group of groupsOf(vectorFolder)) {
  const records = readRecords(fileOf(vectorFolder, group));
  const runner = createVectorRunner();
  const failures = new Map();
  for (const record of records) {
    const difference = runner.run(record, group);
    if (difference)
      failures.set(record.n, [...(failures.get(record.n) ?? []), `[${record.c}] ${difference}`]);
  }
  const bad = [...failures.values()].reduce((sum, { length }) => sum + length, 0);
  const informational = group === 'impl';
  if (!informational) {
    passed += records.length - bad;
    failed += bad;
  }
  const note = informational ? ' (for information)' : '';
  console.log(`${group.padEnd(10)} ${records.length - bad} of ${records.length}${note}`);
  if (!informational) {
    for (const [name, [first, ...rest]] of [...failures].slice(0, SHOWN)) {
      console.log(`  ${name}: ${first}${rest.length ? ` (and ${rest.length} more)` : ''}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
