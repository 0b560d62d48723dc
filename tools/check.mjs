// `npm run check`: format, lint (with the import directions) and types. Runs all three side by side and reports each.
import { buildAssembly } from './build-assembly.mjs';
import { run } from './steps.mjs';

const steps = [
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  ['types', 'tsc', ['-b']],
];

await buildAssembly();
let failed = 0;
await Promise.all(
  steps.map(async ([name, program, args]) => {
    const { status, output } = await run('npx', ['--no-install', program, ...args]);
    process.stdout.write(`${output}${name}: ${status === 0 ? 'ok' : 'FAILED'}\n`);
    if (status !== 0) failed++;
  }),
);
process.exit(failed === 0 ? 0 : 1);
