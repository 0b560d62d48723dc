// Waiting for what a debugger says.
const LONGEST_MS = 30_000;

/** Waits for something that a stream of events brings. */
export function createWaiters() {
  const waiting = new Set();
  return {
    wait(test) {
      return new Promise((resolve, reject) => {
        const entry = { test, resolve };
        waiting.add(entry);
        entry.timer = setTimeout(() => reject(new Error('no answer came')), LONGEST_MS);
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
