/**
 * The requests and events of a session with their types: those of the Debug Adapter Protocol that this adapter has, and its
 * own `colinux/…` (docs/protocol.md). A request that is added here needs a handler in `requests/`.
 */
import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import type { CustomEvents, CustomRequests } from './custom-protocol.ts';

interface Exchange<Arguments, Response extends { readonly body?: unknown }> {
  readonly arguments: Arguments;
  readonly body: Response['body'];
}

export interface Restart {
  /** The launch configuration, as it is by now. */
  arguments?: Dap.LaunchRequestArguments;
}

/** An image of the session, with a column of our own. */
export interface ImageModule extends Dap.Module {
  symbolStatus: string;
  buildId?: string;
  /** How far it is from where it is linked, `+0x10000000`. */
  bias?: string;
}

interface ModulesResponse {
  body: { modules: ImageModule[]; totalModules: number };
}

/** Arguments and body of the answer, by command. */
export interface Requests extends CustomRequests {
  // What is required there nobody needs, and not every client sends it.
  initialize: Exchange<Partial<Dap.InitializeRequestArguments>, Dap.InitializeResponse>;
  launch: Exchange<Dap.LaunchRequestArguments, Dap.LaunchResponse>;
  attach: Exchange<Dap.AttachRequestArguments, Dap.AttachResponse>;
  cancel: Exchange<Dap.CancelArguments, Dap.CancelResponse>;
  configurationDone: Exchange<Dap.ConfigurationDoneArguments, Dap.ConfigurationDoneResponse>;
  restart: Exchange<Restart, Dap.RestartResponse>;
  terminate: Exchange<Dap.TerminateArguments, Dap.TerminateResponse>;
  disconnect: Exchange<Dap.DisconnectArguments, Dap.DisconnectResponse>;
  setBreakpoints: Exchange<Dap.SetBreakpointsArguments, Dap.SetBreakpointsResponse>;
  breakpointLocations: Exchange<Dap.BreakpointLocationsArguments, Dap.BreakpointLocationsResponse>;
  setFunctionBreakpoints: Exchange<Dap.SetFunctionBreakpointsArguments, Dap.SetFunctionBreakpointsResponse>;
  setInstructionBreakpoints: Exchange<
    Dap.SetInstructionBreakpointsArguments,
    Dap.SetInstructionBreakpointsResponse
  >;
  setExceptionBreakpoints: Exchange<
    Partial<Dap.SetExceptionBreakpointsArguments>,
    Dap.SetExceptionBreakpointsResponse
  >;
  exceptionInfo: Exchange<Dap.ExceptionInfoArguments, Dap.ExceptionInfoResponse>;
  dataBreakpointInfo: Exchange<Dap.DataBreakpointInfoArguments, Dap.DataBreakpointInfoResponse>;
  setDataBreakpoints: Exchange<Dap.SetDataBreakpointsArguments, Dap.SetDataBreakpointsResponse>;
  continue: Exchange<Dap.ContinueArguments, Dap.ContinueResponse>;
  next: Exchange<Dap.NextArguments, Dap.NextResponse>;
  stepIn: Exchange<Dap.StepInArguments, Dap.StepInResponse>;
  stepOut: Exchange<Dap.StepOutArguments, Dap.StepOutResponse>;
  goto: Exchange<Dap.GotoArguments, Dap.GotoResponse>;
  gotoTargets: Exchange<Dap.GotoTargetsArguments, Dap.GotoTargetsResponse>;
  stepInTargets: Exchange<Dap.StepInTargetsArguments, Dap.StepInTargetsResponse>;
  pause: Exchange<Dap.PauseArguments, Dap.PauseResponse>;
  source: Exchange<Dap.SourceArguments, Dap.SourceResponse>;
  loadedSources: Exchange<Dap.LoadedSourcesArguments, Dap.LoadedSourcesResponse>;
  modules: Exchange<Dap.ModulesArguments, ModulesResponse>;
  threads: Exchange<undefined, Dap.ThreadsResponse>;
  stackTrace: Exchange<Dap.StackTraceArguments, Dap.StackTraceResponse>;
  scopes: Exchange<Dap.ScopesArguments, Dap.ScopesResponse>;
  variables: Exchange<Dap.VariablesArguments, Dap.VariablesResponse>;
  evaluate: Exchange<Dap.EvaluateArguments, Dap.EvaluateResponse>;
  setVariable: Exchange<Dap.SetVariableArguments, Dap.SetVariableResponse>;
  setExpression: Exchange<Dap.SetExpressionArguments, Dap.SetExpressionResponse>;
  completions: Exchange<Dap.CompletionsArguments, Dap.CompletionsResponse>;
  locations: Exchange<Dap.LocationsArguments, Dap.LocationsResponse>;
  readMemory: Exchange<Dap.ReadMemoryArguments, Dap.ReadMemoryResponse>;
  writeMemory: Exchange<Dap.WriteMemoryArguments, Dap.WriteMemoryResponse>;
  disassemble: Exchange<Dap.DisassembleArguments, Dap.DisassembleResponse>;
}

export type Command = keyof Requests;

/** Bodies by name. */
export interface Events extends CustomEvents {
  initialized: undefined;
  continued: Dap.ContinuedEvent['body'];
  stopped: Dap.StoppedEvent['body'];
  exited: Dap.ExitedEvent['body'];
  terminated: undefined;
  thread: Dap.ThreadEvent['body'];
  invalidated: Dap.InvalidatedEvent['body'];
  memory: Dap.MemoryEvent['body'];
  module: { reason: 'new' | 'changed' | 'removed'; module: ImageModule };
  loadedSource: Dap.LoadedSourceEvent['body'];
  progressStart: Dap.ProgressStartEvent['body'];
  progressUpdate: Dap.ProgressUpdateEvent['body'];
  progressEnd: Dap.ProgressEndEvent['body'];
  breakpoint: Dap.BreakpointEvent['body'];
  output: Dap.OutputEvent['body'];
}

export type SendEvent = <E extends keyof Events>(event: E, body: Events[E]) => void;
export type SendSoon = <E extends keyof Events>(event: E, body: () => Events[E]) => void;

/** One request that is being answered. */
export interface Call {
  /** Does something at once, of which the client hears nothing before it has its answer. */
  ahead(work: () => void): void;
  /** Does something once the answer is on its way. */
  afterAnswer(work: () => void): void;
  /** Settles when everything that was asked before is answered. */
  earlier(): Promise<unknown>;
  /** Tells how far it is, in words and percent. The client hears of it if the request takes long. */
  report(message: string, percentage?: number): void;
  /** Lets other messages be handled; throws when one of them has cancelled this request. For loops that may be long. */
  checkpoint(): Promise<void>;
}
