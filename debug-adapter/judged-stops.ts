/**
 * What becomes of the stops of a machine: which of them the client sees, and where images are by then. Those of our own go on
 * unseen, and so do those whose conditions only the adapter can look at and that do not hold.
 */
import type { CoroutineId, Resumption } from '../core/protocol/machine-protocol.ts';
import { type ArmedBreakpoints, changesModules, isArrival, isReturn, isUnseen } from './armed-breakpoints.ts';
import type { Conditions } from './conditions/conditions.ts';
import type { Coroutines } from './coroutines.ts';
import type { DebuggeeListener } from './debuggee-listener.ts';
import { type ImagesInMemory, isUnknownCode, withoutOwn } from './images-in-memory.ts';
import type { Soon } from './soon.ts';
import type { Frame } from './frame.ts';
import type { StoppedEvent } from './stepping.ts';

/** What this needs of a debuggee. */
interface Machine {
  readonly images: ImagesInMemory;
  readonly armed: ArmedBreakpoints;
  readonly coroutines: Coroutines;
  /** It has been asked to stop. */
  readonly pausing: boolean;
  /** Makes a stop the current one without telling the client. @param moved images are not where they were */
  adopt(event: StoppedEvent, moved?: boolean): void;
  stack(coroutine: CoroutineId): Soon<Frame[]>;
}

/** A stop that nobody would see, but for a client that wants the machine to stop. */
const paused = (event: StoppedEvent): StoppedEvent => ({
  ...withoutOwn(event),
  reason: 'pause',
  breakpoints: [],
});

export class Stops {
  constructor(
    private readonly machine: Machine,
    private readonly conditions: Conditions,
    private readonly listener: DebuggeeListener,
  ) {}

  /** Finds out where images are, before anybody asks for their symbols. */
  async locate(event: StoppedEvent, coroutines: Coroutines): Promise<void> {
    const { images } = this.machine;
    const gone = await images.begin(coroutines);
    const found = await images.locate(coroutines);
    if (found || gone) await this.rebind(event);
  }

  /** Images are not where they were: breakpoints are elsewhere too. */
  private async rebind(event: StoppedEvent): Promise<void> {
    this.machine.adopt(event, true);
    this.listener.imagesChanged();
    await this.machine.armed.imagesChanged();
  }

  /** Is there nothing about a stop that has to be looked into? Then the client sees it as it is. */
  isPlain(event: StoppedEvent): boolean {
    return (
      event.caught.length === 0 &&
      !changesModules(event) &&
      (event.reason !== 'breakpoint' || (!isUnseen(event) && !this.conditions.isLate(event.breakpoints)))
    );
  }

  /**
   * Is a stop one that the client sees? Those of our own are not, nor those whose conditions the machine could not evaluate and
   * that do not hold: then the machine goes on.
   * @returns the stop as it is to be seen
   */
  async judge(
    event: StoppedEvent,
    goOn: (how: Resumption) => Promise<void>,
  ): Promise<StoppedEvent | undefined> {
    if (isUnknownCode(event)) {
      if (this.machine.pausing) return paused(event);
      await goOn({ visit: true });
      return undefined;
    }
    if (changesModules(event)) await this.readModules(event);
    if (event.reason !== 'breakpoint') return withoutOwn(event);
    if (isReturn(event)) await this.listener.returned(event.snapshot);
    if (isUnseen(event)) {
      // There is a new passage page, where breakpoints can be set now, a guest begins, or a call is over.
      this.machine.adopt(event);
      if (isArrival(event)) await this.listener.arrived();
      await this.machine.armed.send();
      // Asked for meanwhile.
      if (this.machine.pausing) return paused(event);
      await goOn({});
      return undefined;
    }
    if (!this.conditions.isLate(event.breakpoints)) return event;
    this.machine.adopt(event);
    const { coroutine } = event.snapshot;
    const frame = (await this.machine.stack(coroutine)).find(({ kind }) => kind === 'code');
    const { stops, messages, problems } = await this.conditions.decide(
      event.breakpoints,
      frame,
      this.machine.coroutines,
    );
    for (const message of messages) this.listener.logPoint(message);
    if (stops.length > 0) return { ...event, breakpoints: stops, problems };
    if (this.machine.pausing) return paused(event);
    await goOn({});
    return undefined;
  }

  private async readModules(event: StoppedEvent): Promise<void> {
    this.machine.adopt(event);
    const changed = await this.machine.images.modules.read(event.snapshot.coroutine, this.machine.coroutines);
    if (changed) await this.rebind(event);
  }
}
