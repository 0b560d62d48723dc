// `npm run test:electron`: the suite inside of the extension host, by @vscode/test-electron. On a desktop VS Code where one exists
// (VSCODE_EXECUTABLE, or `code` on the PATH of a machine with a display); elsewhere the executable that it is given is
// code-shim.mjs, which runs the suite in the browser's VS Code. Ends with "N passed, M failed".
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { which } from '../../tools/debian.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (...path) => join(root, ...path);
const shim = at('test/electron/code-shim.mjs');
const desktop = process.env.VSCODE_EXECUTABLE ?? (process.env.DISPLAY ? which('code') : undefined);

const folder = mkdtempSync(join(tmpdir(), 'colinux-electron-'));
const built = at('out/electron');
try {
  cpSync(at('samples/hello-guest'), folder, { recursive: true });
  await build({
    entryPoints: [at('test/electron/index.ts'), at('test/electron/suite.ts')],
    outdir: built,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    external: ['vscode', 'mocha'],
    logLevel: 'error',
  });
  chmodSync(shim, 0o755);
  process.exitCode = await runTests({
    vscodeExecutablePath: desktop ?? shim,
    extensionDevelopmentPath: root,
    extensionTestsPath: join(built, 'index.cjs'),
    launchArgs: [folder, '--disable-extensions'],
  });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
