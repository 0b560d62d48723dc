/** What is wrong with a document: the problems that a run would have, at their places, and files that are not there. */
import type { ConfigCode, ConfigProblem } from '../core/coop/config/problems.ts';
import { type ConfigDocument, wordAt } from './document.ts';
import type { FileView } from './files.ts';
import { type Range, rangeOf } from './text.ts';
import type { Translate } from './translate.ts';
import { tell } from '../core/sentences/say.ts';

export type DiagnosticCode = ConfigCode | 'config-file-missing';

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly range: Range;
}

/** Codes that are about the value of a word. */
const OF_VALUE: ReadonlySet<DiagnosticCode> = new Set(['config-value', 'config-alias-unknown']);
/** Codes that are about its key. */
const OF_NAME: ReadonlySet<DiagnosticCode> = new Set([
  'config-key-unknown',
  'config-unit-range',
  'config-twice',
  'config-not-served',
]);

export async function diagnose(
  document: ConfigDocument,
  files: FileView,
  t: Translate,
): Promise<readonly Diagnostic[]> {
  const found = document.problems.map((problem) => placed(document, problem, t));
  return [...found, ...(await missingFiles(document, files, t))];
}

function placed(document: ConfigDocument, problem: ConfigProblem, t: Translate): Diagnostic {
  const { code, severity, sentence, at } = problem;
  const message = tell(sentence, t);
  if (at.file !== document.name) return fromInclude(document, problem, message);
  const word = wordAt(document, { line: at.line, character: at.column });
  const whole = rangeOf(at.line, at.column, at.column + at.length);
  const range = OF_VALUE.has(code) ? word?.valueRange : OF_NAME.has(code) ? word?.nameRange : whole;
  return { code, severity, message, range: range ?? whole };
}

/** A problem of an included file, at the word that includes it, or includes what does. */
function fromInclude(
  document: ConfigDocument,
  { code, severity, at }: ConfigProblem,
  message: string,
): Diagnostic {
  const includes = document.words.filter(({ kind }) => kind.kind === 'include');
  const word = includes.find(({ path }) => path?.path === at.file) ?? includes[0];
  const range = word?.range ?? rangeOf(0, 0, 0);
  return { code, severity, message: `${at.file}:${at.line + 1}: ${message}`, range };
}

async function missingFiles(document: ConfigDocument, files: FileView, t: Translate): Promise<Diagnostic[]> {
  const found = await Promise.all(
    document.words.map(async ({ path: named, kind }) => {
      // The parser tells of includes that cannot be read.
      if (!named || kind.kind === 'include') return [];
      const { path, range } = named;
      const is = await files.kindOf(path);
      if (is === named.kind) return [];
      return [
        { code: 'config-file-missing', severity: 'error', message: missing(path, named.kind, is, t), range },
      ];
    }),
  );
  return found.flat() as Diagnostic[];
}

function missing(path: string, wanted: string, is: string | undefined, t: Translate): string {
  if (is === 'file') return t('{0} is a file, but a folder is expected here: name its folder.', path);
  if (is === 'folder') return t('{0} is a folder, but a file is expected here: name a file in it.', path);
  return wanted === 'file'
    ? t('There is no file {0}: correct the path, or make the file.', path)
    : t('There is no folder {0}: correct the path, or make the folder.', path);
}
