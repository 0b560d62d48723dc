/** The life of a session: initialize, launch, configurationDone, terminate, disconnect. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AdapterHost, MachinePort } from '../adapter-host.ts';
import { Debuggee } from '../debuggee.ts';
import { AdapterError } from '../errors.ts';
import { readLaunchArguments } from '../launch.ts';
import { planLaunch } from '../launch-plan.ts';
import { OtherEnds } from '../other-ends.ts';
import type { SessionContext } from '../session-context.ts';
import { listenerFor } from '../stops.ts';
import type { Handlers } from './handler.ts';

/** How long a disconnect waits for the answers to earlier requests. */
const PATIENCE_MS = 1000;

const CAPABILITIES: DebugProtocol.Capabilities = {
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
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsClipboardContext: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.', '>', '$', ' '],
};

export const lifecycle = {
  initialize(context, args) {
    context.client = args;
    return CAPABILITIES;
  },

  async launch(context, args) {
    if (context.launched) {
      throw new AdapterError(
        'bad-request',
        'This session has launched a machine already: start another session.',
      );
    }
    context.launched = true;
    await launch(context, args);
  },

  configurationDone: (context) => context.machine().start(context.stopOnEntry),

  terminate(context) {
    context.end();
  },

  async disconnect(context, _args, call) {
    context.dispose();
    // Nobody listens after this answer: what was asked before it is answered first.
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    await Promise.race([call.earlier(), patience]);
  },
} satisfies Handlers;

async function launch(context: SessionContext, args: DebugProtocol.LaunchRequestArguments): Promise<void> {
  const { host } = context;
  const options = await readLaunchArguments(args, host);
  const plan = await planLaunch(options, host, Math.floor(Date.now() / 1000));
  context.plan = plan;
  const debugging = args.noDebug !== true;
  context.stopOnEntry = options.stopOnEntry && debugging;
  for (const warning of plan.warnings) context.output(warning, 'important');
  const ends = await OtherEnds.open(host, plan.ends, {
    report: (text) => {
      context.output(text, 'important');
    },
    line: (bytes) => {
      context.terminals.receiveLine(bytes);
    },
  });
  const port = await workerOf(host).catch(async (error: unknown) => {
    await ends.close();
    throw error;
  });
  context.terminals.start(plan.guests);
  const debuggee = await Debuggee.boot(
    port,
    plan,
    ends,
    debugging,
    context.breakpoints,
    listenerFor(context),
  );
  if (context.ended) {
    debuggee.dispose();
    throw new AdapterError('not-stopped', 'The session was ended while it began.');
  }
  context.debuggee = debuggee;
  context.send('initialized', undefined);
}

async function workerOf(host: AdapterHost): Promise<MachinePort> {
  try {
    return await host.createMachineWorker();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AdapterError('worker-failed', `The machine's worker cannot be started: ${reason}`);
  }
}
