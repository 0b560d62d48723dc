/**
 * Sentences for people: a format with places for values, so that whoever shows one can tell it in the language of the user. Everywhere
 * inside, in logs and in tests they are English; the debug adapter translates where they leave it (`tell`). `tools/contributes.mjs`
 * finds every format. Nothing here knows a language.
 */

/** A value of a sentence may be words of a language, and is translated with it. */
export type Said = string | number | bigint | Sentence;

export interface Sentence {
  /** English, with `{0}` for the first value: what a translation is looked up by. */
  readonly format: string;
  readonly values: readonly Said[];
}

/** Gives the translation of a format, or the format itself. */
export type Translate = (english: string) => string;

/** The tag of a template: say`The file ${path} is missing.` */
export function say(strings: TemplateStringsArray, ...values: readonly Said[]): Sentence {
  let format = formats.get(strings);
  if (format === undefined) {
    format = strings.reduce((before, text, n) => `${before}{${n - 1}}${text}`);
    formats.set(strings, format);
  }
  return { format, values };
}

/** By the texts of a template, which are the same object whenever its place in the source is passed. */
const formats = new WeakMap<TemplateStringsArray, string>();

export const isSentence = (given: unknown): given is Sentence =>
  typeof given === 'object' && given !== null && 'format' in given && 'values' in given;

/** What somebody else says, who has one language: a name, the operating system. */
export const verbatim = (text: string): Sentence => ({ format: '{0}', values: [text] });

/** Sentences in a row, with something between them that is the same in every language. */
export const joined = (parts: readonly Said[], between: string): Sentence => ({
  format: parts.map((_, n) => `{${n}}`).join(between),
  values: parts,
});

/** The text of a sentence. */
export function tell({ format, values }: Sentence, translate: Translate = (english) => english): string {
  const text = translate(format);
  return values.length === 0
    ? text
    : text.replace(/\{(\d+)\}/g, (place, number: string) => {
        const value = values[Number(number)];
        return value === undefined ? place : wordsOf(value, translate);
      });
}

/** The text of what may stand in a sentence. */
export function wordsOf(said: Said, translate?: Translate): string {
  return typeof said === 'object' ? tell(said, translate) : String(said);
}

/** An error that a person reads. Its message is English. */
export class SaidError extends Error {
  constructor(readonly sentence: Sentence) {
    super(tell(sentence));
  }
}
