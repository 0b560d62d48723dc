/**
 * What is there already, or comes: nearly all that a stopped machine is asked about it has said with its stop, and who need not wait is
 * answered in the call that asks. A promise takes a turn of the queue of microtasks for each function on the way.
 */
export type Soon<T> = T | Promise<T>;

/** `work` with it, at once if it is there. */
export const whenThere = <T, U>(soon: Soon<T>, work: (value: T) => Soon<U>): Soon<U> =>
  soon instanceof Promise ? soon.then(work) : work(soon);

/** One after the other, each when those before it are done. */
export function inOrder<T, U>(items: readonly T[], work: (item: T) => Soon<U>): Soon<U[]> {
  const done: U[] = [];
  for (let n = 0; n < items.length; n++) {
    const one = work(items[n]);
    if (one instanceof Promise) return restOf(done, one, items.slice(n + 1), work);
    done.push(one);
  }
  return done;
}

async function restOf<T, U>(
  done: U[],
  coming: Promise<U>,
  items: readonly T[],
  work: (item: T) => Soon<U>,
): Promise<U[]> {
  done.push(await coming);
  for (const item of items) done.push(await work(item));
  return done;
}
