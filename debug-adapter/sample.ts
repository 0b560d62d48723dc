/**
 * Values of globals while the machine runs: read between two slices of the run, without stopping it. Registers and locals
 * belong to a place in the code, and there is none while it runs.
 */
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import { formatPlainly } from './conditions/plain-format.ts';
import { staticFrame } from './conditions/static-frame.ts';
import type { Coroutines } from './coroutines.ts';
import { AdapterError } from './errors.ts';
import { say, type Translate } from '../core/sentences/say.ts';
import type { MachineClient } from './machine-client.ts';
import { MemoryCache } from './memory-cache.ts';
import { evaluateShown } from './values/shown.ts';

/** @throws AdapterError for what is no expression over globals */
export async function sampleGlobal(
  client: MachineClient,
  coroutines: Coroutines,
  coroutine: CoroutineId,
  expression: string,
  translate: Translate,
): Promise<string> {
  // What was read for an earlier sample is old.
  const memory = new MemoryCache(client);
  const { names } = staticFrame(undefined, 0, coroutine, coroutines, memory);
  const environment = names.environment({
    register(name) {
      throw new AdapterError('not-stopped', say`$${name} has a value only while the machine is stopped.`);
    },
  });
  return memory.compute(() => {
    const { value, style } = evaluateShown(expression, names, environment);
    return formatPlainly(value, environment, style, coroutines, coroutine, translate);
  });
}
