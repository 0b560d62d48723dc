// `npm run demo`: builds everything and opens VS Code on samples/hello-guest with the extension: the desktop `code` when
// it is on PATH, otherwise a browser VS Code on 127.0.0.1. `npm run demo -- --headless` prints a debug session as text.
// `--browser` takes the browser VS Code in any case, `--port N` its port.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDebianPackages, which } from './debian.mjs';
import { ensureNodeModules, root, run } from './steps.mjs';

const headless = process.argv.includes('--headless');
const sample = join(root, 'samples/hello-guest');
const say = (line) => process.stdout.write(`${line}\n`);

async function script(title, args) {
  const { status, output, seconds } = await run(process.execPath, args);
  if (status !== 0) throw new Error(`${title} failed:\n${output.trim()}`);
  say(`${title}: ${seconds.toFixed(1)} s`);
  return output;
}

async function build() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20)
    throw new Error(`Expected Node 20 or newer, found ${process.version}: please install a newer Node.`);
  say(await ensureNodeModules());
  ensureDebianPackages(['gcc', 'binutils', 'make'], 'build the kernels');
  await script('kernels', ['tools/build-kernels.mjs']);
}

async function showHeadless() {
  await script('bundles', ['tools/build.mjs']);
  const bundle = join(root, 'dist/demo-headless.cjs');
  if (!existsSync(bundle)) throw new Error('dist/demo-headless.cjs is missing: npm run build says why.');
  say('');
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', bundle], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}

async function showDesktop(code) {
  await script('bundles', ['tools/build.mjs']);
  const args = [
    `--extensionDevelopmentPath=${root}`,
    '--new-window',
    sample,
    '--goto',
    join(sample, 'kernel/main.c'),
  ];
  const { status } = spawnSync(code, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${code} ended with status ${status}: try npm run demo -- --browser`);
  say('VS Code opens on samples/hello-guest. Set a breakpoint in kmain() (F9) and press F5.');
}

async function showBrowser() {
  const [{ ensureHost }, { startServer }] = await Promise.all([
    import('./vscode-host.mjs'),
    import('../test/vscode/server.mjs'),
  ]);
  const host = ensureHost();
  say((await script('extension', ['tools/package.mjs'])).trim());
  const asked = Number(process.argv[process.argv.indexOf('--port') + 1]);
  const port = process.argv.includes('--port') && asked > 0 && asked < 65536 ? asked : 8642;
  const server = await startServer({ host, vsix: join(root, 'out/colinux.vsix'), port });
  say('');
  say(`VS Code with the extension is at  ${server.url}?folder=${encodeURI(sample)}`);
  say('Open kernel/main.c, set a breakpoint in kmain() (F9) and press F5. Ctrl-C here ends it.');
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await server.stop();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  await server.ended;
  if (!stopping) throw new Error(`VS Code's server ended: ${server.log().slice(-500)}`);
}

try {
  await build();
  const code = process.argv.includes('--browser') ? undefined : which('code');
  if (headless) await showHeadless();
  else if (code) await showDesktop(code);
  else await showBrowser();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
