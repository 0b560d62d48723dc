/*
 * Owns a network's clock that is the computer's own: for networks that belong to no machine, as the one that a
 * QEMU guest is linked to. A network of a machine takes the machine's virtual time instead.
 */

import type { NetClock } from '../core/net/timers.ts';
import { TICKS_PER_SECOND } from '../core/time/clock.ts';

const TICKS_PER_MILLISECOND = TICKS_PER_SECOND / 1000;

/** Ticks since the clock was made. Its timers do not keep a Node process alive. */
export function createHostClock(): NetClock {
  const start = performance.now();
  const now = (): number => Math.floor((performance.now() - start) * TICKS_PER_MILLISECOND);
  return {
    now,
    createTimer: (_name, callback) => {
      let handle: ReturnType<typeof setTimeout> | undefined;
      const wait = (deadline: number): void => {
        const left = Math.max(0, deadline - now());
        handle = setTimeout(
          () => {
            if (now() < deadline) {
              wait(deadline); // the platform's timers may come a little early
            } else {
              handle = undefined;
              callback();
            }
          },
          Math.ceil(left / TICKS_PER_MILLISECOND),
        );
        (handle as { unref?: () => void }).unref?.();
      };
      const cancel = (): void => {
        clearTimeout(handle);
        handle = undefined;
      };
      return {
        get pending() {
          return handle !== undefined;
        },
        start: (deadline) => {
          cancel();
          wait(deadline);
        },
        cancel,
      };
    },
  };
}
