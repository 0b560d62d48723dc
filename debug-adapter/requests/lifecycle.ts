/** The life of a session: initialize, launch, configurationDone, terminate, disconnect. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { attach, detach, greet, refuseSecond } from '../attaching.ts';
import { bootMachine, restartMachine } from '../booting.ts';
import { breakpointModes } from '../breakpoint-modes.ts';
import { exceptionBreakpointFilters } from '../event-filters.ts';
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import type { Handlers } from './handler.ts';

/** How long a disconnect waits for the answers to earlier requests, and for what is kept of the machine. */
const PATIENCE_MS = 1000;

const capabilities = (translate: (english: string) => string): DebugProtocol.Capabilities => ({
  supportsConfigurationDoneRequest: true,
  supportsEvaluateForHovers: true,
  supportsReadMemoryRequest: true,
  supportsWriteMemoryRequest: true,
  supportsDisassembleRequest: true,
  supportsFunctionBreakpoints: true,
  supportsInstructionBreakpoints: true,
  supportsDataBreakpoints: true,
  supportsDataBreakpointBytes: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  breakpointModes: breakpointModes(translate),
  exceptionBreakpointFilters: exceptionBreakpointFilters(translate),
  supportsExceptionFilterOptions: true,
  supportsExceptionInfoRequest: true,
  supportsSteppingGranularity: true,
  supportsSingleThreadExecutionRequests: true,
  supportsTerminateRequest: true,
  supportsRestartRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsValueFormattingOptions: true,
  supportsBreakpointLocationsRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsModulesRequest: true,
  additionalModuleColumns: [
    { attributeName: 'buildId', label: 'Build ID', type: 'string' },
    { attributeName: 'bias', label: 'Bias', type: 'string' },
  ],
  supportsGotoTargetsRequest: true,
  supportsStepInTargetsRequest: true,
  supportsCancelRequest: true,
  supportsANSIStyling: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsClipboardContext: true,
  supportsCompletionsRequest: true,
  supportedChecksumAlgorithms: ['MD5'],
  completionTriggerCharacters: ['.', '>', '$'],
});

/** A machine that outlives its clients can be ended by them, or left standing. */
const CAPABILITIES_OF_SERVED = {
  supportTerminateDebuggee: true,
  supportSuspendDebuggee: true,
} satisfies DebugProtocol.Capabilities;

export const lifecycle = {
  async initialize(context, args) {
    context.client = args;
    if (args.locale !== undefined) await context.speak(args.locale);
    const all = capabilities(context.translate);
    return context.served ? { ...all, ...CAPABILITIES_OF_SERVED } : all;
  },

  attach(context) {
    attach(context);
    context.send('initialized', undefined);
  },

  async launch(context, args) {
    refuseSecond(context);
    if (context.launched)
      throw new AdapterError('bad-request', say`The machine runs already: use the request attach.`);
    context.launched = true;
    await bootMachine(context, args).catch((error: unknown) => {
      // The client may try again.
      context.launched = false;
      throw error;
    });
    context.send('initialized', undefined);
  },

  async restart(context, { arguments: changed }) {
    const { launchArguments } = context;
    if (!launchArguments)
      throw new AdapterError('not-stopped', say`There is no machine to restart: launch one first.`);
    // The configuration of a client that is attached says where the machine is, not what it boots.
    await restartMachine(context, (context.served ? undefined : changed) ?? launchArguments);
  },

  async configurationDone(context) {
    if (context.attached) return greet(context);
    // A client may not wait for the answers to what it has asked for.
    await context.bound;
    await context.machine().start(context.stopOnEntry);
    // Behind the answer, not before it is on its way.
    setTimeout(() => {
      context.prepareForStop();
    });
  },

  terminate(context) {
    context.end();
  },

  async disconnect(context, { terminateDebuggee, suspendDebuggee }, call) {
    if (!context.served) context.dispose();
    else if (terminateDebuggee === true) context.end();
    else await detach(context, suspendDebuggee === true);
    // Nobody listens after this answer, and the process may end: what was asked before it is answered first, and what is kept is written.
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    await Promise.race([Promise.all([call.earlier(), context.closing]), patience]);
  },
} satisfies Handlers;
