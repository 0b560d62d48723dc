// Installs npm packages into a folder of their own, outside of node_modules, which the next `npm ci` would wipe.
// Idempotent: a finished installation is marked by a file.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** `npm install` without scripts in `cwd`. Throws an Error with one sentence that begins with `title`. */
export function npmInstall(title, args, { cwd, env = {} }) {
  const { status, stderr, error } = spawnSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args],
    { cwd, encoding: 'utf8', env: { ...process.env, ...env } },
  );
  if (status === 0) return;
  const lines = (stderr ?? '').trim().split('\n');
  const reason = error?.message ?? (lines.find((line) => /npm (error|ERR)/.test(line)) || lines.join(' '));
  throw new Error(
    `${title} could not be installed: ${reason.trim()}. Check the connection to the npm registry and try again.`,
  );
}

/**
 * Makes sure that `packages` (each "name@version") are installed in `folder`, and nothing else.
 * @param title names them in messages @param versions names what is installed: with another one all is installed anew
 * @param finish does what remains after npm
 */
export function ensureNpmFolder({ folder, title, versions, packages, env, finish }) {
  const marker = join(folder, `.installed-${versions}`);
  if (existsSync(marker)) return;
  process.stdout.write(`Installing ${title} into ${basename(folder)}, once, about a minute …\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    `{ "name": "${basename(folder).slice(1)}", "private": true }\n`,
  );
  npmInstall(title, packages, { cwd: folder, env });
  finish();
  writeFileSync(marker, '');
}
