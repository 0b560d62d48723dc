/** A set that the user has chosen, as `choices` of a view of records. */

const MOST = 1024;

/** @param is says whether something that was kept can be in the set */
export function keptSet<T>(
  set: Set<T>,
  is: (value: unknown) => value is T,
): { read(): unknown; restore(state: unknown): void } {
  return {
    read: () => [...set],
    restore(state) {
      if (!Array.isArray(state)) return;
      set.clear();
      for (const value of state.slice(0, MOST)) if (is(value)) set.add(value);
    },
  };
}
