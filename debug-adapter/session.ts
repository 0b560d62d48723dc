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
  type CoroutineId,
  HOST,
  type MachineEvent,
  type StepSpec,
} from '../core/protocol/machine-protocol.ts';
import type { AdapterHost } from './adapter-host.ts';
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
/** Most instructions one disassemble may ask for. */
const MAX_INSTRUCTIONS = 5000;

type Request = DebugProtocol.Request;

export class ColinuxDebugSession extends DebugSession {
  private client: MachineClient | undefined;
  private memory: MemoryCache | undefined;
  private plan: LaunchPlan | undefined;
  private coroutines: Coroutines | undefined;
  private inspection: Inspection | undefined;
  private stopOnEntry = false;
  private running = false;
  private ended = false;
  /** Waits for the next stop while a step is under way. */
  private stopWaiter: ((event: StoppedEvent) => void) | undefined;
  private lastStop: StoppedEvent | undefined;
  private readonly knownThreads = new Set<number>();
  private readonly stacks = new Map<CoroutineId, Frame[]>();
  private readonly frames = new Map<number, Frame>();
  private nextFrameId = 1;
  private entryBreakpoint: number | undefined;
  private readonly breakpoints = new SourceBreakpoints(() => this.owners());
  private readonly terminals: Terminals;

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
      const options = await readLaunchArguments(args, this.host);
      const plan = await planLaunch(options, this.host, Math.floor(Date.now() / 1000));
      this.plan = plan;
      this.stopOnEntry = options.stopOnEntry;
      for (const warning of plan.warnings) this.sendEvent(new OutputEvent(warning + '\n', 'important'));
      const port = await this.host.createMachineWorker();
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
    });
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    void this.answer(response, async () => {
      const client = this.machine();
      if (this.stopOnEntry && this.plan?.guestImage) {
        // The guest's first instruction; the host kernel boots unseen.
        const entry = this.plan.guestImage.entry;
        this.entryBreakpoint = 0;
        await this.sendBreakpoints([{ id: 0, address: entry, coroutine: 1 }]);
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
    this.client?.dispose();
    this.sendResponse(response);
  }

  override dispose(): void {
    this.ended = true;
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
    this.adopt(event);
    this.frames.clear();
    this.inspection = this.memory && new Inspection(this.coroutines!, this.memory);
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
    const atEntry = this.entryBreakpoint !== undefined && event.breakpoints.includes(this.entryBreakpoint);
    if (atEntry) {
      this.entryBreakpoint = undefined;
      void this.sendBreakpoints();
    }
    const thread = threadOf(event.snapshot.coroutine);
    const reason = atEntry ? 'entry' : event.reason;
    const stopped = new DapStopped(reason, thread) as DebugProtocol.StoppedEvent;
    stopped.body.allThreadsStopped = true;
    if (reason === 'breakpoint') stopped.body.hitBreakpointIds = [...event.breakpoints];
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
    for (const coroutine of this.coroutines?.all ?? []) {
      const thread = threadOf(coroutine);
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

  private async sendBreakpoints(
    extra: readonly { id: number; address: number; coroutine: number }[] = [],
  ): Promise<void> {
    await this.machine().request('setBreakpoints', { breakpoints: [...this.breakpoints.specs(), ...extra] });
  }

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    void this.answer(response, async () => {
      const path = args.source.path ?? args.source.name ?? '';
      const bound = this.breakpoints.set(
        this.clientPath(path),
        (args.breakpoints ?? []).map(({ line }) => line),
      );
      if (this.client) await this.sendBreakpoints();
      response.body = {
        breakpoints: bound.map(({ id, line, requestedLine, message }) => ({
          id,
          verified: line !== undefined,
          line: line ?? requestedLine,
          source: args.source,
          ...(message === undefined ? {} : { message }),
        })),
      };
    });
  }

  /** A path as debug information writes it: URIs of virtual file systems lose their scheme. */
  private clientPath(path: string): string {
    const [, rest] = /^[a-z][a-z0-9+.-]+:\/\/[^/]*(\/.*)$/i.exec(path) ?? [];
    return rest === undefined ? path : decodeURIComponent(rest);
  }

  // --- running --------------------------------------------------------------------------------------------

  private async resume(): Promise<void> {
    this.running = true;
    await this.machine().request('resume', {});
  }

  /** Answers at once, as DAP wants, then runs; a failure becomes output and a stop. */
  private go(response: DebugProtocol.Response, run: () => Promise<void>): void {
    if (this.running || !this.lastStop) {
      this.fail(response, new AdapterError('not-stopped', 'The machine is running: pause it first.'));
      return;
    }
    this.sendResponse(response);
    this.running = true;
    run().catch((error: unknown) => {
      if (this.ended) return;
      this.sendEvent(new OutputEvent(toAdapterError(error).message + '\n', 'stderr'));
      if (this.lastStop) this.onStopped({ ...this.lastStop, reason: 'pause' });
    });
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.go(response, () => this.resume());
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    void this.answer(response, async () => {
      await this.machine().request('pause', {});
    });
  }

  protected override nextRequest(
    response: DebugProtocol.NextResponse,
    args: DebugProtocol.NextArguments,
  ): void {
    this.go(response, () => this.step(args.threadId, args.granularity, true));
  }

  protected override stepInRequest(
    response: DebugProtocol.StepInResponse,
    args: DebugProtocol.StepInArguments,
  ): void {
    this.go(response, () => this.step(args.threadId, args.granularity, false));
  }

  protected override stepOutRequest(
    response: DebugProtocol.StepOutResponse,
    args: DebugProtocol.StepOutArguments,
  ): void {
    this.go(response, async () => {
      const coroutine = coroutineOf(args.threadId);
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
    thread: number,
    granularity: DebugProtocol.SteppingGranularity | undefined,
    over: boolean,
  ): Promise<void> {
    const start = this.lastStop!;
    const coroutine = coroutineOf(thread);
    if (coroutine !== this.coroutines?.current) {
      // A coroutine that is away: its next step is its return from the passage.
      const [, frame] = await this.stack(coroutine);
      if (!frame) throw new AdapterError('no-such-thread', 'This thread has no frame to step to.');
      this.onStopped(
        await this.run({ kind: 'until', address: frame.pc, stack: stackPointer(frame), coroutine }),
      );
      return;
    }
    if (granularity === 'instruction') {
      this.onStopped(await this.run({ kind: 'instruction', over }));
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
        };
      },
      caller: ({ snapshot }) => this.callerOf(snapshot.coroutine),
    };
    this.onStopped(await stepLine(host, start, over));
  }

  private run(spec: StepSpec): Promise<StoppedEvent> {
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
    const inner = frames[0]?.depth;
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
      const frames = await this.stack(coroutineOf(args.threadId));
      const from = args.startFrame ?? 0;
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
      instructionPointerReference: hex(pc),
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
      const address = this.address(args.memoryReference, args.offset);
      const count = Math.min(args.count, MAX_READ);
      const { bytes } = await this.machine().request('readMemory', {
        space: { kind: 'current' },
        address,
        length: count,
      });
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
      const address = this.address(args.memoryReference, args.offset);
      const bytes = Uint8Array.from(atob(args.data), (c) => c.charCodeAt(0));
      const { written } = await this.machine().request('writeMemory', {
        space: { kind: 'current' },
        address,
        bytes,
      });
      if (written < bytes.length && !args.allowPartial) {
        throw new AdapterError(
          'bad-address',
          `Only ${written} of ${bytes.length} bytes at ${hex(address)} are mapped.`,
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
      const owner = coroutines.current;
      const anchor = this.address(args.memoryReference, args.offset);
      const wide = (coroutines.snapshot.cpu.segments[1].attributes & 0x4000) !== 0;
      const boundary = (address: number) => {
        const resolved = coroutines.resolve(owner, address);
        const line = resolved?.image.lineAt((address - resolved.bias) >>> 0);
        const low = line?.low ?? resolved?.image.functionAt((address - resolved.bias) >>> 0)?.lowPc;
        return low === undefined ? undefined : (low + (resolved?.bias ?? 0)) >>> 0;
      };
      const count = Math.min(args.instructionCount, MAX_INSTRUCTIONS);
      const offset = Math.max(-MAX_INSTRUCTIONS, Math.min(args.instructionOffset ?? 0, MAX_INSTRUCTIONS));
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
    if (!this.client) throw new AdapterError('not-stopped', 'There is no machine yet: launch first.');
    return this.client;
  }

  private looking(): Inspection {
    if (!this.inspection || this.running) {
      throw new AdapterError('not-stopped', 'The machine is running: pause it to look inside.');
    }
    return this.inspection;
  }

  private frame(id: number): Frame {
    const frame = this.frames.get(id);
    if (!frame)
      throw new AdapterError('no-such-frame', 'This frame belongs to an earlier stop: select it again.');
    return frame;
  }

  private address(reference: string, offset = 0): number {
    const value = Number(reference);
    if (!Number.isFinite(value) || reference.trim() === '') {
      throw new AdapterError(
        'bad-address',
        `"${reference}" is not an address: write it as 0x followed by hexadecimal digits.`,
      );
    }
    return (value + offset) >>> 0;
  }

  /** Runs a handler and answers; any error becomes a DAP error with a sentence. */
  private async answer(response: DebugProtocol.Response, handle: () => Promise<void>): Promise<void> {
    try {
      await handle();
      this.sendResponse(response);
    } catch (error) {
      this.fail(response, toAdapterError(error));
    }
  }

  private fail(response: DebugProtocol.Response, error: AdapterError): void {
    this.sendErrorResponse(response, {
      id: error.id,
      format: error.message.replace(/[{}]/g, ''),
      showUser: true,
    });
  }

  protected override dispatchRequest(request: Request): void {
    try {
      super.dispatchRequest(request);
    } catch (error) {
      const response: DebugProtocol.Response = {
        seq: 0,
        type: 'response',
        request_seq: request.seq,
        success: true,
        command: request.command,
      };
      this.fail(response, toAdapterError(error));
    }
  }
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
