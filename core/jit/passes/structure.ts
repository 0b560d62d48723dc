/**
 * Control flow as WebAssembly wants it: nested blocks and loops, by the dominator tree (Ramsey, "Beyond Relooper", ICFP 2022).
 *
 * WebAssembly has no jumps. A block that several others jump forward to ends a WebAssembly block; a block that is jumped
 * back to heads a loop. An edge into the middle of a loop (irreducible control flow) has no such form: it leaves
 * the region, and the machine goes on at its target as it would behind any other exit.
 */
import { type Region, type RegionBlock, targetsOf } from '../region.ts';

/** How one block reaches another one. */
export type EdgeKind = 'inside' | 'forward' | 'back' | 'exit';

export interface Structure {
  /** Jumped back to. */
  readonly loops: ReadonlySet<RegionBlock>;
  /** Blocks that a block dominates and that several edges lead forward to; those that come last in the flow first. */
  merges(block: RegionBlock): readonly RegionBlock[];
  /** `inside`: the target has no other edge, and is written at the place of the jump. */
  edge(from: RegionBlock, to: number): EdgeKind;
}

export function structure(region: Region): Structure {
  const { blocks, at } = region;
  // A branch to the next instruction has two edges to one block: that makes it a merge.
  const successors = blocks.map((block) => targetsOf(block).flatMap((eip) => at.get(eip)?.index ?? []));

  // Reverse postorder by an iterative depth-first walk.
  const order: number[] = [];
  const state = new Uint8Array(blocks.length);
  const stack: { node: number; next: number }[] = [{ node: 0, next: 0 }];
  state[0] = 1;
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const follower = successors[top.node]![top.next++];
    if (follower === undefined) {
      order.push(top.node);
      stack.pop();
    } else if (state[follower] === 0) {
      state[follower] = 1;
      stack.push({ node: follower, next: 0 });
    }
  }
  order.reverse();
  const position = new Int32Array(blocks.length).fill(-1);
  order.forEach((node, n) => (position[node] = n));

  const predecessors: number[][] = blocks.map(() => []);
  for (const node of order) for (const next of successors[node]!) predecessors[next]!.push(node);

  // Immediate dominators (Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm").
  const dominator = new Int32Array(blocks.length).fill(-1);
  dominator[0] = 0;
  const common = (a: number, b: number) => {
    let x = a;
    let y = b;
    while (x !== y) {
      while (position[x]! > position[y]!) x = dominator[x]!;
      while (position[y]! > position[x]!) y = dominator[y]!;
    }
    return x;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const node of order) {
      if (node === 0) continue;
      let found = -1;
      for (const before of predecessors[node]!)
        if (dominator[before] !== -1) found = found === -1 ? before : common(before, found);
      if (dominator[node] === found) continue;
      dominator[node] = found;
      changed = true;
    }
  }
  const dominates = (a: number, b: number) => {
    let node = b;
    while (position[node]! > position[a]!) node = dominator[node]!;
    return node === a;
  };

  const loops = new Set<RegionBlock>();
  const forward = new Int32Array(blocks.length);
  const kinds = new Map<number, EdgeKind>();
  const key = (from: number, to: number) => from * blocks.length + to;
  for (const node of order) {
    for (const next of successors[node]!) {
      if (position[next]! > position[node]!) {
        forward[next]!++;
        kinds.set(key(node, next), 'forward');
      } else if (dominates(next, node)) {
        loops.add(blocks[next]!);
        kinds.set(key(node, next), 'back');
      } else kinds.set(key(node, next), 'exit');
    }
  }
  const merges = new Map<number, RegionBlock[]>();
  for (const node of order) {
    if (forward[node]! < 2) continue;
    const owner = dominator[node]!;
    const list = merges.get(owner) ?? [];
    list.unshift(blocks[node]!);
    merges.set(owner, list);
  }

  return {
    loops,
    merges: ({ index }) => merges.get(index) ?? [],
    edge(from, to) {
      const target = at.get(to);
      if (!target) return 'exit';
      const kind = kinds.get(key(from.index, target.index)) ?? 'exit';
      return kind === 'forward' && forward[target.index] === 1 ? 'inside' : kind;
    },
  };
}
