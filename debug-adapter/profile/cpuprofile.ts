/**
 * The core's profile as a .cpuprofile, the JSON of Chrome's and Node's profilers that VS Code shows. Sums are exact: all ticks of a function,
 * 10 virtual nanoseconds each. Samples are the history: slice by slice, each node that ran in it is one sample as long as its ticks there,
 * in the order of the tree. Each coroutine is a node of its own at the top.
 *
 * Format: Chrome DevTools Protocol, domain Profiler, type Profile.
 */
import type { Profile, ProfileHistory } from '../../core/protocol/debug-protocol.ts';
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';

export interface CallFrame {
  readonly functionName: string;
  /** The source, or empty. */
  readonly url: string;
  /** From 0; -1 for unknown. */
  readonly lineNumber: number;
  readonly columnNumber: number;
  readonly scriptId: string;
}
export interface CpuProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  /** Ticks, of all samples. */
  hitCount: number;
  readonly children: number[];
}
export interface CpuProfile {
  readonly nodes: readonly CpuProfileNode[];
  /**
   * Microseconds of virtual time.
   * @fractions
   */
  readonly startTime: number;
  /** @fractions */
  readonly endTime: number;
  /** Nodes by their ids. */
  readonly samples: readonly number[];
  /**
   * Of each sample, from the beginning of the one before.
   * @fractions
   */
  readonly timeDeltas: readonly number[];
}

/** Where the code at an address is. */
export interface ProfiledPlace {
  readonly name: string;
  readonly file: string | undefined;
  /** From 1; 0 for unknown. */
  readonly line: number;
}

export interface ProfileNames {
  coroutine(id: CoroutineId): string;
  /** @param cr3 of a program in ring 3, else 0 */
  place(coroutine: CoroutineId, address: number, cr3: number): ProfiledPlace;
}

const TICKS_PER_MICROSECOND = 100;

const frame = (functionName: string, url = '', line = 0): CallFrame => ({
  ...{ functionName, url, scriptId: '0' },
  ...{ lineNumber: line - 1, columnNumber: line > 0 ? 0 : -1 },
});

/** Calls of one function by one caller are one node, also where its first known address was in its middle. */
export function toCpuProfile(profile: Profile, names: ProfileNames): CpuProfile {
  const nodes: CpuProfileNode[] = [];
  const byKey = new Map<string, CpuProfileNode>();
  function node(parent: CpuProfileNode | undefined, callFrame: CallFrame): CpuProfileNode {
    const key = `${parent?.id ?? 0} ${callFrame.functionName} ${callFrame.url} ${callFrame.lineNumber}`;
    const known = byKey.get(key);
    if (known) return known;
    const fresh = { id: nodes.length + 1, callFrame, hitCount: 0, children: [] };
    nodes.push(fresh);
    byKey.set(key, fresh);
    parent?.children.push(fresh.id);
    return fresh;
  }
  const root = node(undefined, frame('(root)'));
  const made: CpuProfileNode[] = [];
  profile.parents.forEach((parent, n) => {
    const coroutine = profile.coroutines[n];
    const own =
      parent < 0
        ? node(root, frame(names.coroutine(coroutine)))
        : node(
            made[parent],
            frameOf(names, coroutine, profile.addresses[n], profile.spaces[n], profile.vectors[n]),
          );
    own.hitCount += profile.self[n];
    made.push(own);
  });
  const halted = profile.haltedTicks > 0 ? node(root, frame('(halted)')) : root;
  halted.hitCount += profile.haltedTicks;
  const ofHistory = (number: number) => (number < 0 ? halted : made[number]);
  return { nodes, ...samplesOf(profile.history, ofHistory, ranksOf(nodes, root)) };
}

function frameOf(
  names: ProfileNames,
  coroutine: CoroutineId,
  address: number,
  cr3: number,
  vector: number,
): CallFrame {
  const { name, file, line } = names.place(coroutine, address, cr3);
  return frame(vector < 0 ? name : `${name} (interrupt 0x${vector.toString(16)})`, file, line);
}

/** Places of nodes in the order of the tree, callers before whom they call, by their ids. */
function ranksOf(nodes: readonly CpuProfileNode[], root: CpuProfileNode): Uint32Array {
  const ranks = new Uint32Array(nodes.length + 1);
  const waiting = [root];
  let rank = 0;
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    ranks[one.id] = rank++;
    for (const child of [...one.children].reverse()) waiting.push(nodes[child - 1]);
  }
  return ranks;
}

/** A sample lasts until the next one begins. @param nodeOf of a node of the core's tree */
function samplesOf(
  { nodes, ticks, slices }: ProfileHistory,
  nodeOf: (number: number) => CpuProfileNode,
  ranks: Uint32Array,
): Omit<CpuProfile, 'nodes'> {
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  let now = 0;
  let before = 0;
  slices.forEach((start, n) => {
    const sums = new Map<number, number>();
    for (let at = start; at < (slices[n + 1] ?? nodes.length); at++) {
      const { id } = nodeOf(nodes[at]);
      sums.set(id, (sums.get(id) ?? 0) + ticks[at]);
    }
    for (const [id, spent] of [...sums].sort(([a], [b]) => ranks[a] - ranks[b])) {
      if (samples.at(-1) !== id) {
        samples.push(id);
        timeDeltas.push((now - before) / TICKS_PER_MICROSECOND);
        before = now;
      }
      now += spent;
    }
  });
  return { startTime: 0, endTime: now / TICKS_PER_MICROSECOND, samples, timeDeltas };
}
