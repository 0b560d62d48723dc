/**
 * A list in the memory of a kernel, from its first place to its last: bounded, for anything may have overwritten it. A list that
 * runs in a circle ends, and so does one that leads to where no memory is; the reason is told.
 */
import { say, type Sentence } from '../../core/sentences/say.ts';
import { hexAddress } from '../values/text.ts';
import type { Items, ListValues } from './list-values.ts';

export interface ListShape {
  /** What the pointer to an item is called in `next`. */
  readonly item: string;
  /** What the user calls the items. */
  readonly noun: string;
  /** Pointer to the first item; null when there is none. */
  readonly first: string;
  /** Pointer to the item behind; null or the first one again at the end. */
  readonly next: string;
}

/** Most places of a list that are looked at. */
const MAX_PLACES = 4096;

/**
 * The addresses of the items.
 * @param given what else the expressions are about
 * @throws AdapterError when an expression is none or cannot be read
 */
export async function* walkList(
  { item, noun, first: begin, next }: ListShape,
  values: ListValues,
  given: Items,
  note: (problem: Sentence) => void,
): AsyncGenerator<number> {
  const places = new Set<number>();
  const first = await values.number(begin, given);
  for (let at = first; at !== 0; at = await values.number(next, { ...given, [item]: at })) {
    if (places.has(at)) {
      if (at !== first)
        note(say`The list of ${noun} runs in a circle from ${hexAddress(at)} on: it ends there.`);
      return;
    }
    if (places.size === MAX_PLACES) {
      note(say`The list of ${noun} has more than ${MAX_PLACES} places: the rest is not shown.`);
      return;
    }
    if (!(await values.isReadable(at))) {
      // A kernel that has not begun is not mapped where its variables are.
      if (at !== first)
        note(say`The list of ${noun} leads to ${hexAddress(at)}, where no memory is: it ends there.`);
      return;
    }
    places.add(at);
    yield at;
  }
}
