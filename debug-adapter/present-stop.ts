/**
 * The stop that a session looks at: who is where at it, what was read of the machine's memory since, and the call stacks. It belongs to
 * the past as soon as the machine runs, but stays what there is until the next one.
 */
import type { CoroutineId, RequestMap } from '../core/protocol/machine-protocol.ts';
import type { Shown } from './blocks.ts';
import { Coroutines, type ImagePlaces } from './coroutines.ts';
import type { KernelImages } from './launch-plan.ts';
import type { MachineClient } from './machine-client.ts';
import type { MemoryCache } from './memory-cache.ts';
import { type Soon, whenThere } from './soon.ts';
import type { Frame } from './frame.ts';
import { stackOf } from './stack.ts';
import type { StoppedEvent } from './stepping.ts';
import { KnownCallers } from './symbols/known-callers.ts';

type OpenEntries = RequestMap['openEntries']['result'];

export class PresentStop {
  /** Undefined before the first one. */
  event: StoppedEvent | undefined;
  /** Which function it is in, where several begin at one address. */
  shown: Shown | undefined;
  private stacks = new Map<CoroutineId, Soon<Frame[]>>();
  /** Of the coroutines' stacks at this stop and earlier ones. */
  private readonly callers = new Map<CoroutineId, KnownCallers>();

  /** @param coroutines of the machine before its first stop */
  constructor(
    private readonly machine: Pick<MachineClient, 'request' | 'known'>,
    readonly memory: MemoryCache,
    private readonly kernels: KernelImages,
    private readonly places: ImagePlaces,
    public coroutines: Coroutines,
  ) {}

  /** Forgets what was read of the machine: it ran, or memory was written. */
  forget(): void {
    this.memory.clear();
    if (this.stacks.size > 0) this.stacks = new Map();
  }

  /** The machine has stopped: who is where by what is known of images. */
  arrive(event: StoppedEvent): Coroutines {
    this.forget();
    return this.coroutinesOf(event);
  }

  private coroutinesOf({ snapshot }: StoppedEvent): Coroutines {
    return new Coroutines(snapshot, this.kernels, this.places, this.coroutines);
  }

  /** @param moved images are not where they were when it was looked at first */
  adopt(event: StoppedEvent, moved: boolean): void {
    const isKnown = this.event?.snapshot === event.snapshot && !moved;
    this.event = event;
    this.shown = undefined;
    // Rows depend on what is shown.
    if (this.stacks.size > 0) this.stacks = new Map();
    if (isKnown) return;
    this.memory.clear();
    if (moved || this.coroutines.snapshot !== event.snapshot) this.coroutines = this.coroutinesOf(event);
  }

  /** The rows of a coroutine's call stack. */
  stack(coroutine: CoroutineId): Soon<Frame[]> {
    const { stacks } = this;
    const known = stacks.get(coroutine);
    if (known) return known;
    const unwound = this.unwind(coroutine);
    stacks.set(coroutine, unwound);
    if (unwound instanceof Promise) unwound.catch(() => stacks.delete(coroutine));
    return unwound;
  }

  /** Has somebody asked for it? */
  isUnwound(coroutine: CoroutineId): boolean {
    return this.stacks.has(coroutine);
  }

  private unwind(coroutine: CoroutineId): Soon<Frame[]> {
    const { coroutines, memory } = this;
    return whenThere(this.openEntries(coroutine), ({ entries }) => {
      const shown = coroutine === coroutines.current ? this.shown : undefined;
      return memory.computeSoon(() =>
        stackOf(
          coroutines,
          coroutine,
          memory.reader(coroutine),
          entries,
          shown,
          undefined,
          this.callersOf(coroutine),
        ),
      );
    });
  }

  private callersOf(coroutine: CoroutineId): KnownCallers {
    let callers = this.callers.get(coroutine);
    if (!callers) this.callers.set(coroutine, (callers = new KnownCallers()));
    return callers;
  }

  /** Without them the stack is what its own contents say. */
  private openEntries(coroutine: CoroutineId): Soon<OpenEntries> {
    const { machine } = this;
    return (
      machine.known('openEntries', { coroutine }) ??
      machine.request('openEntries', { coroutine }).catch(() => ({ entries: [] }))
    );
  }
}
