// The sample guest of the tests in a real VS Code, and the settings that they look at it with.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const shots = join(root, 'out/screenshots');
export const sample = join(root, 'samples/hello-guest');
export const MAIN = 'kernel/main.c';

/** Throws when one of the files that a scenario begins with has not been built. */
export function needs(...files) {
  for (const file of files)
    if (!existsSync(file))
      throw new Error(`${file} is missing: run npm run build:kernels and npm run package first.`);
}

/** Number of the first line of a file of the sample that matches. */
export function lineWith(pattern, file = MAIN) {
  const index = readFileSync(join(sample, file), 'utf8')
    .split('\n')
    .findIndex((line) => (typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line)));
  if (index < 0) throw new Error(`${file} has no line with "${pattern}"`);
  return index + 1;
}

/** Settings that make the screen readable for the test: no canvas terminal, no minimap. */
export const settings = {
  'terminal.integrated.gpuAcceleration': 'off',
  // What is on the screen has come from the guest, and is no guess of VS Code's.
  'terminal.integrated.localEchoEnabled': 'off',
  // A text of several lines is pasted without a question.
  'terminal.integrated.enableMultiLinePasteWarning': 'never',
  'editor.minimap.enabled': false,
  'editor.cursorBlinking': 'solid',
  'workbench.reduceMotion': 'on',
  // Pictures show no folders of the machine that took them.
  'breadcrumbs.enabled': false,
  // A sticky row lies over the frames of a thread with many of them.
  'workbench.tree.enableStickyScroll': false,
  'git.enabled': false,
  // The Debug Console is opened by nobody: the screenshots show the guest's console.
  'debug.internalConsoleOptions': 'neverOpen',
  // It names the configuration that F5 takes.
  'debug.showInStatusBar': 'always',
};
