/**
 * Sentences for people: a format with places for values, so that they can be told in the language of the user. Inside of the adapter, in
 * logs and in tests they are English; `tell` translates where they leave it. `tools/contributes.mjs` finds every format.
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
  return { format: strings.reduce((format, text, n) => `${format}{${n - 1}}${text}`), values };
}

export const isSentence = (given: unknown): given is Sentence =>
  typeof given === 'object' && given !== null && 'format' in given && 'values' in given;

/** What somebody else says, who has one language: the machine, a parser, the operating system. */
export const verbatim = (text: string): Sentence => ({ format: '{0}', values: [text] });

/** The text of a sentence. */
export function tell({ format, values }: Sentence, translate: Translate = (english) => english): string {
  return translate(format).replace(/\{(\d+)\}/g, (place, number: string) => {
    const value = values[Number(number)];
    return value === undefined ? place : typeof value === 'object' ? tell(value, translate) : String(value);
  });
}
