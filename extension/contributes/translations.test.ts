/** Every language has every text, with the same places for values, links, icons and names of files and options. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

type Texts = Readonly<Record<string, string>>;

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Texts;
const translationsOf = (folder: string, pattern: RegExp) =>
  readdirSync(join(root, folder)).filter((name) => pattern.test(name));

/** What is the same in every language: `{0}`, `command:…`, `$(icon)`, `"kernel"`, `launch.json`, `F5`, code. */
const SAME =
  /\{\d\}|command:[\w.]+|\$\([\w-]+\)|"(?:kernel|port|request|launch|attach)"|\b(?:launch\.json|vmlinux|F5|COM1|TAP|KTAP)\b|`[a-z][^`A-Z=]*`/g;
const fixed = (text: string) => (text.match(SAME) ?? []).sort();

describe.each([
  ['package.nls.json', translationsOf('.', /^package\.nls\..+\.json$/), '.'],
  [
    'l10n/bundle.l10n.json',
    translationsOf('l10n', /^bundle\.l10n\..+\.json$/).filter((n) => n !== 'bundle.l10n.json'),
    'l10n',
  ],
] as const)('%s', (english, translations, folder) => {
  const texts = read(english);

  it('is translated to German', () => {
    expect(translations.some((name) => name.includes('.de.'))).toBe(true);
  });
  it.each(translations)('%s is complete', (name) => {
    const translated = read(join(folder, name));
    expect(Object.keys(translated).sort()).toEqual(Object.keys(texts).sort());
    for (const [key, text] of Object.entries(texts)) {
      expect(translated[key]?.trim(), key).not.toBe('');
      expect(fixed(translated[key] ?? ''), key).toEqual(fixed(text));
    }
  });
});
