/**
 * The Debug Adapter Protocol session: one session, one machine, all-stop.
 *
 * Threads are the coroutines. This file translates requests; the work is in its neighbours: `launch` (what to boot),
 * `coroutines` and `stack` (who is where), `stepping`, `breakpoints`, `inspection` (scopes, variables, expressions),
 * `terminals` (consoles). Custom requests and events are `colinux/…` and documented in docs/protocol.md.
 */
import {
  DebugSession,
  Event,
  InitializedEvent,
  OutputEvent,
  StoppedEvent as DapStopped,
  TerminatedEvent,
  Thread,
  ThreadEvent,
} from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import {
  type BreakpointSpec,
  type CoroutineId,
  HOST,
  type MachineEvent,
  type Space,
  type StepSpec,
} from '../core/protocol/machine-protocol.ts';
import type { AdapterHost, MachinePort } from './adapter-host.ts';
import { type ImageOwner, SourceBreakpoints } from './breakpoints.ts';
import { coroutineOf, Coroutines, threadOf } from './coroutines.ts';
import { disassemble } from './disassembly.ts';
import { AdapterError, toAdapterError } from './errors.ts';
import { exceptionText } from './exceptions.ts';
import { Inspection } from './inspection.ts';
import { type LaunchPlan, planLaunch, readLaunchArguments } from './launch.ts';
import { MachineClient } from './machine-client.ts';
import { MemoryCache } from './memory-cache.ts';
import { hex } from './registers.ts';
import { type Frame, stackOf, stackPointer } from './stack.ts';
import { type StepHost, stepLine, stepOutSpec, type StoppedEvent } from './stepping.ts';
import { Terminals } from './terminals.ts';

/** Most bytes one readMemory may ask for. */
const MAX_READ = 1 << 20;
/** How long a disconnect waits for the answers to earlier requests. */
const PATIENCE_MS = 1000;
/** Most instructions one disassemble may ask for. */
const MAX_INSTRUCTIONS = 5000;

/** Ids of breakpoints of our own, which no client ever sees: the guest's entry, and the first use of a passage page. */
const ENTRY_ID = 0;
const PASSAGE_ID = 0x7fff_ffff;
/** The host kernel's function that uses a passage page. */
const PASSAGE_USER = 'passage_switch';

/** What this adapter answers; the library would answer anything else with an empty success. */
const REQUESTS = new Set([
  'initialize',
  'launch',
  'configurationDone',
  'setBreakpoints',
  'threads',
  'stackTrace',
  'scopes',
  'variables',
  'evaluate',
  'continue',
  'next',
  'stepIn',
  'stepOut',
  'pause',
  'readMemory',
  'writeMemory',
  'disassemble',
  'terminate',
  'disconnect',
]);
/** Some clients send these always, without anything in them. */
const EMPTY_LISTS: Readonly<Record<string, string>> = {
  setFunctionBreakpoints: 'breakpoints',
  setExceptionBreakpoints: 'filters',
};
/** Requests that a person has made by a button: a failure is shown. The others fail where they are asked. */
const SHOWN = new Set(['launch', 'continue', 'next', 'stepIn', 'stepOut', 'pause']);

type Request = DebugProtocol.Request;

export class ColinuxDebugSession extends DebugSession {
  private client: MachineClient | undefined;
  private memory: MemoryCache | undefined;
  private plan: LaunchPlan | undefined;
  private coroutines: Coroutines | undefined;
  private inspection: Inspection | undefined;
  private stopOnEntry = false;
  /** "Run without debugging": no breakpoint is set. */
  private noDebug = false;
  private launched = false;
  private running = false;
  private pausing = false;
  private ended = false;
  /** Waits for the next stop while a step is under way. */
  private stopWaiter: ((event: StoppedEvent) => void) | undefined;
  private lastStop: StoppedEvent | undefined;
  private readonly knownThreads = new Set<number>();
  private readonly stacks = new Map<CoroutineId, Frame[]>();
  private readonly frames = new Map<number, Frame>();
  private nextFrameId = 1;
  private nextReference = 1;
  private entryPending = false;
  /** Physical addresses of the passage pages that breakpoints know. */
  private boundPassages = '';
  private readonly breakpoints = new SourceBreakpoints(() => this.owners());
  private readonly terminals: Terminals;
  private readonly unanswered = new Set<Promise<void>>();

  constructor(private readonly host: AdapterHost) {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
    this.terminals = new Terminals({
      output: (terminal, data) => {
        this.sendEvent(new Event('colinux/console', { terminal, data }));
      },
      input: (port, bytes) => {
        void this.client?.request('input', { port, bytes }).catch(() => undefined);
      },
      text: (text) => {
        this.sendEvent(new OutputEvent(text, 'stdout'));
      },
    });
  }

  // --- life of the session -------------------------------------------------------------------------------

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = {
      supportsConfigurationDoneRequest: true,
      supportsEvaluateForHovers: true,
      supportsReadMemoryRequest: true,
      supportsWriteMemoryRequest: true,
      supportsDisassembleRequest: true,
      supportsSteppingGranularity: true,
      supportsTerminateRequest: true,
      supportsDelayedStackTraceLoading: true,
      supportsValueFormattingOptions: true,
    };
    this.sendResponse(response);
  }

  protected override launchRequest(
    response: DebugProtocol.LaunchResponse,
    args: DebugProtocol.LaunchRequestArguments,
  ): void {
    void this.answer(response, async () => {
      if (this.launched) {
        throw new AdapterError(
          'bad-request',
          'This session has launched a machine already: start another session.',
        );
      }
      this.launched = true;
      try {
        await this.launch(args);
      } catch (error) {
        this.client?.dispose();
        this.client = undefined;
        throw error;
      }
    });
  }

  private async launch(args: DebugProtocol.LaunchRequestArguments): Promise<void> {
    const options = await readLaunchArguments(args, this.host);
    const plan = await planLaunch(options, this.host, Math.floor(Date.now() / 1000));
    this.plan = plan;
    this.noDebug = args.noDebug === true;
    this.stopOnEntry = options.stopOnEntry && !this.noDebug;
    for (const warning of plan.warnings) this.sendEvent(new OutputEvent(warning + '\n', 'important'));
    const port = await this.worker();
    if (this.ended) {
      port.terminate();
      throw new AdapterError('not-stopped', 'The session was ended while it began.');
    }
    this.client = new MachineClient(
      port,
      (event) => {
        this.onMachineEvent(event);
      },
      (error) => {
        this.sendEvent(new OutputEvent(error.message + '\n', 'stderr'));
        this.end();
      },
    );
    this.memory = new MemoryCache(this.client);
    const snapshot = await this.client.request('boot', plan.boot);
    this.coroutines = new Coroutines(snapshot, plan.hostImage, plan.guestImage, plan.guestName);
    this.terminals.start(plan.guestImage ? { guest: plan.guestName ?? 'guest' } : {});
    this.sendEvent(new InitializedEvent());
  }

  private async worker(): Promise<MachinePort> {
    try {
      return await this.host.createMachineWorker();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AdapterError('worker-failed', `The machine's worker cannot be started: ${reason}`);
    }
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    void this.answer(response, async () => {
      const client = this.machine();
      if (this.running || this.lastStop) {
        throw new AdapterError(
          'bad-request',
          'The configuration is done already: the machine has been started.',
        );
      }
      if (this.stopOnEntry && this.plan?.guestImage) {
        // The guest's first instruction; the host kernel boots unseen.
        this.entryPending = true;
        await this.sendBreakpoints();
      } else if (this.stopOnEntry) {
        const snapshot = await client.request('snapshot', {});
        this.onStopped({
          event: 'stopped',
          reason: 'entry',
          breakpoints: [],
          exitStatus: undefined,
          causes: [],
          snapshot,
        });
        return;
      }
      await this.resume();
    });
  }

  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.end();
    this.sendResponse(response);
  }

  protected override disconnectRequest(response: DebugProtocol.DisconnectResponse): void {
    this.ended = true;
    this.running = false;
    this.client?.dispose();
    // Nobody listens after this answer: what was asked before it is answered first.
    const answered = Promise.allSettled([...this.unanswered]);
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    void Promise.race([answered, patience]).then(() => {
      this.sendResponse(response);
      this.shutdown();
    });
  }

  /** Something came that is no message: the client's mistake, told in its own console. */
  reportGarbage(text: string): void {
    this.sendEvent(new OutputEvent(text + '\n', 'stderr'));
  }

  override dispose(): void {
    this.ended = true;
    this.running = false;
    this.client?.dispose();
    super.dispose();
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.running = false;
    this.client?.dispose();
    this.sendEvent(new TerminatedEvent());
  }

  // --- events of the machine ------------------------------------------------------------------------------

  private onMachineEvent(event: MachineEvent): void {
    if (this.ended) return;
    switch (event.event) {
      case 'stopped':
        this.onMachineStopped(event);
        return;
      case 'serial':
        this.terminals.receive(event.port, event.bytes);
        return;
      case 'status':
        this.sendStatus(true, event);
        return;
      case 'log':
        this.sendEvent(new OutputEvent(`machine: ${event.text}\n`, 'console'));
        return;
    }
  }

  private onMachineStopped(event: StoppedEvent): void {
    const waiter = this.stopWaiter;
    if (waiter) {
      this.stopWaiter = undefined;
      this.adopt(event);
      waiter(event);
      return;
    }
    if (
      event.reason === 'breakpoint' &&
      event.breakpoints.every((id) => id === PASSAGE_ID) &&
      !this.pausing
    ) {
      // A passage page is used for the first time: breakpoints in its code can be set now.
      this.adopt(event);
      this.sendBreakpoints()
        .then(() => this.resume())
        .catch((error: unknown) => {
          this.failedToRun(error);
        });
      return;
    }
    this.onStopped(event);
  }

  /** Makes a stop the current one without telling the client. */
  private adopt(event: StoppedEvent): void {
    this.lastStop = event;
    this.memory?.clear();
    this.stacks.clear();
    this.coroutines = new Coroutines(
      event.snapshot,
      this.plan?.hostImage,
      this.plan?.guestImage,
      this.plan?.guestName,
    );
  }

  private onStopped(event: StoppedEvent): void {
    this.running = false;
    this.pausing = false;
    this.adopt(event);
    this.frames.clear();
    // References go on where the last stop's ended, so that a stale one is never taken for another.
    this.nextReference = this.inspection?.nextReference ?? this.nextReference;
    this.inspection = this.memory && new Inspection(this.coroutines!, this.memory, this.nextReference);
    if (this.passagesChanged()) void this.sendBreakpoints().catch(() => undefined);
    this.announceThreads();
    this.sendStatus(false, { ...event.snapshot, cpl: event.snapshot.cpu.cpl });
    if (event.reason === 'exit' || event.reason === 'reset') {
      const what =
        event.reason === 'exit' ? `exit status ${event.exitStatus ?? 0}` : 'the guest reset the machine';
      this.sendEvent(new OutputEvent(`The machine has ended: ${what}.\n`, 'console'));
      this.sendEvent(new Event('exited', { exitCode: event.exitStatus === 1 ? 0 : (event.exitStatus ?? 0) }));
      this.end();
      return;
    }
    this.sendEvent(this.stoppedEvent(event));
  }

  private stoppedEvent(event: StoppedEvent): DapStopped {
    const atEntry = this.entryPending && event.breakpoints.includes(ENTRY_ID);
    if (atEntry) {
      this.entryPending = false;
      void this.sendBreakpoints().catch(() => undefined);
    }
    const thread = threadOf(event.snapshot.coroutine);
    const reason = atEntry ? 'entry' : event.reason;
    const stopped = new DapStopped(reason, thread) as DebugProtocol.StoppedEvent;
    stopped.body.allThreadsStopped = true;
    const hit = event.breakpoints.filter((id) => id !== ENTRY_ID && id !== PASSAGE_ID);
    if (hit.length > 0) stopped.body.hitBreakpointIds = hit;
    if (reason === 'shutdown') {
      stopped.body.reason = 'exception';
      stopped.body.description = 'Triple fault';
      stopped.body.text = exceptionText(event.causes);
    }
    if (reason === 'halted') {
      stopped.body.description = 'Halted for ever';
      stopped.body.text = 'The CPU executed HLT with interrupts off: nothing can wake it.';
    }
    return stopped as DapStopped;
  }

  private announceThreads(): void {
    const threads = new Set((this.coroutines?.all ?? []).map(threadOf));
    for (const thread of this.knownThreads) {
      if (threads.has(thread)) continue;
      this.knownThreads.delete(thread);
      this.sendEvent(new ThreadEvent('exited', thread));
    }
    for (const thread of threads) {
      if (this.knownThreads.has(thread)) continue;
      this.knownThreads.add(thread);
      this.sendEvent(new ThreadEvent('started', thread));
    }
  }

  private sendStatus(
    running: boolean,
    at: { coroutine: CoroutineId; cpl: number; instructions: number; virtualNanoseconds: number },
  ): void {
    this.sendEvent(
      new Event('colinux/status', {
        running,
        coroutine: this.coroutines?.name(at.coroutine) ?? 'kernel',
        ring: at.cpl,
        virtualTimeNs: at.virtualNanoseconds,
        instructions: at.instructions,
      }),
    );
  }

  // --- breakpoints ----------------------------------------------------------------------------------------

  private owners(): ImageOwner[] {
    const { hostImage, guestImage } = this.plan ?? {};
    const owners: ImageOwner[] = [];
    if (guestImage) owners.push({ image: guestImage, coroutine: 1 });
    if (hostImage) owners.push({ image: hostImage, coroutine: guestImage ? HOST : -1 });
    return owners;
  }

  private passagesChanged(): boolean {
    return this.coroutines?.passageKey() !== this.boundPassages;
  }

  private async sendBreakpoints(): Promise<void> {
    const { coroutines, plan } = this;
    this.boundPassages = coroutines?.passageKey() ?? '';
    const specs: BreakpointSpec[] = [];
    let inPassage = false;
    for (const spec of this.noDebug ? [] : this.breakpoints.specs()) {
      // The passage code of the host's image never runs where it is linked, only as copies.
      const copies = coroutines?.copiesOf(spec.address);
      if (copies && spec.coroutine === HOST) {
        inPassage = true;
        specs.push(...copies.map((address) => ({ id: spec.id, address, coroutine: -1 })));
      } else specs.push(spec);
    }
    const user = plan?.hostImage?.symbolNamed(PASSAGE_USER);
    if (inPassage && user && this.boundPassages === '') {
      specs.push({ id: PASSAGE_ID, address: user.address, coroutine: HOST });
    }
    if (this.entryPending && plan?.guestImage) {
      specs.push({ id: ENTRY_ID, address: plan.guestImage.entry, coroutine: 1 });
    }
    await this.machine().request('setBreakpoints', { breakpoints: specs });
  }

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    void this.answer(response, async () => {
      const { source, breakpoints } = args as Partial<DebugProtocol.SetBreakpointsArguments>;
      const path = source?.path ?? source?.name;
      const list: unknown[] = Array.isArray(breakpoints) ? breakpoints : [];
      const lines = list.map((item) => (item as { line?: unknown } | null)?.line as number);
      const isList = breakpoints === undefined || Array.isArray(breakpoints);
      if (
        typeof path !== 'string' ||
        !isList ||
        !lines.every((line) => Number.isInteger(line) && line >= 0)
      ) {
        throw new AdapterError(
          'bad-request',
          'The request setBreakpoints needs a source with a path, and breakpoints with whole line numbers.',
        );
      }
      const bound = this.breakpoints.set(this.clientPath(path), lines);
      if (this.client) await this.sendBreakpoints();
      response.body = {
        breakpoints: bound.map(({ id, line, requestedLine, message }) => ({
          id,
          verified: line !== undefined,
          line: line ?? requestedLine,
          source: args.source,
          ...(message === undefined ? {} : { message, reason: 'failed' as const }),
        })),
      };
    });
  }

  /** A path as debug information writes it: URIs of virtual file systems lose their scheme. */
  private clientPath(path: string): string {
    const [, rest] = /^[a-z][a-z0-9+.-]+:\/\/[^/]*(\/.*)$/i.exec(path) ?? [];
    if (rest === undefined) return path;
    try {
      return decodeURIComponent(rest);
    } catch {
      return rest;
    }
  }

  // --- running --------------------------------------------------------------------------------------------

  private async resume(): Promise<void> {
    this.running = true;
    try {
      await this.machine().request('resume', {});
    } catch (error) {
      this.running = false;
      throw error;
    }
  }

  /** Why the machine cannot be set going, if it cannot. */
  private standstill(): AdapterError | undefined {
    if (!this.client || this.ended) return noMachine();
    if (this.running) return new AdapterError('not-stopped', 'The machine is running: pause it first.');
    if (!this.lastStop) return new AdapterError('not-stopped', 'The machine has not been started yet.');
    return undefined;
  }

  /** Answers at once, as DAP wants, then runs; a failure becomes output and a stop. */
  private go(response: DebugProtocol.Response, run: () => Promise<void>): void {
    const problem = this.standstill();
    if (problem) {
      this.fail(response, problem);
      return;
    }
    this.running = true;
    this.pausing = false;
    this.sendResponse(response);
    run().catch((error: unknown) => {
      this.failedToRun(error);
    });
  }

  private failedToRun(error: unknown): void {
    if (this.ended) return;
    this.sendEvent(new OutputEvent(toAdapterError(error).message + '\n', 'stderr'));
    if (this.lastStop) this.onStopped({ ...this.lastStop, reason: 'pause', breakpoints: [] });
  }

  /** Like `go`, for a request that names a thread. */
  private goThread(
    response: DebugProtocol.Response,
    args: { readonly threadId?: unknown },
    run: (coroutine: CoroutineId) => Promise<void>,
  ): void {
    try {
      const problem = this.standstill();
      if (problem) throw problem;
      const coroutine = this.thread(args);
      this.go(response, () => run(coroutine));
    } catch (error) {
      this.fail(response, toAdapterError(error));
    }
  }

  /** The coroutine of a request. @throws AdapterError when there is none of that number */
  private thread({ threadId }: { readonly threadId?: unknown }): CoroutineId {
    const all = this.coroutines?.all ?? [];
    const found = typeof threadId === 'number' && all.includes(coroutineOf(threadId));
    if (found) return coroutineOf(threadId);
    throw new AdapterError(
      'no-such-thread',
      `There is no thread ${JSON.stringify(threadId) ?? 'without a number'}: the threads are ${all.map(threadOf).join(' and ')}.`,
    );
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.go(response, () => this.resume());
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    void this.answer(response, async () => {
      const client = this.machine();
      // A step may be between two of its predicates: then its next one is not begun.
      this.pausing = this.running;
      await client.request('pause', {});
    });
  }

  protected override nextRequest(
    response: DebugProtocol.NextResponse,
    args: DebugProtocol.NextArguments,
  ): void {
    this.goThread(response, args, (coroutine) => this.step(coroutine, args.granularity, true));
  }

  protected override stepInRequest(
    response: DebugProtocol.StepInResponse,
    args: DebugProtocol.StepInArguments,
  ): void {
    this.goThread(response, args, (coroutine) => this.step(coroutine, args.granularity, false));
  }

  protected override stepOutRequest(
    response: DebugProtocol.StepOutResponse,
    args: DebugProtocol.StepOutArguments,
  ): void {
    this.goThread(response, args, async (coroutine) => {
      const caller = await this.callerOf(coroutine);
      if (!caller) {
        throw new AdapterError(
          'no-such-frame',
          'There is no caller to step out to: this is the outermost frame.',
        );
      }
      this.onStopped(await this.run(stepOutSpec(caller, coroutine)));
    });
  }

  private async step(
    coroutine: CoroutineId,
    granularity: DebugProtocol.SteppingGranularity | undefined,
    over: boolean,
  ): Promise<void> {
    const start = this.lastStop!;
    if (coroutine !== this.coroutines?.current) {
      // A coroutine that is away: its next step is its return from the passage.
      const frame = (await this.stack(coroutine)).find(({ kind }) => kind === 'code');
      if (!frame) throw new AdapterError('no-such-thread', 'This thread has no frame to step to.');
      this.onStopped(
        await this.run({ kind: 'until', address: frame.pc, stack: stackPointer(frame), coroutine }),
      );
      return;
    }
    if (granularity === 'instruction') {
      const { segments, eip } = start.snapshot.cpu;
      const crossing = this.coroutines.passageRanges((segments[1].base + eip) >>> 0) !== undefined;
      this.onStopped(await this.run({ kind: 'instruction', over: over && !crossing }));
      return;
    }
    const host: StepHost = {
      run: (spec) => this.run(spec),
      location: ({ snapshot }) => {
        const pc = (snapshot.cpu.segments[1].base + snapshot.cpu.eip) >>> 0;
        return {
          pc,
          coroutine: snapshot.coroutine,
          resolved: this.coroutines?.resolve(snapshot.coroutine, pc),
          passage: this.coroutines?.passageRanges(pc),
        };
      },
      caller: ({ snapshot }) => this.callerOf(snapshot.coroutine),
    };
    this.onStopped(await stepLine(host, start, over));
  }

  private run(spec: StepSpec): Promise<StoppedEvent> {
    if (this.pausing && this.lastStop) {
      return Promise.resolve({ ...this.lastStop, reason: 'pause', breakpoints: [] });
    }
    return new Promise((resolve, reject) => {
      this.stopWaiter = resolve;
      this.machine()
        .request('step', spec)
        .catch((error: unknown) => {
          this.stopWaiter = undefined;
          reject(toAdapterError(error));
        });
    });
  }

  private async callerOf(coroutine: CoroutineId): Promise<{ pc: number; stack: number } | undefined> {
    const frames = (await this.stack(coroutine)).filter(({ kind }) => kind === 'code');
    const inner = frames[0]?.depth ?? 0;
    const caller = frames.find(({ depth }) => depth > inner);
    return caller && { pc: caller.pc, stack: stackPointer(caller) };
  }

  // --- looking --------------------------------------------------------------------------------------------

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    const { coroutines } = this;
    response.body = {
      threads: (coroutines?.all ?? [HOST]).map(
        (id) => new Thread(threadOf(id), coroutines?.name(id) ?? 'kernel'),
      ),
    };
    this.sendResponse(response);
  }

  private async stack(coroutine: CoroutineId): Promise<Frame[]> {
    const known = this.stacks.get(coroutine);
    if (known) return known;
    const { coroutines, memory } = this;
    if (!coroutines || !memory) return [];
    const frames = await memory.compute(() => stackOf(coroutines, coroutine, memory.reader(coroutine)));
    this.stacks.set(coroutine, frames);
    return frames;
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    args: DebugProtocol.StackTraceArguments,
  ): void {
    void this.answer(response, async () => {
      this.looking();
      const frames = await this.stack(this.thread(args));
      const from = Math.max(0, args.startFrame ?? 0);
      const to = args.levels ? from + args.levels : frames.length;
      response.body = {
        totalFrames: frames.length,
        stackFrames: frames.slice(from, to).map((frame) => this.dapFrame(frame)),
      };
    });
  }

  private dapFrame(frame: Frame): DebugProtocol.StackFrame {
    const id = this.nextFrameId++;
    if (frame.kind === 'label') {
      return { id, name: frame.name, line: 0, column: 0, presentationHint: 'label' };
    }
    this.frames.set(id, frame);
    const { position, pc } = frame;
    return {
      id,
      name: frame.name,
      line: position?.line ?? 0,
      column: position?.column ?? 0,
      instructionPointerReference: this.coroutines?.referenceOf(frame.coroutine, pc, false) ?? hex(pc),
      ...(position ? { source: this.source(position.file) } : { presentationHint: 'subtle' as const }),
    };
  }

  private source(file: string): DebugProtocol.Source {
    const name = file.split('/').pop() ?? file;
    return { name, path: this.host.sourceUri?.(file) ?? file };
  }

  protected override scopesRequest(
    response: DebugProtocol.ScopesResponse,
    args: DebugProtocol.ScopesArguments,
  ): void {
    void this.answer(response, async () => {
      response.body = { scopes: await this.looking().scopes(this.frame(args.frameId)) };
    });
  }

  protected override variablesRequest(
    response: DebugProtocol.VariablesResponse,
    args: DebugProtocol.VariablesArguments,
  ): void {
    void this.answer(response, async () => {
      response.body = { variables: await this.looking().variables(args) };
    });
  }

  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    args: DebugProtocol.EvaluateArguments,
  ): void {
    void this.answer(response, async () => {
      this.looking();
      if (typeof args.expression !== 'string') {
        throw new AdapterError('bad-request', 'The request evaluate needs "expression" as a string.');
      }
      const frame =
        args.frameId === undefined
          ? (await this.stack(this.coroutines?.current ?? HOST)).find(({ kind }) => kind === 'code')
          : this.frame(args.frameId);
      response.body = await this.looking().evaluate(args.expression, frame, args.format?.hex ?? false);
    });
  }

  protected override readMemoryRequest(
    response: DebugProtocol.ReadMemoryResponse,
    args: DebugProtocol.ReadMemoryArguments,
  ): void {
    void this.answer(response, async () => {
      const machine = this.machine();
      const { address, space } = this.place(args.memoryReference, args.offset);
      const count = Math.min(this.count('count', args.count), MAX_READ, 0x1_0000_0000 - address);
      const { bytes } = await machine.request('readMemory', { space, address, length: count });
      response.body = {
        address: hex(address),
        ...(bytes.length > 0 ? { data: toBase64(bytes) } : {}),
        ...(bytes.length < count ? { unreadableBytes: count - bytes.length } : {}),
      };
    });
  }

  protected override writeMemoryRequest(
    response: DebugProtocol.WriteMemoryResponse,
    args: DebugProtocol.WriteMemoryArguments,
  ): void {
    void this.answer(response, async () => {
      this.looking();
      const { address, space } = this.place(args.memoryReference, args.offset);
      const bytes = fromBase64(args.data);
      const readable = await this.machine().request('readMemory', { space, address, length: bytes.length });
      // Without allowPartial nothing is written unless everything can be.
      const possible = args.allowPartial || readable.bytes.length === bytes.length;
      const { written } = possible
        ? await this.machine().request('writeMemory', { space, address, bytes })
        : { written: 0 };
      if (written < bytes.length && !args.allowPartial) {
        throw new AdapterError(
          'bad-address',
          `Only ${readable.bytes.length} of ${bytes.length} bytes at ${hex(address)} are mapped: nothing was written.`,
        );
      }
      this.memory?.clear();
      this.stacks.clear();
      response.body = { bytesWritten: written };
    });
  }

  protected override disassembleRequest(
    response: DebugProtocol.DisassembleResponse,
    args: DebugProtocol.DisassembleArguments,
  ): void {
    void this.answer(response, async () => {
      const { coroutines, memory } = this;
      if (!coroutines || !memory) throw new AdapterError('not-stopped', 'There is no machine yet.');
      this.looking();
      const { address: anchor, coroutine: owner } = this.place(args.memoryReference, args.offset);
      const wide =
        owner !== coroutines.current || (coroutines.snapshot.cpu.segments[1].attributes & 0x4000) !== 0;
      const boundary = (address: number) => {
        const resolved = coroutines.resolve(owner, address);
        const line = resolved?.image.lineAt((address - resolved.bias) >>> 0);
        const low = line?.low ?? resolved?.image.functionAt((address - resolved.bias) >>> 0)?.lowPc;
        return low === undefined ? undefined : (low + (resolved?.bias ?? 0)) >>> 0;
      };
      const count = Math.min(this.count('instructionCount', args.instructionCount), MAX_INSTRUCTIONS);
      const wanted = Math.trunc(args.instructionOffset ?? 0) || 0;
      const offset = Math.max(-MAX_INSTRUCTIONS, Math.min(wanted, MAX_INSTRUCTIONS));
      const lines = await memory.compute(() =>
        disassemble(memory.reader(owner), anchor, offset, count, wide ? 32 : 16, boundary),
      );
      response.body = {
        instructions: lines.map(({ address, bytes, text }) => {
          const resolved = coroutines.resolve(owner, address);
          const link = resolved ? (address - resolved.bias) >>> 0 : address;
          const line = resolved?.image.lineAt(link);
          const symbol = resolved?.image.functionAt(link);
          return {
            address: hex(address),
            instruction: text,
            ...(bytes.length > 0
              ? { instructionBytes: Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ') }
              : { presentationHint: 'invalid' as const }),
            ...(symbol?.lowPc === link ? { symbol: symbol.name } : {}),
            ...(line && line.line > 0 && line.low === link
              ? { location: this.source(line.file), line: line.line }
              : {}),
          };
        }),
      };
    });
  }

  // --- custom requests ------------------------------------------------------------------------------------

  protected override customRequest(command: string, response: DebugProtocol.Response, args: unknown): void {
    const fields = (typeof args === 'object' && args !== null ? args : {}) as Record<string, unknown>;
    const word = (name: string): string => {
      const value = fields[name];
      if (typeof value !== 'string') {
        throw new AdapterError('bad-request', `The request ${command} needs "${name}" as a string.`);
      }
      return value;
    };
    void this.answer(response, async () => {
      switch (command) {
        case 'colinux/consoleAttach':
          response.body = { data: this.terminals.redraw(word('terminal')) };
          return;
        case 'colinux/consoleInput':
          this.terminals.input(word('terminal'), word('data'));
          return;
        case 'colinux/switches':
          response.body = await this.machine().request('switches', { most: 4096 });
          return;
        case 'colinux/stateHash':
          response.body = await this.machine().request('hash', {});
          return;
        default:
          throw new AdapterError('bad-request', `This adapter has no request "${command}".`);
      }
    });
  }

  // --- helpers --------------------------------------------------------------------------------------------

  private machine(): MachineClient {
    if (!this.client || this.ended) throw noMachine();
    return this.client;
  }

  private looking(): Inspection {
    if (!this.client || this.ended) throw noMachine();
    if (!this.inspection || this.running) {
      throw new AdapterError('not-stopped', 'The machine is running: pause it to look inside.');
    }
    return this.inspection;
  }

  private frame(id: number): Frame {
    this.looking();
    const frame = this.frames.get(id);
    if (!frame)
      throw new AdapterError('no-such-frame', 'This frame belongs to an earlier stop: select it again.');
    return frame;
  }

  /** What a memory reference means: `0x…` where the CPU is, or with `host:`, `guest0:` or `physical:` before it. */
  private place(reference: unknown, offset = 0): { address: number; space: Space; coroutine: CoroutineId } {
    const [, owner, monitor, digits] =
      /^\s*(?:(host|guest(\d{1,2})|physical):)?(0x[0-9a-f]+|\d+)\s*$/i.exec(String(reference)) ?? [];
    if (digits === undefined || !Number.isInteger(offset)) {
      throw new AdapterError(
        'bad-address',
        `"${String(reference)}" is not an address: write it as 0x followed by hexadecimal digits.`,
      );
    }
    const address = (Number(digits) + offset) >>> 0;
    const current = this.coroutines?.current ?? HOST;
    if (owner === undefined) return { address, space: { kind: 'current' }, coroutine: current };
    if (owner === 'physical') return { address, space: { kind: 'physical' }, coroutine: current };
    const coroutine = monitor === undefined ? HOST : Number(monitor) + 1;
    return { address, space: { kind: 'coroutine', coroutine }, coroutine };
  }

  private count(name: string, value: unknown): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
    throw new AdapterError(
      'bad-request',
      `The request needs "${name}" as a whole number that is not negative.`,
    );
  }

  /** Runs a handler and answers; any error becomes a DAP error with a sentence. */
  private async answer(response: DebugProtocol.Response, handle: () => Promise<void>): Promise<void> {
    const handled = handle();
    this.unanswered.add(handled);
    try {
      await handled;
      this.sendResponse(response);
    } catch (error) {
      this.fail(response, toAdapterError(error));
    } finally {
      this.unanswered.delete(handled);
    }
  }

  private fail(response: DebugProtocol.Response, error: AdapterError): void {
    this.sendErrorResponse(response, {
      id: error.id,
      // As a variable, for the sentence may contain braces; with the underscore, for the library leaves others as they are.
      format: '{_sentence}',
      variables: { _sentence: error.message },
      showUser: SHOWN.has(response.command),
    });
  }

  /** The library's own errors carry stack traces; ours are sentences. */
  protected override sendErrorResponse(
    response: DebugProtocol.Response,
    error: number | DebugProtocol.Message,
    format?: string,
    variables?: Record<string, unknown>,
  ): void {
    if (typeof error !== 'number') {
      super.sendErrorResponse(response, error);
      return;
    }
    const cause = variables?._exception;
    this.fail(response, toAdapterError(new Error(typeof cause === 'string' ? cause : (format ?? 'unknown'))));
  }

  protected override dispatchRequest(request: Request): void {
    const { command, seq } = request;
    const response: DebugProtocol.Response = {
      seq: 0,
      type: 'response',
      request_seq: seq,
      success: true,
      command,
    };
    const given: unknown = request.arguments;
    const fields = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
    const list = fields[EMPTY_LISTS[command] ?? ''];
    if (
      Object.hasOwn(EMPTY_LISTS, command) &&
      (list === undefined || (Array.isArray(list) && !list.length))
    ) {
      response.body = { breakpoints: [] };
      this.sendResponse(response);
      return;
    }
    if (!REQUESTS.has(command) && !command.startsWith('colinux/')) {
      this.fail(response, new AdapterError('bad-request', `This adapter has no request "${command}".`));
      return;
    }
    // Paths are what the debug information holds, whatever a client calls them.
    const known = command === 'initialize' ? { ...fields, pathFormat: 'path' } : fields;
    super.dispatchRequest({ ...request, arguments: known } as Request);
  }
}

function noMachine(): AdapterError {
  return new AdapterError('not-stopped', 'There is no machine: launch one first.');
}

function fromBase64(data: unknown): Uint8Array {
  try {
    if (typeof data === 'string') return Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  } catch {
    // Said below.
  }
  throw new AdapterError('bad-request', 'The bytes to write must be base64 text in "data".');
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
