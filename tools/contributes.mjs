// Writes what VS Code reads from the typed sources: package.json (its VS Code part) and package.nls.json from
// extension/contributes/, l10n/bundle.l10n.json from the texts in extension/ and config-language/, from debug-adapter/texts.ts, from what
// core/, platform/ and debug-adapter/ `say`, and from the table of the configuration language, whose tables in docs/configuration.md it writes too. With --check it writes nothing and fails when a
// file is not what it would write.
import { build } from 'esbuild';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { keyTexts, withTables } from './config-tables.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a TypeScript module and gives its exports: Node 20 cannot import TypeScript. */
async function importTypeScript(path) {
  const { outputFiles } = await build({
    entryPoints: [join(root, path)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** Every first argument of `t('...')` in the rooms whose texts a person sees in VS Code. */
function translatableTexts(more) {
  const texts = new Set(more);
  for (const [, source] of sourcesIn('extension', 'config-language')) {
    for (const [, single, double] of source.matchAll(
      /\bt\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g,
    )) {
      texts.add((single ?? double).replace(/\\(['"\\])/g, '$1'));
    }
  }
  return Object.fromEntries([...texts].sort().map((text) => [text, text]));
}

/** Is there something to translate? */
const hasWords = (text) => /\p{L}/u.test(text.replace(/\{\d+\}/g, ''));

/** Of TypeScript that is shipped: the path from the root and the text. */
function* sourcesIn(...rooms) {
  for (const room of rooms)
    for (const name of readdirSync(join(root, room), { recursive: true }))
      if (name.endsWith('.ts') && !name.endsWith('.test.ts'))
        yield [name, readFileSync(join(root, room, name), 'utf8')];
}

/** The format of every sentence that leaves the adapter: say`The file ${path} is missing.` is "The file {0} is missing." */
function saidSentences() {
  const formats = [];
  for (const [name, source] of sourcesIn('core', 'platform', 'debug-adapter')) {
    const look = (node) => {
      if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'say')
        formats.push(formatOf(node.template));
      ts.forEachChild(node, look);
    };
    if (source.includes('say`')) look(ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true));
  }
  return formats;
}
const formatOf = (template) =>
  ts.isNoSubstitutionTemplateLiteral(template)
    ? template.text
    : template.templateSpans.reduce(
        (text, { literal }, n) => `${text}{${n}}${literal.text}`,
        template.head.text,
      );

const { manifest, nls } = await importTypeScript('extension/contributes/manifest.ts');
const { TEXTS } = await importTypeScript('debug-adapter/texts.ts');
const keys = await importTypeScript('core/coop/config/keys.ts');
const current = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { scripts, dependencies, devDependencies, ...rest } = current;
const packageJson = { ...rest, ...manifest, scripts, dependencies, devDependencies };

const check = process.argv.includes('--check');
let stale = 0;
for (const [file, contents] of [
  ['package.json', packageJson],
  ['package.nls.json', nls],
  [
    'l10n/bundle.l10n.json',
    translatableTexts([...keyTexts(keys), ...TEXTS, ...saidSentences().filter(hasWords)]),
  ],
  ['docs/configuration.md', withTables(readFileSync(join(root, 'docs/configuration.md'), 'utf8'), keys)],
]) {
  const path = join(root, file);
  const options = { ...(await resolveConfig(path)), filepath: path };
  const wanted = await format(typeof contents === 'string' ? contents : JSON.stringify(contents), {
    ...options,
    ...(file === 'package.json' ? { parser: 'json-stringify' } : {}),
  });
  let found;
  try {
    found = readFileSync(path, 'utf8');
  } catch {
    found = undefined;
  }
  if (found === wanted) continue;
  if (check) {
    process.stderr.write(`${file} is not what extension/ says: run node tools/contributes.mjs\n`);
    stale++;
  } else {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, wanted);
    process.stdout.write(`${file} written\n`);
  }
}
process.exit(stale === 0 ? 0 : 1);
