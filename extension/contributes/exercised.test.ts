/** Every command and every setting is used by a test in a real VS Code, by its title or its name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { manifest, nls } from './manifest.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tests = ['test/vscode', 'test/electron']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
  .filter((path) => /\.(mjs|ts)$/.test(path))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

const textOf = (title: string) =>
  (nls as Readonly<Record<string, string>>)[title.replaceAll('%', '')] ?? title;

it('every command and every setting is used by a test in a real VS Code', () => {
  const { commands, configuration } = manifest.contributes;
  const untested = [
    ...commands.filter(({ title }) => !tests.includes(textOf(title))).map(({ command }) => command),
    ...[configuration].flat().flatMap(({ properties }) => Object.keys(properties)),
  ].filter((name) => !tests.includes(name));
  expect(untested.sort()).toEqual([]);
});
