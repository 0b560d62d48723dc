/**
 * What the fast tier has translated of a machine, kept for the next one that boots the same files: `core/jit/stock.ts`. Whoever damages what
 * is kept makes machines slower, and nothing else: each region is looked at before it is used.
 */
import type { ByteCache } from './byte-cache.ts';

export interface KeptRegions {
  /** What was kept: nothing the first time. */
  recall(): Promise<Uint8Array>;
  /** @param regions undefined where what is kept is as good */
  keep(regions: Uint8Array | undefined): Promise<void>;
}

/** Files whose names have the same key get in each other's way, which costs a second. Source: FNV-1a. */
function keyOf(files: readonly string[]): string {
  let hash = 0x811c_9dc5;
  const text = files.join('\n');
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x0100_0193);
  return `regions-${(hash >>> 0).toString(16).padStart(8, '0')}`;
}

/** @param files that the machine boots, by their paths */
export function keptRegions(cache: ByteCache | undefined, files: readonly string[]): KeptRegions {
  const key = keyOf(files);
  return {
    recall: async () => (await cache?.read(key)) ?? new Uint8Array(0),
    async keep(regions) {
      if (regions) await cache?.write(key, regions);
    },
  };
}
