/**
 * The machine as the session debugs it: life of the worker, stops, breakpoints, running and stepping, call stacks.
 *
 * Speaks the machine protocol on one side and knows nothing of DAP messages on the other: what the client should hear
 * goes to a listener. One authoritative state: `running`, `lastStop`, `ended`.
 */
import {
  type CoroutineId,
  type LookKind,
  type MachineEvent,
  type RequestMap,
  type Resumption,
  type StepSpec,
} from '../core/protocol/machine-protocol.ts';
import type { MachinePort } from './adapter-host.ts';
import { ArmedBreakpoints, clientIds } from './armed-breakpoints.ts';
import type { CodeBreakpoints } from './breakpoints.ts';
import { Conditions } from './conditions/conditions.ts';
import type { Shown } from './blocks.ts';
import { Coroutines, coroutinesWith } from './coroutines.ts';
import { AdapterError, toAdapterError } from './errors.ts';
import { say } from '../core/sentences/say.ts';
import { ImagesInMemory } from './images-in-memory.ts';
import type { KeptRegions } from './kept-regions.ts';
import type { LaunchPlan } from './launch-plan.ts';
import type { DebuggeeListener } from './debuggee-listener.ts';
import { MachineClient } from './machine-client.ts';
import { MemoryCache } from './memory-cache.ts';
import type { OtherEnds } from './other-ends.ts';
import { sampleGlobal } from './sample.ts';
import { PresentStop } from './present-stop.ts';
import type { Soon } from './soon.ts';
import { nextTurn } from './symbols/pieces.ts';
import type { Frame } from './frame.ts';
import type { StepEnd, StoppedEvent } from './stepping.ts';
import { rehearse } from './rehearsal.ts';
import { sharePoints } from './shared-points.ts';
import { Stops } from './judged-stops.ts';
import { Steps } from './steps.ts';

const noMachine = () => new AdapterError('not-stopped', say`There is no machine: launch one first.`);

/** Another debugger on the same machine. */
export interface Companion {
  resumed(): void;
  stopped(event: StoppedEvent): void;
  /** Registers of the stopped machine were changed. */
  refreshed(event: StoppedEvent): void;
}

export class Debuggee {
  readonly memory: MemoryCache;
  running = false;
  private readonly client: MachineClient;
  private readonly conditions: Conditions;
  /** Where the images are at this stop. */
  readonly images: ImagesInMemory;
  /** The breakpoints as this machine has them. */
  readonly armed: ArmedBreakpoints;
  /** Another debugger, which hears what the client hears. */
  companion: Companion | undefined;
  /** What goes on after stops that nobody sees is a step of gdb. */
  private stepsForGdb = false;
  pausing = false;
  private disposed = false;
  /** It has just been let go by a request, whose answer comes before its first stop. */
  private starting = false;
  private readonly stops: Stops;
  /** Waits for the next stop while a step is under way. */
  private stopWaiter: ((event: StoppedEvent) => void | Promise<void>) | undefined;
  private readonly present: PresentStop;
  /** The coroutines that there were a moment ago, while the machine runs. */
  private heard: readonly CoroutineId[] | undefined;
  readonly steps = new Steps(this);
  /** What is special about the step that has led to the last stop. */
  stepEnd: StepEnd | undefined;

  private constructor(
    client: MachineClient,
    private readonly plan: LaunchPlan,
    private readonly ends: OtherEnds,
    private readonly kept: KeptRegions,
    /** False: "run without debugging", no breakpoint is set. */
    debugging: boolean,
    breakpoints: CodeBreakpoints,
    coroutines: Coroutines,
    private readonly listener: DebuggeeListener,
  ) {
    this.client = client;
    this.memory = new MemoryCache(client);
    this.conditions = new Conditions(this.memory, listener.translate);
    this.images = new ImagesInMemory(plan, this.memory, (text) => {
      listener.note(text, false);
    });
    this.present = new PresentStop(client, this.memory, plan, this.images, coroutines);
    this.armed = new ArmedBreakpoints(this, plan, this.images, debugging, breakpoints, this.conditions);
    this.stops = new Stops(this, this.conditions, listener);
  }

  /**
   * Boots the plan's machine on a worker; it waits for `start`.
   * @param ends of the plan's devices: they are the debuggee's from here on, and end with it
   * @param kept what machines of the same files have translated before
   * @throws MachineError what the machine says against the image or the configuration. EndError
   */
  static async boot(
    port: MachinePort,
    plan: LaunchPlan,
    ends: OtherEnds,
    kept: KeptRegions,
    debugging: boolean,
    breakpoints: CodeBreakpoints,
    listener: DebuggeeListener,
  ): Promise<Debuggee> {
    let debuggee: Debuggee | undefined;
    const client = new MachineClient(
      port,
      (event) => debuggee?.onMachineEvent(event),
      (error) => {
        listener.note(error.message, true);
        listener.died();
      },
    );
    try {
      const recalling = kept.recall();
      const snapshot = await client.request('boot', { ...plan.boot, devices: ends.specs(plan.inner) });
      await client.request('recallRegions', { kept: await recalling });
      const coroutines = new Coroutines(snapshot, plan);
      debuggee = new Debuggee(client, plan, ends, kept, debugging, breakpoints, coroutines, listener);
      ends.connect(debuggee.request);
      return debuggee;
    } catch (error) {
      client.dispose();
      await ends.close();
      throw error;
    }
  }

  /** Lets the booted machine go, or shows it at its first instruction. */
  async start(stopOnEntry: boolean): Promise<void> {
    if (this.running || this.lastStop) {
      throw new AdapterError(
        'bad-request',
        say`The configuration is done already: the machine has been started.`,
      );
    }
    if (stopOnEntry && this.armed.guestEntry !== undefined) {
      // The guest's first instruction; the host kernel boots unseen.
      this.armed.entryPending = true;
      await this.armed.send();
    } else if (stopOnEntry) {
      await this.showStanding('entry');
      return;
    }
    this.starting = !this.pausing;
    await this.resume();
  }

  /** Shows the machine where it stands, before its first stop too. */
  private async showStanding(reason: 'entry' | 'pause'): Promise<void> {
    const nothing = { breakpoints: [], problems: [], watchpoints: [], caught: [], causes: [], answers: [] };
    const { lastStop } = this;
    if (lastStop) this.show({ ...lastStop, reason, breakpoints: [] });
    else {
      const snapshot = await this.request('snapshot', {});
      if (!this.disposed)
        this.show({ event: 'stopped', reason, ...nothing, exitStatus: undefined, snapshot });
    }
  }

  /** Ends the machine; settles when what its devices were connected to is closed. */
  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    this.running = false;
    await this.client.keepRegions(this.kept);
    this.client.dispose();
    await this.ends.close();
  }

  /** The requests of the session and of a gdb beside it. */
  readonly points = sharePoints((kind, params) =>
    this.disposed ? Promise.reject(noMachine()) : this.client.request(kind, params),
  );
  readonly request = this.points.client;

  /** What a request would answer, if the stopped machine has said it already. */
  known<K extends LookKind>(kind: K, params: RequestMap[K]['params']): RequestMap[K]['result'] | undefined {
    return this.client.known(kind, params);
  }

  /** What the user has typed for a guest's serial line that has `stdio`. */
  typeLine(bytes: Uint8Array): void {
    this.ends.type(bytes);
  }

  get lastStop(): StoppedEvent | undefined {
    return this.present.event;
  }

  /** Who is where at the last stop. */
  get coroutines(): Coroutines {
    return this.present.coroutines;
  }

  /** The coroutines that there are. */
  get living(): readonly CoroutineId[] {
    return this.heard ?? this.coroutines.all;
  }

  /** Which function the last stop is in, where several begin at one address. */
  get shown(): Shown | undefined {
    return this.present.shown;
  }

  /** The rows of a coroutine's call stack at the last stop. */
  stack(coroutine: CoroutineId): Soon<Frame[]> {
    const isNew = !this.present.isUnwound(coroutine);
    const frames = this.present.stack(coroutine);
    if (isNew && coroutine === this.coroutines.current) void this.prepareStep().catch(() => undefined);
    return frames;
  }

  isUnwound(coroutine: CoroutineId): boolean {
    return this.present.isUnwound(coroutine);
  }

  /** Forgets what was read of the machine: it ran, or memory was written. */
  forget(): void {
    this.present.forget();
  }

  /** Looks at the stopped machine again: registers were written. */
  async refresh(): Promise<void> {
    const snapshot = await this.request('snapshot', {});
    if (!this.lastStop) return;
    this.adopt({ ...this.lastStop, snapshot });
    this.companion?.refreshed(this.lastStop);
  }

  // --- events of the machine ------------------------------------------------------------------------------

  private onMachineEvent(event: MachineEvent): void {
    if (this.disposed || this.ends.handle(event)) return;
    switch (event.event) {
      case 'stopped':
        this.ends.passed(event.snapshot.virtualNanoseconds, false);
        if (this.starting) setTimeout(() => this.findImages(event));
        else this.findImages(event);
        this.starting = false;
        return;
      case 'serial':
        this.listener.serial(event.port, event.bytes);
        return;
      case 'status':
        this.ends.passed(event.virtualNanoseconds, true);
        this.heard = coroutinesWith(event.monitors);
        this.listener.status({ ...event, running: true });
        return;
      case 'logPoints':
        for (const { id, values } of event.hits) {
          const message = this.conditions.messageOf(id, values, this.coroutines);
          if (message !== undefined) this.listener.logPoint(message);
        }
        // One that is over waits for nobody.
        void this.request('logPointsHeard', { count: event.hits.length }).catch(() => undefined);
        return;
      case 'log':
        this.listener.note(`machine: ${event.text}`, false);
        return;
    }
  }

  private findImages(event: StoppedEvent): void {
    if (this.disposed) return;
    const coroutines = this.present.arrive(event);
    if (this.images.areWhereTheyWere(coroutines)) {
      this.present.coroutines = coroutines;
      this.onStopped(event);
      return;
    }
    // What cannot be read has no images.
    void this.stops
      .locate(event, coroutines)
      .catch(() => undefined)
      .finally(() => {
        if (!this.disposed) this.onStopped(event);
      });
  }

  private onStopped(event: StoppedEvent): void {
    const waiter = this.stopWaiter;
    if (waiter) {
      this.stopWaiter = undefined;
      this.adopt(event);
      this.attempt(() => waiter(event));
    } else this.attempt(() => this.seen(event));
  }

  /** Shows a stop, unless it is one that the client does not see. One that is plain is shown before this returns. */
  private async seen(event: StoppedEvent): Promise<void> {
    const shown = this.stops.isPlain(event) ? event : await this.stops.judge(event, (how) => this.goOn(how));
    if (shown) this.show(shown);
  }

  /** While the machine runs to its first stop. */
  async rehearseStop(): Promise<void> {
    if (this.lastStop) return;
    const { coroutines, plan, images } = this;
    const breakpoints = this.armed.breakpoints.specs().map(({ spec }) => spec);
    const stop = { coroutines, images: plan, places: images, breakpoints };
    await rehearse(stop, () => this.running && !this.lastStop && !this.disposed);
  }

  /** After a stop that nobody sees. */
  private async goOn(how: Resumption): Promise<void> {
    await (this.stepsForGdb ? this.request('resumeStep', how) : this.resume(how));
  }

  /** Lets the machine go for gdb, whose next stop the client sees too. */
  async goForGdb(step: StepSpec | undefined): Promise<void> {
    this.stepsForGdb = step !== undefined;
    this.running = true;
    this.pausing = false;
    await this.armed.confine(undefined);
    if (!step || this.pausing) return this.resume();
    await this.request('step', step).catch((error: unknown) => {
      this.running = false;
      throw error;
    });
  }

  /** A stop at a breakpoint on a line is in the function of that line. */
  private shownAt(event: StoppedEvent): Shown | undefined {
    const line = event.reason === 'breakpoint' ? this.armed.lineOf(event) : undefined;
    return line === undefined ? undefined : { line };
  }

  /**
   * Makes a stop the current one without telling the client.
   * @param moved images are not where they were when it was looked at first
   */
  adopt(event: StoppedEvent, moved = false): void {
    this.present.adopt(event, moved);
    this.heard = undefined;
  }

  /** Makes a stop the current one and tells the client. @param end what is special about the step that has led to it */
  show(
    event: StoppedEvent,
    shown: Shown | undefined = this.shownAt(event),
    end: StepEnd | undefined = undefined,
  ): void {
    this.stepEnd = end;
    this.running = this.pausing = this.stepsForGdb = false;
    this.adopt(event);
    this.present.shown = shown;
    const atEntry = this.armed.reachesEntry(event);
    if (atEntry || this.armed.passagesChanged) void this.armed.send().catch(() => undefined);
    // What a person waits for comes first.
    this.listener.stopped(atEntry ? { ...event, reason: 'entry' } : event, clientIds(event));
    const { snapshot } = event;
    const { coroutine, virtualNanoseconds, instructions, cpu } = snapshot;
    this.listener.status({ coroutine, virtualNanoseconds, instructions, cpl: cpu.cpl, running: false });
    this.companion?.stopped(event);
    void this.prepareStep().catch(() => undefined);
  }

  /** When the client has had its turn. Of what fails now is told who asks for the step. */
  private async prepareStep(): Promise<void> {
    await nextTurn();
    if (!this.running && !this.disposed) this.steps.prepare();
  }

  // --- running --------------------------------------------------------------------------------------------

  /** Why the machine cannot be set going, if it cannot. */
  standstill(): AdapterError | undefined {
    if (this.disposed) return noMachine();
    if (this.running) return new AdapterError('not-stopped', say`The machine is running: pause it first.`);
    if (!this.lastStop) return new AdapterError('not-stopped', say`The machine has not been started yet.`);
    return undefined;
  }

  /** Runs something that ends with a stop; a failure becomes a note and a stop where the machine is. */
  go(run: () => void | Promise<void>): void {
    this.running = true;
    this.companion?.resumed();
    this.pausing = false;
    this.attempt(run);
  }

  private attempt(work: () => void | Promise<void>): void {
    try {
      work()?.catch((error: unknown) => {
        this.failed(error);
      });
    } catch (error) {
      this.failed(error);
    }
  }

  /** What was to end with a stop cannot go on. */
  failed(error: unknown): void {
    if (this.disposed) return;
    this.listener.note(toAdapterError(error).sentence, true);
    // A machine that cannot be asked is over, and the client hears of that.
    void this.showStanding('pause').catch(() => undefined);
  }

  /** Lets the machine go, unless it has been asked to stop before it came to that. */
  async resume(how: Resumption = {}): Promise<void> {
    if (this.pausing) return this.showStanding('pause');
    this.running = true;
    this.companion?.resumed();
    try {
      await this.request('resume', how);
    } catch (error) {
      this.running = false;
      throw error;
    }
  }

  async pause(): Promise<void> {
    // The machine may stand, though it is on its way for the client: between two predicates of a step, at a stop that nobody sees, before
    // it has been told what to catch, or before its start. Then it is not set going.
    this.pausing = this.running || !this.lastStop;
    await this.request('pause', {});
  }

  /** Linear addresses of a coroutine's space; fewer bytes, if any, where memory cannot be read. */
  read(coroutine: CoroutineId, address: number, length: number): Soon<Uint8Array> {
    const read = this.memory.reader(coroutine);
    return this.memory.computeSoon(() => read(address, length) ?? new Uint8Array(0));
  }

  /** A global's value now, while the machine runs too. @throws AdapterError for what is none */
  sample(coroutine: CoroutineId, expression: string): Promise<string> {
    return sampleGlobal(this.client, this.coroutines, coroutine, expression, this.listener.translate);
  }

  /** Goes on at another address of the code segment. The caller tells the client. */
  async moveTo(address: number): Promise<void> {
    const stop = this.lastStop!;
    const { eip, linearEip } = stop.snapshot.cpu;
    const value = (address - (linearEip - eip)) >>> 0;
    await this.request('writeRegister', { name: 'eip', value });
    const snapshot = await this.request('snapshot', {});
    this.adopt({ ...stop, reason: 'step', breakpoints: [], snapshot });
  }

  /** Runs one predicate. @param arrived hears of the stop that it leads to for the client */
  run(spec: StepSpec, arrived: (event: StoppedEvent) => void): void {
    if (this.pausing && this.lastStop) arrived({ ...this.lastStop, reason: 'pause', breakpoints: [] });
    else this.nextStop(this.request('step', spec), arrived);
  }

  /** @param begun sets the machine going. @param arrived hears of the stop that ends that for the client */
  private nextStop(begun: Promise<unknown>, arrived: (event: StoppedEvent) => void): void {
    this.stopWaiter = (event) => (this.stops.isPlain(event) ? arrived(event) : this.judged(event, arrived));
    begun.catch((error: unknown) => {
      this.stopWaiter = undefined;
      this.failed(error);
    });
  }

  private async judged(event: StoppedEvent, arrived: (event: StoppedEvent) => void): Promise<void> {
    const shown = await this.stops.judge(event, (how) => {
      this.nextStop(this.request('resumeStep', how), arrived);
      return Promise.resolve();
    });
    if (shown) arrived(shown);
  }
}
