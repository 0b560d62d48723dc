// Running the project's own commands, one at a time, with readable progress: shared by `npm run demo` and `npm test`.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program in the root folder. Gives `{ status, output, seconds }`; `show` also prints while it runs. */
export function run(program, args, { show = false, env = {} } = {}) {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
        if (show) process.stdout.write(text);
      });
    }
    const end = (status) => resolve({ status, output, seconds: (Date.now() - started) / 1000 });
    child.once('error', (error) => {
      output += `${program}: ${error.message}\n`;
      end(127);
    });
    child.once('close', (status) => end(status ?? 1));
  });
}

/** Installs the npm packages unless node_modules is there and not older than the lock file. Gives a line to print. */
export async function ensureNodeModules() {
  const installed = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && existsSync(join(root, 'node_modules/esbuild'))) {
    if (statSync(installed).mtimeMs >= statSync(lock).mtimeMs - 60_000) return 'npm packages are there';
  }
  const { status, output, seconds } = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status !== 0) throw new Error(`npm ci failed: ${output.trim().split('\n').slice(-5).join('\n')}`);
  return `npm packages installed in ${seconds.toFixed(0)} s`;
}
