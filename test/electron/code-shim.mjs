#!/usr/bin/env node
// Looks like the executable of a desktop VS Code to @vscode/test-electron, where there is none: runs the tests that it is given in
// the extension host of the browser's VS Code, with Chromium as the window, and ends with their exit code.
import { resolve } from 'node:path';
import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { chromiumPath, ensureHost } from '../../tools/vscode-host.mjs';
import { startServer } from '../vscode/server.mjs';
import { CHROMIUM_ARGS } from '../vscode/workbench.mjs';

const PATIENCE_MS = 300_000;
const TIMED_OUT = 124;

const options = {};
const places = [];
for (const argument of process.argv.slice(2)) {
  const [, name, value] = /^--([\w-]+)(?:=(.*))?$/.exec(argument) ?? [];
  if (name === undefined) places.push(argument);
  else options[name] = value ?? '';
}

const server = await startServer({
  host: ensureHost(),
  options: ['--vscode-option', 'enable-smoke-test-driver'],
});
const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS });
let code = TIMED_OUT;
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const { host } = new URL(server.url);
  const remote = (path) => `vscode-remote://${host}${resolve(path)}`;
  const payload = [
    ['extensionDevelopmentPath', remote(options.extensionDevelopmentPath)],
    ['extensionTestsPath', remote(options.extensionTestsPath)],
    ['enableProposedApi', ''],
  ];
  const ended = new Promise((done) => {
    void page.exposeFunction('codeAutomationExit', done);
  });
  // The workbench's own log comes the same way: what counts are lines of the suite, and the reasons below one that failed.
  let reasons = false;
  await page.exposeFunction('codeAutomationLog', (_type, args) => {
    const line = format(...args);
    const own = /^\s*[✓✗]|^figure:|^\d+ passed, \d+ failed/.test(line);
    reasons = own ? line.includes('✗') : reasons && line.startsWith('    ');
    if (own || reasons) process.stdout.write(`${line}\n`);
  });
  const query = `folder=${resolve(places[0] ?? '.')}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  await page.goto(`${server.url}?${query}`, { waitUntil: 'commit', timeout: PATIENCE_MS });
  let timer;
  const late = new Promise((done) => (timer = setTimeout(() => done(TIMED_OUT), PATIENCE_MS)));
  code = await Promise.race([ended, late]);
  clearTimeout(timer);
  if (code === TIMED_OUT) process.stderr.write('The tests did not end in five minutes.\n');
} finally {
  await browser.close();
  await server.stop();
}
process.exit(code);
