/**
 * Texts of package.json. `text(key, english)` gives the placeholder `%key%` for package.json and keeps the English for
 * package.nls.json, so a text can be neither forgotten nor left over.
 */

const texts = new Map<string, string>();

/** The placeholder of a text. A key may be used twice only with the same text. */
export function text(key: string, english: string): string {
  const known = texts.get(key);
  if (known !== undefined && known !== english) {
    throw new Error(`package.nls.json: two texts for ${key}`);
  }
  texts.set(key, english);
  return `%${key}%`;
}

/** All texts by key: the contents of package.nls.json. */
export function allTexts(): Record<string, string> {
  return Object.fromEntries([...texts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
