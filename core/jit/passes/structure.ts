/**
 * Control flow as WebAssembly wants it: nested blocks and loops, by the dominator tree (Ramsey, "Beyond Relooper", ICFP 2022).
 *
 * WebAssembly has no jumps. A block that several others jump forward to ends a WebAssembly block; a block that is jumped
 * back to heads a loop. A cycle that is entered in several places (irreducible control flow) has no such form: its entries
 * are reached through the dispatcher, a loop around the whole region that branches by a table.
 */
import { type FoundRegion, type Region, type RegionBlock, targetsOf } from '../region.ts';

/** How one block reaches another one. */
export type EdgeKind = 'inside' | 'forward' | 'back' | 'dispatch' | 'exit';

export interface Structure {
  /** Jumped back to. */
  readonly loops: ReadonlySet<RegionBlock>;
  /** What the dispatcher branches to, the region's entry first; empty if there is no need of one. */
  readonly dispatched: readonly RegionBlock[];
  /** Blocks that a block, or the dispatcher, dominates and that several edges lead forward to; those that come last in the flow first. */
  merges(block: RegionBlock | 'dispatcher'): readonly RegionBlock[];
  /** `inside`: the target has no other edge, and is written at the place of the jump. */
  edge(from: RegionBlock, to: number): EdgeKind;
}

type Graph = readonly (readonly number[])[];

/** The nodes that can be reached from `root`, in reverse postorder. */
function reversePostorder(successors: Graph, root: number): number[] {
  const order: number[] = [];
  const seen = new Uint8Array(successors.length);
  const stack = [{ node: root, next: 0 }];
  seen[root] = 1;
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const follower = successors[top.node]![top.next++];
    if (follower === undefined) {
      order.push(top.node);
      stack.pop();
    } else if (seen[follower] === 0) {
      seen[follower] = 1;
      stack.push({ node: follower, next: 0 });
    }
  }
  return order.reverse();
}

interface Dominators {
  readonly order: readonly number[];
  /** Of each node in `order`; -1 if it cannot be reached. */
  readonly position: Int32Array;
  readonly immediate: Int32Array;
  dominates(a: number, b: number): boolean;
}

/** Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm". */
function findDominators(successors: Graph, root: number): Dominators {
  const order = reversePostorder(successors, root);
  const position = new Int32Array(successors.length).fill(-1);
  order.forEach((node, n) => (position[node] = n));
  const predecessors: number[][] = successors.map(() => []);
  for (const node of order) for (const next of successors[node]!) predecessors[next]!.push(node);

  const immediate = new Int32Array(successors.length).fill(-1);
  immediate[root] = root;
  const common = (a: number, b: number) => {
    let x = a;
    let y = b;
    while (x !== y) {
      while (position[x]! > position[y]!) x = immediate[x]!;
      while (position[y]! > position[x]!) y = immediate[y]!;
    }
    return x;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const node of order) {
      if (node === root) continue;
      let found = -1;
      for (const before of predecessors[node]!)
        if (immediate[before] !== -1) found = found === -1 ? before : common(before, found);
      if (immediate[node] === found) continue;
      immediate[node] = found;
      changed = true;
    }
  }
  const dominates = (a: number, b: number) => {
    let node = b;
    while (position[node]! > position[a]!) node = immediate[node]!;
    return node === a;
  };
  return { order, position, immediate, dominates };
}

/** How many times the graph is looked at again for one more entry of a cycle; then all that are left are taken together. */
const ROUNDS = 8;

/** Entries of cycles which do not dominate all of them, and so cannot head a WebAssembly loop. */
function secondEntries(successors: Graph, dominators: Dominators, dispatched: readonly number[]): number[] {
  const { order, position, dominates } = dominators;
  const found = new Set<number>();
  for (const node of order)
    // The dispatcher, which has no entry here, is behind nothing.
    for (const next of successors[node] ?? [])
      if (position[next]! <= position[node]! && !dominates(next, node) && !dispatched.includes(next))
        found.add(next);
  return [...found];
}

/** The dominators, when all entries of cycles that need it are reached from a dispatcher, the last node, as well. */
function untangle(blockSuccessors: Graph) {
  const entry = 0;
  const dispatcher = blockSuccessors.length;
  const dispatched: number[] = [];
  let dominators = findDominators(blockSuccessors, entry);
  for (let round = 0; ; round++) {
    const found = secondEntries(blockSuccessors, dominators, dispatched);
    if (found.length === 0) return { dispatcher, dispatched, dominators };
    if (dispatched.length === 0) dispatched.push(entry);
    dispatched.push(...(round < ROUNDS ? found.slice(0, 1) : found));
    dominators = findDominators([...blockSuccessors, dispatched], dispatcher);
  }
}

// A branch to the next instruction has two edges to one block: that makes it a merge.
function graphOf({ blocks, at }: FoundRegion): number[][] {
  return blocks.map((block) => {
    const successors: number[] = [];
    for (const eip of targetsOf(block)) {
      const target = at.get(eip);
      if (target) successors.push(target.index);
    }
    return successors;
  });
}

/** The entries of cycles that need a dispatcher, by position, and the first block's in front of them; -1 in `position` is what is not reached. */
export function tangleOf(region: FoundRegion): {
  readonly dispatched: readonly number[];
  readonly position: Int32Array;
} {
  const { dispatched, dominators } = untangle(graphOf(region));
  return { dispatched, position: dominators.position };
}

export function structure(region: Region): Structure {
  const { blocks, at } = region;
  const successors = graphOf(region);
  const { dispatcher, dispatched, dominators } = untangle(successors);
  const { order, position, immediate, dominates } = dominators;

  const loops = new Set<RegionBlock>();
  const forward = new Array<number>(blocks.length).fill(0);
  const kinds = new Map<number, EdgeKind>();
  const key = (from: number, to: number) => from * blocks.length + to;
  for (const node of order) {
    if (node === dispatcher) continue;
    for (const next of successors[node]!) {
      let kind: EdgeKind = 'dispatch';
      if (position[next]! > position[node]!) {
        forward[next]!++;
        kind = 'forward';
      } else if (dominates(next, node)) {
        loops.add(blocks[next]!);
        kind = 'back';
      }
      kinds.set(key(node, next), kind);
    }
  }
  // The dispatcher branches by labels.
  for (const node of dispatched) forward[node] = Infinity;
  const merges = new Map<number, RegionBlock[]>();
  for (const node of order) {
    if (node === dispatcher || forward[node]! < 2) continue;
    const owner = immediate[node]!;
    const list = merges.get(owner) ?? [];
    list.unshift(blocks[node]!);
    merges.set(owner, list);
  }

  return {
    loops,
    dispatched: dispatched.map((node) => blocks[node]!),
    merges: (block) => merges.get(block === 'dispatcher' ? dispatcher : block.index) ?? [],
    edge(from, to) {
      const target = at.get(to);
      if (!target) return 'exit';
      const kind = kinds.get(key(from.index, target.index)) ?? 'exit';
      return kind === 'forward' && forward[target.index] === 1 ? 'inside' : kind;
    },
  };
}
