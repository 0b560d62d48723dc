// Waiting for what a debugger says.
const LONGEST_MS = 30_000;

/** Waits for something that a stream of events brings. @param who brings it, as errors name them */
export function createWaiters(who) {
  const waiting = new Set();
  return {
    /** @param what says for the error what is missing then: no stop is another fault than no answer */
    wait(test, what) {
      return new Promise((resolve, reject) => {
        const entry = { test, resolve };
        waiting.add(entry);
        entry.timer = setTimeout(() => {
          reject(new Error(`${who}: ${what()} has not come within ${LONGEST_MS / 1000} s`));
        }, LONGEST_MS);
      });
    },
    give(event) {
      for (const entry of waiting) {
        if (!entry.test(event)) continue;
        clearTimeout(entry.timer);
        waiting.delete(entry);
        entry.resolve(event);
        return;
      }
    },
  };
}
