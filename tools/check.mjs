// `npm run check`: format, lint (with the import directions) and types. Runs all three and reports each.
import { spawnSync } from 'node:child_process';
import { buildAssembly } from './build-assembly.mjs';

const steps = [
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  ['types', 'tsc', ['-b']],
];

await buildAssembly();
let failed = 0;
for (const [name, program, args] of steps) {
  const { status } = spawnSync('npx', ['--no-install', program, ...args], { stdio: 'inherit' });
  process.stdout.write(`${name}: ${status === 0 ? 'ok' : 'FAILED'}\n`);
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
