/**
 * How often blocks have begun, by a hash of where they lie in RAM: what is worth decoding and translating. Blocks that share a count look
 * hotter than they are, which costs some work and nothing else.
 */
import { HEAT_BASE, HEAT_SIZE, RAM_BASE } from '../../memory/layout.ts';

/** Counts stop there. */
export const MOST_HEAT = 0xffff;

export interface Heat {
  of(physical: number): number;
  /** A block begins once more. @returns how often it has */
  warm(physical: number): number;
  set(physical: number, count: number): void;
  /** Nothing has run yet. */
  renew(): void;
}

/** @param memory laid out by `memory/layout.ts`; `assembly/` counts there, too */
export function createHeat(memory: WebAssembly.Memory): Heat {
  const counts = new Uint16Array(memory.buffer, HEAT_BASE, HEAT_SIZE / 2);
  // One count for two places: hardly a block is one byte long, and half of the memory comes faster.
  const place = (physical: number) => ((physical + RAM_BASE) & (HEAT_SIZE - 1)) >> 1;
  return {
    of: (physical) => counts[place(physical)]!,
    warm(physical) {
      const at = place(physical);
      const count = Math.min(counts[at]! + 1, MOST_HEAT);
      counts[at] = count;
      return count;
    },
    set(physical, count) {
      counts[place(physical)] = Math.min(count, MOST_HEAT);
    },
    renew() {
      counts.fill(0);
    },
  };
}
