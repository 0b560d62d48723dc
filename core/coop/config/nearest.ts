/** "Did you mean …": which of some words a mistyped one is likely to be. */

/** Longer words are no names. */
const MAX_LENGTH = 64;

/** Insertions, deletions, changes and exchanges of neighbours that make `b` of `a` (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(change, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}

/** The first of the nearest candidates, if it is near enough: one mistake, or two in words of six letters or more. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length < 3 || word.length > MAX_LENGTH) return undefined;
  const plain = word.toLowerCase();
  let least = plain.length >= 6 ? 3 : 2;
  let found: string | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(plain, candidate.toLowerCase());
    if (distance < least) [least, found] = [distance, candidate];
  }
  return found;
}
