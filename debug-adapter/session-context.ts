/**
 * What the handlers of requests share: the machine of the session, the inspection of its stop, breakpoints, terminals, and
 * the numbers of frames. Looks things up and says clearly when they are not there.
 */
import type { BreakpointState } from './breakpoint-state.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import type { AdapterHost } from './adapter-host.ts';
import { Awareness, isThreadOfTask, threadOfTask } from './awareness/awareness.ts';
import type { Task } from './awareness/tasks.ts';
import { SteppedTask } from './stepped-task.ts';
import { Catchpoints, type WantedFilter } from './catchpoints.ts';
import { CodeBreakpoints, type SourcePlace } from './breakpoints.ts';
import { ALONE, coroutineOf, threadOf } from './coroutines.ts';
import { DataBreakpoints } from './data-breakpoints.ts';
import type { Debuggee } from './debuggee.ts';
import type { MachineStatus } from './debuggee-listener.ts';
import { AdapterError, toAdapterError } from './errors.ts';
import { say, type Sentence, tell, type Translate } from '../core/sentences/say.ts';
import { type ImageOwner, ownersOf } from './image-owners.ts';
import { Inspection } from './inspection.ts';
import { GdbDoor } from './gdb-door.ts';
import type { LaunchPlan } from './launch-plan.ts';
import { MachineWorkers } from './machine-workers.ts';
import { toClientColumn, toClientLine } from './positions.ts';
import { moduleChanges, modulesOf } from './modules.ts';
import type { ImageModule, SendEvent, SendSoon } from './protocol.ts';
import { type Soon, whenThere } from './soon.ts';
import type { Frame } from './frame.ts';
import { OpenedImages } from './opened-images.ts';
import { makePatient, SymbolIndexing } from './symbol-files.ts';
import { SourceFiles } from './source-files.ts';
import type { SourcePosition } from './symbols/image.ts';
import { inTurns, type Pieces } from './symbols/pieces.ts';
import { Terminals } from './terminals.ts';
import type { ListHint } from './values/format-specifier.ts';

/** Most sentences about damaged lists of tasks in a session. */
const MAX_NOTED = 64;

export class SessionContext {
  readonly breakpoints = new CodeBreakpoints(() => this.owners());
  readonly dataBreakpoints = new DataBreakpoints();
  readonly catchpoints = new Catchpoints();
  readonly terminals: Terminals;
  readonly symbols = new OpenedImages();
  readonly gdb = new GdbDoor(this);
  /** What the client can do, and how it counts. */
  client: Partial<DebugProtocol.InitializeRequestArguments> = {};
  readonly workers: MachineWorkers;
  readonly sources: SourceFiles;
  /** Of the machine that there is, or was last. */
  launchArguments: DebugProtocol.LaunchRequestArguments | undefined;
  plan: LaunchPlan | undefined;
  /** A text in the language of the user. */
  readonly translate: Translate = (english) =>
    this.host.translate?.(english) ?? this.translations[english] ?? english;
  private translations: Readonly<Record<string, string>> = {};
  private indexing: SymbolIndexing | undefined;
  private indexed: Promise<void> | undefined;
  /** Settles when what was asked for is bound. */
  bound: Promise<unknown> = Promise.resolve();
  debuggee: Debuggee | undefined;
  stopOnEntry = false;
  /** What runs is recorded, and told when the machine ends. */
  coverage = false;
  lists: readonly ListHint[] = [];
  launched = false;
  /** A client has attached itself to a machine that is served. */
  attached = false;
  restarting = false;
  /** While the machine is booted again: settles when there is the next one, or the one of before stays. */
  coming: Promise<unknown> | undefined;
  ended = false;
  /** A profile of the machine is being taken. */
  profiling = false;
  private inspection: Inspection | undefined;
  private awareness: Awareness | undefined;
  readonly steppedTask = new SteppedTask();
  /** What the user has been told of damaged lists of tasks. */
  private readonly noted = new Set<string>();
  private toldModules: readonly ImageModule[] = [];
  private readonly knownThreads = new Set<number>();
  private readonly frames = new Map<number, Frame>();
  private nextFrameId = 1;
  private targets: number[] = [];

  constructor(
    readonly host: AdapterHost,
    readonly send: SendEvent,
    /** The same when the client has had its turn, but before it hears anything else. */
    private readonly sendSoon: SendSoon,
    /** The machine outlives its clients. */
    readonly served = false,
  ) {
    this.workers = new MachineWorkers((use) => host.createMachineWorker(use));
    this.sources = new SourceFiles(
      host,
      (source) => {
        this.send('loadedSource', { reason: 'new', source });
      },
      this.translate,
      (sentence, file) => {
        if (!this.ended) this.output(tell(sentence, this.translate), 'console', { file, line: 1, column: 0 });
      },
    );
    this.terminals = new Terminals({
      output: (terminal, data) => {
        this.send('colinux/console', { terminal, data });
      },
      input: (port, bytes) => {
        void this.debuggee?.request('input', { port, bytes }).catch(() => undefined);
      },
      lineInput: (bytes) => {
        this.debuggee?.typeLine(bytes);
      },
      text: (output) => {
        this.send('output', { category: 'stdout', output });
      },
    });
  }

  /** From now on speaks the language of the client, where the host has it. @param locale such as `de` or `pt-br` */
  async speak(locale: string): Promise<void> {
    this.translations = (await this.host.translations?.(locale)) ?? {};
  }

  /** What went wrong, in the language of the user. */
  failureText(thrown: unknown): string {
    return tell(toAdapterError(thrown).sentence, this.translate);
  }

  /** A sentence for the debug console. @param place of the source that it is about */
  output(text: string, category: 'console' | 'important' | 'stderr', place?: SourcePosition): void {
    const { client, sources } = this;
    const where = place && {
      source: sources.of(place.file),
      line: toClientLine(client, place.line),
      ...(place.column > 0 && { column: toClientColumn(client, place.column) }),
    };
    this.send('output', { category, output: `${text}\n`, ...where });
  }

  sendStatus(status: MachineStatus): void {
    // The client has asked for threads when the machine was set going: news are guests that have started since.
    if (status.running && this.debuggee && this.debuggee.living.length > 1)
      this.tellCoroutines(this.debuggee);
    // Views are not what a person waits for at a stop.
    this.sendSoon('colinux/status', () => ({
      running: status.running,
      coroutine: tell(this.debuggee?.coroutines.title(status.coroutine) ?? ALONE, this.translate),
      ring: status.cpl,
      virtualTimeNs: status.virtualNanoseconds,
      instructions: status.instructions,
    }));
  }

  /** The machine is being ended, and what is kept of it is being written. */
  closing: Promise<void> | undefined;

  dispose(): void {
    this.ended = true;
    this.workers.dispose();
    this.indexing?.stop();
    this.gdb.close();
    this.closing ??= this.debuggee?.dispose();
  }

  /**
   * Binds breakpoints, in the order in which clients ask for it, however long it takes.
   * @param search what `set` will ask of the symbols
   */
  bind<T>(search: Pieces<void>, set: () => T | Promise<T>): Promise<T> {
    const bound = this.bound.then(() => inTurns(search)).then(set);
    this.bound = bound.catch(() => undefined);
    return bound;
  }

  /** Begins to index the names of the plan's images, where that pays; what was begun before ends. */
  indexImages({ hostImage, guests }: LaunchPlan, { memory }: Debuggee): void {
    this.indexing?.stop();
    this.indexing = new SymbolIndexing(
      this.host,
      this.client.supportsProgressReporting ? this.send : undefined,
      this.translate,
    );
    const images = [hostImage, ...guests.map(({ image }) => image)];
    for (const image of images) if (image) makePatient(image, memory);
    this.indexed = this.indexing.run(images);
  }

  /** Ends the machine, but not the session: its threads are gone. */
  async dropMachine(): Promise<void> {
    const { debuggee } = this;
    this.debuggee = undefined;
    await debuggee?.dispose();
    this.profiling = false;
    this.frames.clear();
    this.awareness = undefined;
    this.tellThreads([]);
  }

  /** The session is over, and the client hears it. */
  end(): void {
    if (this.ended) return;
    this.dispose();
    this.send('terminated', undefined);
  }

  /** The images of the session, where they are now. */
  owners(): ImageOwner[] {
    return this.plan ? ownersOf(this.plan, this.debuggee?.images) : [];
  }

  /** The same for the user, told when something has changed. */
  modules(): ImageModule[] {
    const modules = this.plan ? modulesOf(this.plan, this.debuggee?.images) : [];
    return modules.map((module) => ({ ...module, symbolStatus: this.translate(module.symbolStatus) }));
  }

  tellModules(): void {
    const modules = this.modules();
    for (const change of moduleChanges(this.toldModules, modules)) this.send('module', change);
    this.toldModules = modules;
  }

  // --- what there is -------------------------------------------------------------------------------------

  machine(): Debuggee {
    if (!this.debuggee || this.ended) {
      throw new AdapterError('not-stopped', say`There is no machine: launch one first.`);
    }
    return this.debuggee;
  }

  /** The inspection of the present stop. @throws AdapterError while the machine runs */
  looking(): Inspection {
    if (this.machine().running || !this.inspection) {
      throw new AdapterError('not-stopped', say`The machine is running: pause it to look inside.`);
    }
    return this.inspection;
  }

  /** The coroutine of a request; of a task, that of its kernel. @throws AdapterError when there is none of that number */
  thread({ threadId }: { readonly threadId?: unknown }): CoroutineId {
    const all = this.debuggee?.coroutines.all ?? [];
    const found = typeof threadId === 'number' && all.includes(coroutineOf(threadId));
    if (found) return coroutineOf(threadId);
    const task = this.knownTask(threadId);
    if (task) return task.coroutine;
    throw new AdapterError(
      'no-such-thread',
      say`There is no thread ${JSON.stringify(threadId) ?? 'without a number'}: the threads are ${all.map(threadOf).join(' and ')}.`,
    );
  }

  /** The address space of a thread. `away`: of a task that is not running now; else it is what its coroutine has. */
  spaceOf(args: { readonly threadId?: unknown }): { coroutine: CoroutineId; cr3: number; away: boolean } {
    const coroutine = this.thread(args);
    const task = this.knownTask(args.threadId);
    const away = task !== undefined && !task.current;
    return { coroutine, away, cr3: (away ? task.cr3 : this.machine().coroutines.cr3Of(coroutine)) ?? 0 };
  }

  /** The task that a thread is, if it does not run now. */
  sleepingTask({ threadId }: { readonly threadId?: unknown }): Task | undefined {
    const task = this.knownTask(threadId);
    return task?.current === false ? task : undefined;
  }

  /** The tasks of this stop; while the machine runs, those of the last one. Clients hear who came and went. */
  tasks(): Soon<readonly Task[]> {
    const { awareness } = this;
    if (!awareness || this.machine().running) return awareness?.known ?? [];
    return whenThere(awareness.tasks(), (tasks) => {
      const debuggee = awareness === this.awareness ? this.debuggee : undefined;
      if (debuggee && !(tasks.length === 0 && this.areKnown(debuggee.living)))
        this.tellThreads([...debuggee.living.map(threadOf), ...tasks.map(threadOfTask)]);
      return tasks;
    });
  }

  /** What is known of the kernels at this stop; nothing while the machine runs. */
  get awarenessAtStop(): Awareness | undefined {
    return this.machine().running ? undefined : this.awareness;
  }

  /** The machine has begun to run, and this side has nothing to do: what the first stop needs is got ready. */
  prepareForStop(): void {
    const { debuggee } = this;
    if (!debuggee) return;
    this.awarenessOf(debuggee).prepare();
    // What is not read or indexed yet would be waited for.
    void this.indexed?.then(() => debuggee.rehearseStop()).catch(() => undefined);
  }

  private knownTask(thread: unknown): Task | undefined {
    return this.awareness?.known.find((task) => threadOfTask(task) === thread);
  }

  /** The call stack of a thread. @throws AdapterError when there is none of that number */
  stackOf(args: { readonly threadId: number }): Soon<Frame[]> {
    const found = () => {
      const task = this.knownTask(args.threadId);
      if (task && !task.current && this.awareness) return this.awareness.stack(task);
      return this.machine().stack(this.thread(args));
    };
    return isThreadOfTask(args.threadId) ? whenThere(this.tasks(), found) : found();
  }

  frame(id: number): Frame {
    this.looking();
    const frame = this.frames.get(id);
    if (!frame)
      throw new AdapterError('no-such-frame', say`This frame belongs to an earlier stop: select it again.`);
    return frame;
  }

  /** The frame that expressions belong to: the one asked for, else the innermost with code. */
  async evaluationFrame(id: number | undefined): Promise<Frame | undefined> {
    if (id !== undefined) return this.frame(id);
    const machine = this.machine();
    return (await machine.stack(machine.coroutines.current)).find(({ kind }) => kind === 'code');
  }

  /** The instruction at a line of a generated source, where a breakpoint on the line goes. */
  instructionAt({ sourceReference = 0 }: DebugProtocol.Source, line: number): SourcePlace['instruction'] {
    const place = this.sources.generated.instructionAt(sourceReference, line);
    // A kernel that is alone has one address space, whoever is asked.
    return place && this.plan?.guests.length === 0 ? { ...place, coroutine: -1 } : place;
  }

  /** Replaces the filters; their conditions are compiled for the kernels that there are. */
  setCatchpoints(wanted: readonly WantedFilter[]): BreakpointState[] {
    return this.catchpoints.set(
      wanted,
      (when) =>
        this.debuggee?.armed.compileEventFilter(when) ?? say`Conditions need a machine: launch one first.`,
    );
  }

  /** Gives the machine, if there is one, what it is to catch. */
  async sendCatchpoints(): Promise<void> {
    const catchpoints = [...this.catchpoints.specs, ...this.dataBreakpoints.ports];
    await this.debuggee?.armed.setCatchpoints(catchpoints);
  }

  // --- stops ---------------------------------------------------------------------------------------------

  /** A number for a row of a call stack; for `frame`, until the machine runs again. */
  numberOf(frame: Frame): number {
    const id = this.nextFrameId++;
    if (frame.kind === 'code') this.frames.set(id, frame);
    return id;
  }

  /** A number for an address that execution can be led to, until the machine runs again. */
  targetNumber(address: number): number {
    return this.targets.push(address);
  }

  /** @throws AdapterError for a number of an earlier stop */
  target(id: number): number {
    const address = this.targets[id - 1];
    if (address === undefined)
      throw new AdapterError(
        'no-such-frame',
        say`This target belongs to an earlier stop: ask for targets again.`,
      );
    return address;
  }

  /** The machine has stopped: what belonged to earlier stops is forgotten, threads that came or went are told. */
  beginStop(debuggee: Debuggee): void {
    const { coroutines, memory } = debuggee;
    this.frames.clear();
    this.targets = [];
    // References go on where the last stop's ended, so that a stale one is never taken for another.
    this.inspection = new Inspection(
      coroutines,
      memory,
      this.lists,
      this.inspection?.nextReference,
      this.translate,
    );
    this.awareness = this.awarenessOf(debuggee);
    // Which tasks there are is not looked up before somebody asks.
    this.tellCoroutines(debuggee);
  }

  /** Tasks stay as they were known. */
  private tellCoroutines({ living }: Debuggee): void {
    if (this.areKnown(living)) return;
    this.tellThreads([...living.map(threadOf), ...[...this.knownThreads].filter(isThreadOfTask)]);
  }

  /** Does the client know of the threads of these, and of no others? Mostly there is no news. */
  private areKnown(living: readonly CoroutineId[]): boolean {
    const { knownThreads } = this;
    if (knownThreads.size !== living.length) return false;
    for (const coroutine of living) if (!knownThreads.has(threadOf(coroutine))) return false;
    return true;
  }

  private awarenessOf(debuggee: Debuggee, known: readonly Task[] = []): Awareness {
    const note = (problem: Sentence) => {
      const text = tell(problem, this.translate);
      if (this.noted.has(text) || this.noted.size >= MAX_NOTED) return;
      this.noted.add(text);
      this.output(text, 'stderr');
    };
    return new Awareness(debuggee, note, known);
  }

  private tellThreads(all: readonly number[]): void {
    const threads = new Set(all);
    for (const threadId of this.knownThreads) {
      if (threads.has(threadId)) continue;
      this.knownThreads.delete(threadId);
      this.send('thread', { reason: 'exited', threadId });
    }
    for (const threadId of threads) {
      if (this.knownThreads.has(threadId)) continue;
      this.knownThreads.add(threadId);
      this.send('thread', { reason: 'started', threadId });
    }
  }

  /**
   * Something of the stopped machine was changed: clients that can hear it, hear it.
   * @param registers frames may be others now
   */
  changed(registers: boolean, memory: readonly DebugProtocol.MemoryEvent['body'][]): void {
    if (this.debuggee) this.awareness = this.awarenessOf(this.debuggee, this.awareness?.known);
    if (this.client.supportsInvalidatedEvent)
      this.send('invalidated', { areas: registers ? ['stacks', 'variables'] : ['variables'] });
    if (this.client.supportsMemoryEvent) for (const range of memory) this.send('memory', range);
  }

  /** Frames and references of this stop, after registers were written: each is what its place in the stack holds now. */
  async refresh(): Promise<void> {
    const machine = this.machine();
    await machine.refresh();
    const now = new Map<Frame, Frame>();
    const known = [...this.frames.values(), ...this.looking().frames()];
    for (const coroutine of new Set(known.map((frame) => frame.coroutine))) {
      const stack = await machine.stack(coroutine);
      for (const frame of known) {
        // Those of tasks that are not running are what they were.
        if (frame.cr3 !== undefined) continue;
        const { depth, inlineDepth } = frame;
        const found = stack.find(
          (one) => one.kind === 'code' && one.depth === depth && one.inlineDepth === inlineDepth,
        );
        if (frame.coroutine === coroutine && found) now.set(frame, found);
      }
    }
    for (const [id, frame] of this.frames) this.frames.set(id, now.get(frame) ?? frame);
    this.looking().refresh(machine.coroutines, (frame) => now.get(frame) ?? frame);
  }
}
