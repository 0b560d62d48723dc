// A browser VS Code on 127.0.0.1 with a profile of its own: used by the end-to-end tests and by `npm run demo`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Settings of a quiet workbench: no network, no suggestions, nothing beside the work. */
export const QUIET = {
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'npm.autoDetect': 'off',
  'grunt.autoDetect': 'off',
  'gulp.autoDetect': 'off',
  'window.dialogStyle': 'custom',
  'files.simpleDialog.enable': true,
  // Ports of whatever else runs on this computer are none of the window's.
  'remote.autoForwardPorts': false,
};

/** Display languages that a window may ask for, beside English. */
const LANGUAGES = ['de'];

/**
 * Makes the server offer display languages: by the cookie `vscode.nls.locale`, which counts where argv.json names none. Their
 * language packs are empty, so VS Code's own words stay English; extensions take their texts by the language.
 * @param data the server's folder of user data
 */
function offerLanguages(data) {
  const translations = { vscode: join(data, 'no-translations.json') };
  const packOf = (language) => ({
    hash: language,
    extensions: [{ extensionIdentifier: { id: `colinux-test.language-pack-${language}` }, version: '1.0.0' }],
    translations,
  });
  const packs = Object.fromEntries(LANGUAGES.map((language) => [language, packOf(language)]));
  writeFileSync(translations.vscode, JSON.stringify({ contents: {} }));
  writeFileSync(join(data, 'languagepacks.json'), JSON.stringify(packs));
  writeFileSync(join(data, 'User/argv.json'), '{}');
}

/** A TCP port of 127.0.0.1 that nobody listens on: `wanted` if it is free. */
export function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (error) => (wanted === 0 ? reject(error) : freePort(0).then(resolve, reject)));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Installs `vsix` into a throw-away profile and starts the server.
 * @param options.host what ensureHost() gives
 * @param options.vsix may be absent: nothing is installed then
 * @param options.options further arguments of the server
 * @param options.settings user settings on top of the quiet ones
 * @param options.port wanted port, 0 for any
 * @returns `{ url, pid, log(), stop() }`; `stop` also removes the profile
 */
export async function startServer({ host, vsix, settings = {}, port: wantedPort = 0, options = [] }) {
  const profile = mkdtempSync(join(tmpdir(), 'colinux-vscode-'));
  const data = join(profile, 'data');
  mkdirSync(join(data, 'User'), { recursive: true });
  writeFileSync(join(data, 'User/settings.json'), JSON.stringify({ ...QUIET, ...settings }, null, 2));
  offerLanguages(data);
  writeFileSync(join(profile, 'config.yaml'), 'auth: none\ncert: false\n');
  const common = [
    host.entry,
    ...['--config', join(profile, 'config.yaml')],
    ...['--user-data-dir', data],
    ...['--extensions-dir', join(profile, 'extensions')],
  ];
  const env = {
    ...process.env,
    HOME: profile,
    XDG_DATA_HOME: join(profile, 'share'),
    XDG_CONFIG_HOME: join(profile, 'config'),
  };
  delete env.VSCODE_CLI;

  const install =
    vsix &&
    spawnSync(host.node, [...common, '--install-extension', vsix, '--force'], { encoding: 'utf8', env });
  if (install && install.status !== 0) {
    rmSync(profile, { recursive: true, force: true });
    throw new Error(`VS Code refused to install ${vsix}: ${(install.stderr || install.stdout).trim()}`);
  }

  const port = await freePort(wantedPort);
  const args = [
    ...common,
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-workspace-trust',
    '--disable-getting-started-override',
    '--disable-proxy',
    ...options,
  ];
  const server = await startProcess(host.node, args, { env, ready: 'listening on', remove: profile });
  return { url: `http://127.0.0.1:${port}/`, ...server };
}

/**
 * Starts a server and waits until it prints `ready`.
 * @param options.remove a folder that is removed when the server has stopped
 * @returns `{ pid, log(), ended, stop() }`
 */
async function startProcess(program, args, { env = process.env, ready, remove }) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
    // Extension hosts that outlive it for a moment still write what they keep.
    if (remove) rmSync(remove, { recursive: true, force: true, maxRetries: 20 });
  };
  for (let waited = 0; !text.includes(ready); waited += 50) {
    if (child.exitCode !== null || waited > 120_000) {
      await stop();
      throw new Error(`VS Code's server did not start: ${text.slice(-2000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { pid: child.pid, log: () => text, ended, stop };
}

/**
 * Serves a VS Code that is only a web page. A change of a file stays in the page.
 * @param options.web what ensureWeb() gives
 * @param options.extension folder of the extension: a package.json and what it names
 * @param options.folder the workspace
 */
export async function startWebServer({ web, extension, folder }) {
  const port = await freePort();
  const args = [web.script, ...web.args, `--port=${port}`, `--extensionDevelopmentPath=${extension}`, folder];
  // Its webviews have host names below "localhost".
  return {
    url: `http://localhost:${port}/`,
    ...(await startProcess(process.execPath, args, { ready: 'Listening on' })),
  };
}
