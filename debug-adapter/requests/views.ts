/** What views show of the machine's tables and records: the requests `colinux/…` that look (docs/protocol.md). */
import { coOperation, nameOf } from '../../core/abi/abi.ts';
import type { PageWalk } from '../../core/protocol/debug-protocol.ts';
import { HOST } from '../../core/protocol/machine-protocol.ts';
import { unpackSwitches, unpackTransitions } from '../../core/protocol/packed-records.ts';
import type { TrafficItem } from '../../core/protocol/traffic-protocol.ts';
import { threadOf } from '../coroutines.ts';
import { threadOfTask } from '../awareness/awareness.ts';
import { toBase64 } from '../base64.ts';
import { lastBranches, rings, switches } from '../console/records.ts';
import { styleFor } from '../console/style.ts';
import type { KernelBody, MappingsBody, ThreadArguments } from '../custom-protocol.ts';
import { coverageOfSession } from '../coverage/session-coverage.ts';
import { deviceNodes } from '../devices/device-nodes.ts';
import { guestUnits } from '../devices/guest-units.ts';
import { guestFrames, withOwners } from '../frame-owners.ts';
import { flagsText } from '../mapping-flags.ts';
import { AdapterError } from '../errors.ts';
import { say, tell } from '../../core/sentences/say.ts';
import { packRanges } from '../packed-mappings.ts';
import { landmarksOf, regionsOf } from '../regions.ts';
import { symbolText } from '../symbol-text.ts';
import { placeOf } from '../memory-reference.ts';
import { faultReason } from '../page-words.ts';
import { switchSymbols, transitionSymbols } from '../transition-symbols.ts';
import type { SessionContext } from '../session-context.ts';
import type { Handlers } from './handler.ts';

const RECORDS = { switches, rings, 'last-branches': lastBranches };

/** What is mapped in the address space of a thread. */
async function mappingsOf(context: SessionContext, args: ThreadArguments): Promise<MappingsBody> {
  context.looking();
  const { coroutines, request } = context.machine();
  const { coroutine, cr3, away } = context.spaceOf(args);
  const space = { kind: 'coroutine', coroutine, ...(away && { cr3 }) } as const;
  const { truncated, ...ranges } = await request('mappings', { space });
  const mappings = regionsOf(ranges, landmarksOf(coroutines, coroutine, cr3, context.translate));
  return { cr3, mappings: withOwners(mappings, await guestFrames(context.machine())), truncated };
}

export const views = {
  async 'colinux/sample'(context, { threadId, expressions }) {
    const machine = context.machine();
    const [first] = context.plan?.guests ?? [];
    const coroutine = threadId === undefined ? (first ? 1 : HOST) : context.thread({ threadId });
    const values: { text?: string; error?: string }[] = [];
    for (const expression of expressions)
      values.push(
        await machine.sample(coroutine, expression).then(
          (text) => ({ text }),
          (thrown: unknown) => ({ error: context.failureText(thrown) }),
        ),
      );
    return { values };
  },

  'colinux/pageWalk'(context, { memoryReference, access = 'read', user = false }) {
    const machine = context.machine();
    const { address, space } = placeOf(memoryReference, 0, machine.coroutines.current);
    const params = { space, address, access: { kind: access, user } };
    const told = (walk: PageWalk) => {
      const reason = faultReason(walk);
      return reason === undefined ? walk : { ...walk, reason: tell(reason, context.translate) };
    };
    const known = machine.known('pageWalk', params);
    return known ? told(known) : machine.request('pageWalk', params).then(told);
  },

  'colinux/mappings': mappingsOf,

  async 'colinux/packedMappings'(context, args) {
    const { cr3, mappings, truncated } = await mappingsOf(context, args);
    return { cr3, ...packRanges(mappings), truncated };
  },

  async 'colinux/reverseMap'(context, { physical }) {
    const { mappings } = await context.machine().request('reverseMap', { physical: physical >>> 0 });
    return {
      mappings: mappings.map(({ cr3, coroutine, linear, flags }) => ({
        cr3,
        ...(coroutine >= 0 && { threadId: threadOf(coroutine) }),
        linear,
        flags: flagsText(flags),
      })),
    };
  },

  'colinux/coverage': (context) => coverageOfSession(context),

  'colinux/sourceAt'(context, { memoryReference }) {
    const { coroutines } = context.machine();
    const { address, coroutine, space } = placeOf(memoryReference, 0, coroutines.current);
    const cr3 = space.kind === 'coroutine' ? space.cr3 : undefined;
    const found = space.kind === 'physical' ? undefined : coroutines.resolve(coroutine, address, cr3);
    const at = found?.image.lineAt((address - found.bias) >>> 0);
    if (!at || at.line <= 0)
      throw new AdapterError('bad-address', say`Nothing is known of the source of ${memoryReference}.`);
    return { path: context.sources.of(at.file).path ?? at.file, line: at.line, column: at.column };
  },

  async 'colinux/devices'(context) {
    const { devices } = await context.machine().request('devices', {});
    return { devices: deviceNodes(devices, (one) => tell(one, context.translate)) };
  },

  async 'colinux/traffic'(context, range) {
    const { traffic, count, waiting } = await context.machine().request('traffic', range);
    const { guests = [], boot } = context.plan ?? {};
    const units = guestUnits(boot?.modules.slice(0, guests.length) ?? []);
    const ofUnit = <T extends TrafficItem>(item: T) => {
      const unit = units.get(item.device);
      return { ...item, ...(unit !== undefined && { unit }) };
    };
    return { count, traffic: traffic.map(ofUnit), waiting: waiting.map(ofUnit) };
  },

  async 'colinux/capture'(context) {
    const { bytes, packets } = await context.machine().request('capture', {});
    return { data: toBase64(bytes), packets };
  },

  async 'colinux/tasks'(context) {
    const { coroutines } = context.machine();
    const known = context.awarenessAtStop;
    const kernels: KernelBody[] = [];
    for (const coroutine of coroutines.all) {
      const current = coroutine === coroutines.current;
      const operation = current ? undefined : coroutines.operationOf(coroutine);
      const memory = await known?.memoryOf(coroutine);
      const hasLog = known?.hasLog(coroutine) ?? false;
      kernels.push({
        ...{
          threadId: threadOf(coroutine),
          coroutine,
          name: tell(coroutines.title(coroutine), context.translate),
          current,
          hasLog,
        },
        ...(operation !== undefined && { operation }),
        ...(memory && { memory }),
      });
    }
    const tasks = (await context.tasks()).map((task) => {
      const { coroutine, id, name, state, waitsFor, current, ofKernel } = task;
      return {
        ...{ threadId: threadOfTask(task), coroutine, id, name, state, current, ofKernel },
        ...(waitsFor !== undefined && { waitsFor }),
      };
    });
    return { kernels, tasks };
  },

  async 'colinux/kernelLog'(context, args) {
    context.looking();
    const text = await context.awarenessAtStop?.logOf(context.thread(args));
    if (text === undefined)
      throw new AdapterError(
        'bad-request',
        say`Nothing is known of the log of this kernel (docs/awareness.md).`,
      );
    return { text };
  },

  async 'colinux/recordText'(context, { record, most }) {
    const machine = context.machine();
    return {
      text: await RECORDS[record].run(
        { machine, style: styleFor(false), tell: (one) => tell(one, context.translate) },
        String(most),
      ),
    };
  },

  async 'colinux/transitions'(context, range) {
    const { coroutines, request } = context.machine();
    const { transitions, count } = await request('transitions', range);
    return {
      count,
      transitions: unpackTransitions(transitions).map((one) => ({
        ...one,
        ...transitionSymbols(coroutines, one),
      })),
    };
  },

  async 'colinux/switches'(context, { first = -4096, most = 4096 } = {}) {
    const { coroutines, request } = context.machine();
    const { switches, count } = await request('switches', { first, most });
    return {
      count,
      switches: unpackSwitches(switches).map((one) => ({
        ...one,
        operationName: nameOf(coOperation, one.operation),
        ...switchSymbols(coroutines, one),
      })),
    };
  },

  'colinux/spaceLoads': (context, range) => context.machine().request('spaceLoads', range),

  async 'colinux/branches'(context, { most }) {
    const { coroutines, request } = context.machine();
    const { branches } = await request('branches', { most });
    const name = (address: number) => symbolText(coroutines, coroutines.current, address);
    return {
      branches: branches.map(({ from, to }) => {
        const [fromSymbol, toSymbol] = [name(from), name(to)];
        return {
          from,
          to,
          ...(fromSymbol !== undefined && { fromSymbol }),
          ...(toSymbol !== undefined && { toSymbol }),
        };
      }),
    };
  },
} satisfies Handlers;
