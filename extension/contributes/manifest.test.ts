/** What package.json names must be there: files, commands, problem matchers. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { manifest, nls } from './manifest.ts';
import { BUILD_MATCHERS, problemMatchers, RUN_MATCHERS } from './problem-matchers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { contributes } = manifest;
const declared = new Set<string>(contributes.commands.map(({ command }) => command));

/** Every `command:…` link in the texts of the manifest. */
const linked = Object.values(nls).flatMap((english) =>
  [...english.matchAll(/\(command:([\w.]+)\)/g)].map(([, command = '']) => command),
);

describe('the manifest', () => {
  it('has pictures that are there, and are packed', () => {
    const pictures = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.image));
    expect(pictures.length).toBeGreaterThan(3);
    const packed = readFileSync(`${root}.vscodeignore`, 'utf8').split('\n');
    for (const picture of pictures) {
      expect(existsSync(root + picture), picture).toBe(true);
      expect(packed).toContain(`!${picture}`);
    }
  });

  it('has the grammars and configurations of its languages', () => {
    const files = [
      ...contributes.grammars.map(({ path }) => path),
      ...contributes.languages.map((language) => language.configuration),
    ];
    for (const file of files) expect(existsSync(root + file), file).toBe(true);
  });

  it('uses commands that it declares, or that VS Code has', () => {
    const inMenus = Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command));
    for (const command of [...inMenus, ...linked])
      expect(declared.has(command) || command.startsWith('workbench.'), command).toBe(true);
  });

  it('has a problem matcher for every name that tasks use', () => {
    const names = new Set(problemMatchers.map(({ name }) => `$${name}`));
    for (const name of [...BUILD_MATCHERS, ...RUN_MATCHERS]) expect(names.has(name), name).toBe(true);
  });
});
