// `npm run package`: the installable extension, out/colinux.vsix, from production bundles; prints its size. With
// --no-build it packs dist/ as it is.
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'out/colinux.vsix');

function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status === 0) return stdout;
  process.stderr.write(stdout + stderr);
  process.exit(1);
}

if (!process.argv.includes('--no-build')) {
  run(['tools/contributes.mjs']);
  run(['tools/build.mjs', '--production', ...(process.argv.includes('--partial') ? ['--partial'] : [])]);
}
mkdirSync(join(root, 'out'), { recursive: true });
run([
  'node_modules/@vscode/vsce/vsce',
  'package',
  '--no-dependencies',
  '--no-rewrite-relative-links',
  '--allow-missing-repository',
  '--skip-license',
  '--out',
  out,
]);
process.stdout.write(`out/colinux.vsix: ${(statSync(out).size / 1024).toFixed(0)} KiB\n`);
