/**
 * Booting the machine of a session, and booting it again: a restart reads the files that the launch names once more, so a
 * kernel that was built meanwhile takes the place of the old one.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AdapterHost } from './adapter-host.ts';
import { Debuggee } from './debuggee.ts';
import { prepareDisassembler } from './disassembly.ts';
import { AdapterError } from './errors.ts';
import { say, type Sentence, tell } from '../core/sentences/say.ts';
import { ownersOf } from './image-owners.ts';
import { keptRegions } from './kept-regions.ts';
import { type LaunchArguments, readLaunchArguments } from './launch.ts';
import { type LaunchPlan, planLaunch } from './launch-plan.ts';
import { OtherEnds } from './other-ends.ts';
import { rebindBreakpoints } from './requests/set-breakpoints.ts';
import type { SessionContext } from './session-context.ts';
import { listenerFor, renewDataBreakpoints } from './stops.ts';
import type { ImageFile } from './stale-sources.ts';
import type { SymbolImage } from './symbols/image.ts';
import { inTurns } from './symbols/pieces.ts';

type LaunchRequest = DebugProtocol.LaunchRequestArguments;

/**
 * Boots what a launch configuration names; the machine of before, if there is one, ends as soon as it is sure that the
 * files are there.
 */
export async function bootMachine(context: SessionContext, args: LaunchRequest): Promise<Debuggee> {
  const { host } = context;
  const options = await readLaunchArguments(args, host);
  const warn = (warning: Sentence) => {
    context.output(tell(warning, context.translate), 'important');
  };
  const plan = await planLaunch(options, host, context.symbols, Math.floor(Date.now() / 1000), warn);
  plan.warnings.forEach(warn);
  const debugging = args.noDebug !== true;
  context.launchArguments = args;
  context.stopOnEntry = options.stopOnEntry && debugging;
  context.lists = options.lists;
  await context.dropMachine();
  const before = context.plan && imagesOf(context.plan);
  context.plan = plan;
  await learnNames(host, args, options);
  context.sources.forget();
  context.sources.stale.begin(builtFiles(context, plan));
  context.tellModules();
  if (before) await tellSources(context, before, imagesOf(plan));
  const ends = await OtherEnds.open(host, plan.ends, {
    report: (sentence) => {
      context.output(tell(sentence, context.translate), 'important');
    },
    line: (bytes) => {
      context.terminals.receiveLine(bytes);
    },
  });
  const port = await context.workers.take(plan.boot).catch(async (error: unknown) => {
    await ends.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new AdapterError('worker-failed', say`The machine's worker cannot be started: ${reason}`);
  });
  context.terminals.start(plan.guests);
  const { breakpoints } = context;
  const kept = keptRegions(host.regionCache, filesOf(plan));
  const booting = Debuggee.boot(port, plan, ends, kept, debugging, breakpoints, listenerFor(context));
  // While the worker is busy and this thread is not.
  if (debugging) prepareDisassembler();
  const debuggee = await booting;
  if (context.ended) {
    await debuggee.dispose();
    throw new AdapterError('not-stopped', say`The session was ended while it began.`);
  }
  context.debuggee = debuggee;
  context.coverage = options.coverage;
  if (options.coverage) await debuggee.request('recordExecution', { on: true });
  context.setCatchpoints(context.catchpoints.wanted);
  await context.sendCatchpoints();
  context.indexImages(plan, debuggee);
  await context.gdb.open(options.gdbPort, debuggee);
  return debuggee;
}

/** What a launch names tells how the client calls the sources beside. */
async function learnNames(host: AdapterHost, args: LaunchRequest, options: LaunchArguments): Promise<void> {
  const { cwd } = args as { readonly cwd?: unknown };
  if (typeof cwd === 'string') await host.named?.(cwd, true);
  const files = [...options.programs, options.symbols, ...options.guests.map(({ kernel }) => kernel)];
  for (const path of files) if (path !== undefined) await host.named?.(path);
}

/** The files of a plan's programs. The host kernel that comes with the adapter is what its sources say. */
function builtFiles({ symbols }: SessionContext, plan: LaunchPlan): ImageFile[] {
  const images = ownersOf(plan).map(({ image }) => image);
  const embedded = plan.hostPath === undefined ? plan.hostImage : undefined;
  return [...new Set(images)].flatMap((image) => {
    const path = image === embedded ? undefined : symbols.pathOf(image);
    return path === undefined ? [] : [{ image, path }];
  });
}

type Images = ReadonlySet<SymbolImage>;

/** Tells which sources have come and gone with a restart. Images that have not changed are the same objects. */
async function tellSources(context: SessionContext, old: Images, now: Images): Promise<void> {
  const gone = await sourcesOf([...old].filter((image) => !now.has(image)));
  const come = await sourcesOf([...now].filter((image) => !old.has(image)));
  for (const file of gone)
    if (!come.has(file))
      context.send('loadedSource', { reason: 'removed', source: context.sources.of(file) });
  for (const file of come)
    if (!gone.has(file)) context.send('loadedSource', { reason: 'new', source: context.sources.of(file) });
}

/** Whoever boots the same files runs the same code. */
const filesOf = ({ boot: { kernel, modules }, hostPath, guests }: LaunchPlan): string[] => [
  hostPath ?? '',
  ...guests.map(({ path }) => path ?? ''),
  ...[kernel, ...modules].map(({ name }) => name),
];

const imagesOf = (plan: LaunchPlan): Images => new Set(ownersOf(plan).map(({ image }) => image));

async function sourcesOf(images: readonly SymbolImage[]): Promise<Set<string>> {
  const files = new Set<string>();
  for (const image of images) for (const file of await inTurns(image.listSources())) files.add(file);
  return files;
}

/** Boots again and goes on as after a launch, with the breakpoints that there are. */
export async function restartMachine(context: SessionContext, args: LaunchRequest): Promise<void> {
  if (context.restarting) throw new AdapterError('not-stopped', say`The machine is being restarted already.`);
  context.restarting = true;
  try {
    const booting = bootMachine(context, args);
    context.coming = booting.catch(() => undefined);
    const debuggee = await booting;
    await inTurns(context.breakpoints.searchAgain());
    rebindBreakpoints(context);
    await renewDataBreakpoints(context);
    await context.sendCatchpoints();
    await debuggee.armed.send();
    if (!context.stopOnEntry) context.send('continued', { threadId: 1, allThreadsContinued: true });
    await debuggee.start(context.stopOnEntry);
  } finally {
    context.restarting = false;
    context.coming = undefined;
  }
}
