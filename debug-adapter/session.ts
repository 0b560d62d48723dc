/**
 * The Debug Adapter Protocol session: one session, one machine, all-stop.
 *
 * Threads are the coroutines. This file translates requests; the work is in its neighbours: `launch` (what to boot),
 * `debuggee` (the machine, its stops and steps), `inspection` (scopes, variables, expressions), `memory-requests`,
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
import { type CoroutineId, HOST } from '../core/protocol/machine-protocol.ts';
import type { AdapterHost, MachinePort } from './adapter-host.ts';
import {
  setDataBreakpoints,
  setFunctionBreakpoints,
  setInstructionBreakpoints,
  setSourceBreakpoints,
} from './breakpoint-requests.ts';
import { CodeBreakpoints } from './breakpoints.ts';
import { answerCustomRequest } from './custom-requests.ts';
import { dataBreakpointInfo, DataBreakpoints } from './data-breakpoints.ts';
import { coroutineOf, threadOf } from './coroutines.ts';
import { Debuggee, type DebuggeeListener, type MachineStatus } from './debuggee.ts';
import { AdapterError, toAdapterError } from './errors.ts';
import { exceptionText } from './exceptions.ts';
import { Inspection } from './inspection.ts';
import { readLaunchArguments } from './launch.ts';
import { type LaunchPlan, planLaunch } from './launch-plan.ts';
import { disassembleRequest, placeOf, readMemory, writeMemory } from './memory-requests.ts';
import { OtherEnds } from './other-ends.ts';
import { hex } from './registers.ts';
import type { Frame } from './stack.ts';
import { SymbolIndexing } from './symbol-files.ts';
import type { StoppedEvent } from './stepping.ts';
import { Terminals } from './terminals.ts';

/** How long a disconnect waits for the answers to earlier requests. */
const PATIENCE_MS = 1000;

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
  'setFunctionBreakpoints',
  'setInstructionBreakpoints',
  'dataBreakpointInfo',
  'setDataBreakpoints',
  'terminate',
  'disconnect',
]);
/** Some clients send these always, without anything in them. */
const EMPTY_LISTS: Readonly<Record<string, string>> = {
  setExceptionBreakpoints: 'filters',
};
/** Requests that a person has made by a button: a failure is shown. The others fail where they are asked. */
const SHOWN = new Set(['launch', 'continue', 'next', 'stepIn', 'stepOut', 'pause']);

type Request = DebugProtocol.Request;

export class ColinuxDebugSession extends DebugSession {
  private debuggee: Debuggee | undefined;
  private plan: LaunchPlan | undefined;
  private inspection: Inspection | undefined;
  private stopOnEntry = false;
  private launched = false;
  private ended = false;
  private showsProgress = false;
  private indexing: SymbolIndexing | undefined;
  private readonly knownThreads = new Set<number>();
  private readonly frames = new Map<number, Frame>();
  private nextFrameId = 1;
  private nextReference = 1;
  private readonly breakpoints = new CodeBreakpoints(() => Debuggee.owners(this.plan ?? {}));
  private readonly dataBreakpoints = new DataBreakpoints();
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
        void this.debuggee?.request('input', { port, bytes }).catch(() => undefined);
      },
      lineInput: (bytes) => {
        this.debuggee?.typeLine(bytes);
      },
      text: (text) => {
        this.sendEvent(new OutputEvent(text, 'stdout'));
      },
    });
  }

  // --- life of the session -------------------------------------------------------------------------------

  protected override initializeRequest(
    response: DebugProtocol.InitializeResponse,
    args: DebugProtocol.InitializeRequestArguments,
  ): void {
    this.showsProgress = args.supportsProgressReporting === true;
    response.body = {
      supportsConfigurationDoneRequest: true,
      supportsEvaluateForHovers: true,
      supportsReadMemoryRequest: true,
      supportsWriteMemoryRequest: true,
      supportsDisassembleRequest: true,
      supportsFunctionBreakpoints: true,
      supportsInstructionBreakpoints: true,
      supportsDataBreakpoints: true,
      supportsDataBreakpointBytes: true,
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
      await this.launch(args);
    });
  }

  private async launch(args: DebugProtocol.LaunchRequestArguments): Promise<void> {
    const options = await readLaunchArguments(args, this.host);
    const plan = await planLaunch(options, this.host, Math.floor(Date.now() / 1000));
    this.plan = plan;
    const debugging = args.noDebug !== true;
    this.stopOnEntry = options.stopOnEntry && debugging;
    for (const warning of plan.warnings) this.sendEvent(new OutputEvent(warning + '\n', 'important'));
    const ends = await OtherEnds.open(this.host, plan.ends, {
      report: (text) => {
        this.sendEvent(new OutputEvent(`${text}\n`, 'important'));
      },
      line: (bytes) => {
        this.terminals.receiveLine(bytes);
      },
    });
    const port = await this.worker().catch(async (error: unknown) => {
      await ends.close();
      throw error;
    });
    this.terminals.start(plan.guests);
    const debuggee = await Debuggee.boot(port, plan, ends, debugging, this.breakpoints, this.listener);
    if (this.ended) {
      debuggee.dispose();
      throw new AdapterError('not-stopped', 'The session was ended while it began.');
    }
    this.debuggee = debuggee;
    this.sendEvent(new InitializedEvent());
    this.indexing = new SymbolIndexing(
      this.host,
      this.showsProgress
        ? (event) => {
            this.sendEvent(event);
          }
        : undefined,
    );
    void this.indexing.run([plan.hostImage, ...plan.guests.map(({ image }) => image)]);
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
    void this.answer(response, () => this.machine().start(this.stopOnEntry));
  }

  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.end();
    this.sendResponse(response);
  }

  protected override disconnectRequest(response: DebugProtocol.DisconnectResponse): void {
    this.ended = true;
    this.release();
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
    this.release();
    super.dispose();
  }

  private release(): void {
    this.debuggee?.dispose();
    this.indexing?.stop();
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.release();
    this.sendEvent(new TerminatedEvent());
  }

  // --- events of the machine ------------------------------------------------------------------------------

  private readonly listener: DebuggeeListener = {
    stopped: (event, hit) => {
      this.onStopped(event, hit);
    },
    serial: (port, bytes) => {
      this.terminals.receive(port, bytes);
    },
    status: (status) => {
      this.sendStatus(status);
    },
    note: (text, error) => {
      this.sendEvent(new OutputEvent(text + '\n', error ? 'stderr' : 'console'));
    },
    died: () => {
      this.end();
    },
  };

  private onStopped(event: StoppedEvent, hit: readonly number[]): void {
    const { debuggee } = this;
    if (!debuggee) return;
    this.frames.clear();
    // References go on where the last stop's ended, so that a stale one is never taken for another.
    this.nextReference = this.inspection?.nextReference ?? this.nextReference;
    this.inspection = new Inspection(debuggee.coroutines, debuggee.memory, this.nextReference);
    this.announceThreads();
    if (event.reason === 'exit' || event.reason === 'reset') {
      const what =
        event.reason === 'exit' ? `exit status ${event.exitStatus ?? 0}` : 'the guest reset the machine';
      this.sendEvent(new OutputEvent(`The machine has ended: ${what}.\n`, 'console'));
      this.sendEvent(new Event('exited', { exitCode: event.exitStatus === 1 ? 0 : (event.exitStatus ?? 0) }));
      this.end();
      return;
    }
    const stopped = new DapStopped(
      event.reason,
      threadOf(event.snapshot.coroutine),
    ) as DebugProtocol.StoppedEvent;
    stopped.body.allThreadsStopped = true;
    if (hit.length > 0) stopped.body.hitBreakpointIds = [...hit];
    if (event.reason === 'watchpoint') {
      stopped.body.reason = 'data breakpoint';
      stopped.body.hitBreakpointIds = event.watchpoints.map(({ id }) => id);
      stopped.body.text = this.dataBreakpoints.describe(event.watchpoints);
      this.sendEvent(new OutputEvent(`${stopped.body.text}\n`, 'console'));
    }
    if (event.reason === 'shutdown') {
      stopped.body.reason = 'exception';
      stopped.body.description = 'Triple fault';
      stopped.body.text = exceptionText(event.causes);
    }
    if (event.reason === 'halted') {
      stopped.body.description = 'Halted for ever';
      stopped.body.text = 'The CPU executed HLT with interrupts off: nothing can wake it.';
    }
    this.sendEvent(stopped);
  }

  private announceThreads(): void {
    const threads = new Set((this.debuggee?.coroutines.all ?? []).map(threadOf));
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

  private sendStatus(status: MachineStatus): void {
    this.sendEvent(
      new Event('colinux/status', {
        running: status.running,
        coroutine: this.debuggee?.coroutines.name(status.coroutine) ?? 'kernel',
        ring: status.cpl,
        virtualTimeNs: status.virtualNanoseconds,
        instructions: status.instructions,
      }),
    );
  }

  // --- breakpoints ----------------------------------------------------------------------------------------

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    void this.answer(response, async () => {
      response.body = { breakpoints: await setSourceBreakpoints(this.debuggee, this.breakpoints, args) };
    });
  }

  protected override setFunctionBreakPointsRequest(
    response: DebugProtocol.SetFunctionBreakpointsResponse,
    args: DebugProtocol.SetFunctionBreakpointsArguments,
  ): void {
    void this.answer(response, async () => {
      response.body = { breakpoints: await setFunctionBreakpoints(this.debuggee, this.breakpoints, args) };
    });
  }

  protected override setInstructionBreakpointsRequest(
    response: DebugProtocol.SetInstructionBreakpointsResponse,
    args: DebugProtocol.SetInstructionBreakpointsArguments,
  ): void {
    void this.answer(response, async () => {
      response.body = { breakpoints: await setInstructionBreakpoints(this.debuggee, args) };
    });
  }

  protected override dataBreakpointInfoRequest(
    response: DebugProtocol.DataBreakpointInfoResponse,
    args: DebugProtocol.DataBreakpointInfoArguments,
  ): void {
    void this.answer(response, async () => {
      const { name, variablesReference = 0, asAddress = false, bytes } = args;
      if (typeof name !== 'string' || !Number.isInteger(variablesReference))
        throw new AdapterError('bad-request', 'The request dataBreakpointInfo needs "name" as a string.');
      const machine = this.machine();
      if (asAddress) {
        const { address, coroutine, space } = placeOf(name, 0, machine.coroutines.current);
        const own = machine.coroutines.referenceOf(coroutine, address, true);
        const reference = space.kind === 'physical' ? `physical:${hex(address)}` : own;
        response.body = dataBreakpointInfo(name, { reference, size: bytes ?? 1 });
        return;
      }
      const place = await this.looking().placeOf(
        name,
        variablesReference,
        await this.evaluationFrame(args.frameId),
      );
      const sized = typeof place === 'string' || bytes === undefined ? place : { ...place, size: bytes };
      response.body = dataBreakpointInfo(name, sized);
    });
  }

  protected override setDataBreakpointsRequest(
    response: DebugProtocol.SetDataBreakpointsResponse,
    args: DebugProtocol.SetDataBreakpointsArguments,
  ): void {
    void this.answer(response, async () => {
      response.body = {
        breakpoints: await setDataBreakpoints(this.debuggee, this.dataBreakpoints, args),
      };
    });
  }

  /** The frame that expressions belong to: the one asked for, else the innermost with code. */
  private async evaluationFrame(id: number | undefined): Promise<Frame | undefined> {
    if (id !== undefined) return this.frame(id);
    const machine = this.machine();
    return (await machine.stack(machine.coroutines.current)).find(({ kind }) => kind === 'code');
  }

  // --- running --------------------------------------------------------------------------------------------

  /** Answers at once, as DAP wants, then runs. */
  private go(response: DebugProtocol.Response, run: (debuggee: Debuggee) => Promise<void>): void {
    try {
      const debuggee = this.machine();
      const problem = debuggee.standstill();
      if (problem) throw problem;
      debuggee.running = true;
      this.sendResponse(response);
      debuggee.go(() => run(debuggee));
    } catch (error) {
      this.fail(response, toAdapterError(error));
    }
  }

  /** Like `go`, for a request that names a thread. */
  private goThread(
    response: DebugProtocol.Response,
    args: { readonly threadId?: unknown },
    run: (debuggee: Debuggee, coroutine: CoroutineId) => Promise<void>,
  ): void {
    try {
      const problem = this.machine().standstill();
      if (problem) throw problem;
      const coroutine = this.thread(args);
      this.go(response, (debuggee) => run(debuggee, coroutine));
    } catch (error) {
      this.fail(response, toAdapterError(error));
    }
  }

  /** The coroutine of a request. @throws AdapterError when there is none of that number */
  private thread({ threadId }: { readonly threadId?: unknown }): CoroutineId {
    const all = this.debuggee?.coroutines.all ?? [];
    const found = typeof threadId === 'number' && all.includes(coroutineOf(threadId));
    if (found) return coroutineOf(threadId);
    throw new AdapterError(
      'no-such-thread',
      `There is no thread ${JSON.stringify(threadId) ?? 'without a number'}: the threads are ${all.map(threadOf).join(' and ')}.`,
    );
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.go(response, (debuggee) => debuggee.resume());
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    void this.answer(response, () => this.machine().pause());
  }

  protected override nextRequest(
    response: DebugProtocol.NextResponse,
    args: DebugProtocol.NextArguments,
  ): void {
    const byInstruction = args.granularity === 'instruction';
    this.goThread(response, args, (debuggee, coroutine) => debuggee.step(coroutine, byInstruction, true));
  }

  protected override stepInRequest(
    response: DebugProtocol.StepInResponse,
    args: DebugProtocol.StepInArguments,
  ): void {
    const byInstruction = args.granularity === 'instruction';
    this.goThread(response, args, (debuggee, coroutine) => debuggee.step(coroutine, byInstruction, false));
  }

  protected override stepOutRequest(
    response: DebugProtocol.StepOutResponse,
    args: DebugProtocol.StepOutArguments,
  ): void {
    this.goThread(response, args, (debuggee, coroutine) => debuggee.stepOut(coroutine));
  }

  // --- looking --------------------------------------------------------------------------------------------

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    const coroutines = this.debuggee?.coroutines;
    response.body = {
      threads: (coroutines?.all ?? [HOST]).map(
        (id) => new Thread(threadOf(id), coroutines?.name(id) ?? 'kernel'),
      ),
    };
    this.sendResponse(response);
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    args: DebugProtocol.StackTraceArguments,
  ): void {
    void this.answer(response, async () => {
      this.looking();
      const frames = await this.machine().stack(this.thread(args));
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
      instructionPointerReference:
        this.debuggee?.coroutines.referenceOf(frame.coroutine, pc, false) ?? hex(pc),
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
      const frame = await this.evaluationFrame(args.frameId);
      response.body = await this.looking().evaluate(args.expression, frame, args.format?.hex ?? false);
    });
  }

  protected override readMemoryRequest(
    response: DebugProtocol.ReadMemoryResponse,
    args: DebugProtocol.ReadMemoryArguments,
  ): void {
    void this.answer(response, async () => {
      response.body = await readMemory(this.machine(), args);
    });
  }

  protected override writeMemoryRequest(
    response: DebugProtocol.WriteMemoryResponse,
    args: DebugProtocol.WriteMemoryArguments,
  ): void {
    void this.answer(response, async () => {
      this.looking();
      response.body = await writeMemory(this.machine(), args);
    });
  }

  protected override disassembleRequest(
    response: DebugProtocol.DisassembleResponse,
    args: DebugProtocol.DisassembleArguments,
  ): void {
    void this.answer(response, async () => {
      this.looking();
      response.body = await disassembleRequest(this.machine(), args, (file) => this.source(file));
    });
  }

  // --- custom requests ------------------------------------------------------------------------------------

  protected override customRequest(command: string, response: DebugProtocol.Response, args: unknown): void {
    void this.answer(response, async () => {
      response.body = await answerCustomRequest(command, args, this.terminals, () => this.machine());
    });
  }

  // --- helpers --------------------------------------------------------------------------------------------

  private machine(): Debuggee {
    if (!this.debuggee || this.ended) {
      throw new AdapterError('not-stopped', 'There is no machine: launch one first.');
    }
    return this.debuggee;
  }

  private looking(): Inspection {
    if (this.machine().running || !this.inspection) {
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

  /** Runs a handler and answers; any error becomes a DAP error with a sentence. */
  private async answer(response: DebugProtocol.Response, handle: () => Promise<void>): Promise<void> {
    const handled = (async () => handle())();
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
