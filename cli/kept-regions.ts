/** What machines of this user have translated, for the next one that boots the same files. */
import { resolve } from 'node:path';
import type { Processor } from '../core/machine/processor.ts';
import { userRegionCache } from '../debug-adapter/folder-cache-node.ts';
import { type KeptRegions, keptRegions } from '../debug-adapter/kept-regions.ts';

/** @param files whose code the machine runs */
export const keptRegionsOf = (files: readonly (string | undefined)[]): KeptRegions =>
  keptRegions(
    userRegionCache(),
    files.map((file) => (file === undefined ? '' : resolve(file))),
  );

/**
 * For a machine of this thread, before it runs for the first time.
 * @returns keeps what there is when it has run
 */
export async function recallRegions(
  { cpu }: Pick<Processor, 'cpu'>,
  files: readonly (string | undefined)[],
): Promise<() => Promise<void>> {
  const kept = keptRegionsOf(files);
  cpu.recallRegions(await kept.recall());
  return () => kept.keep(cpu.keptRegions());
}
