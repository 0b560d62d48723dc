/**
 * The first stop, rehearsed while the machine boots and this thread has nothing to do: a person's breakpoints say where it will be. The
 * stack and the variables of each place are computed in a machine that has no memory, again and again, and thrown away. So what the debug
 * information says of these places is read by then, and the engine has run the code often enough to compile it: the first stack or list
 * of variables takes three times as long as the hundredth. Nothing of it can be seen, but by the clock.
 */
import type { BreakpointSpec } from '../core/protocol/debug-protocol.ts';
import { HOST } from '../core/protocol/machine-protocol.ts';
import { CpuWord, PackedCpu } from '../core/protocol/packed-cpu.ts';
import { Coroutines, type ImagePlaces } from './coroutines.ts';
import { Inspection } from './inspection.ts';
import type { KernelImages } from './launch-plan.ts';
import { type MachineClient, MachineError } from './machine-client.ts';
import { MemoryCache } from './memory-cache.ts';
import { stackOf } from './stack.ts';
import { I386 } from './symbols/constants.ts';
import { KnownCallers } from './symbols/known-callers.ts';
import { nextTurn } from './symbols/pieces.ts';
import { say } from '../core/sentences/say.ts';

/** Breakpoints beyond these are not looked at, and the work of a rehearsal in milliseconds. */
const MOST_PLACES = 8;
const MOST_MS = 40;
/** By then the engine has compiled what it runs. */
const MOST_ROUNDS = 100;

/** What can be read anywhere, and where the stack is in it. */
const PAGE = new Uint8Array(0x1000);
const STACK = 0x800;

const EMPTY: Pick<MachineClient, 'request' | 'known'> = {
  request: () => Promise.reject(new MachineError('no-machine', say`There is no machine yet.`)),
  known: ((kind: string) => (kind === 'readMemory' ? { bytes: PAGE } : undefined)) as MachineClient['known'],
};

export interface Rehearsed {
  /** Of the machine as it has been booted. */
  readonly coroutines: Coroutines;
  readonly images: KernelImages;
  readonly places: ImagePlaces;
  readonly breakpoints: readonly Pick<BreakpointSpec, 'address' | 'coroutine'>[];
}

/** @param isWanted the first stop is still to come */
export async function rehearse(stop: Rehearsed, isWanted: () => boolean): Promise<void> {
  const breakpoints = stop.breakpoints.slice(0, MOST_PLACES);
  if (breakpoints.length === 0) return;
  let spent = 0;
  const callers = new KnownCallers();
  let before: Coroutines | undefined;
  for (let round = 0; round < MOST_ROUNDS && spent < MOST_MS; round++) {
    await nextTurn();
    if (!isWanted()) return;
    const began = performance.now();
    before = showStop(stop, breakpoints[round % breakpoints.length], callers, before);
    spent += performance.now() - began;
  }
}

/**
 * What a client asks for: the stack, and the scopes of its innermost frame with the variables of the first one.
 * @param before of the stop before
 */
function showStop(
  { coroutines: { snapshot }, images, places }: Rehearsed,
  at: Rehearsed['breakpoints'][number],
  callers: KnownCallers,
  before: Coroutines | undefined,
): Coroutines | undefined {
  if (!(snapshot.cpu instanceof PackedCpu)) return undefined;
  const cpu = new PackedCpu(snapshot.cpu.words.slice());
  cpu.words[CpuWord.Eip] = at.address - (cpu.linearEip - cpu.eip);
  cpu.words[CpuWord.General + I386.esp] = cpu.words[CpuWord.General + I386.ebp] = STACK;
  const coroutine = at.coroutine < 0 ? HOST : at.coroutine;
  const coroutines = new Coroutines({ ...snapshot, cpu, coroutine }, images, places, before);
  const memory = new MemoryCache(EMPTY);
  const read = memory.reader(coroutine);
  const [frame] = stackOf(coroutines, coroutine, read, [], undefined, undefined, callers);
  const inspection = new Inspection(coroutines, memory);
  const scopes = inspection.scopes(frame);
  if (!(scopes instanceof Promise)) void inspection.variables(scopes[0]);
  return coroutines;
}
