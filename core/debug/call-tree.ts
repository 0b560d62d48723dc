/** A tree of calls: for each chain of functions how often its end was called and how many ticks it has run itself. */
import type { Profile, ProfileHistory } from '../protocol/debug-protocol.ts';
import type { CoroutineId } from '../protocol/machine-protocol.ts';

export interface ProfileNode {
  readonly number: number;
  readonly parent: number;
  readonly coroutine: CoroutineId;
  /** Linear address that was called, or where a root's code was met first; 0 for a coroutine. */
  readonly address: number;
  /** Of the handler of an interrupt or exception, else -1. */
  readonly vector: number;
  /** CR3 of a program in ring 3, else 0. */
  readonly cr3: number;
  readonly depth: number;
  self: number;
  calls: number;
  readonly children: Map<number, ProfileNode[]>;
}

const MAX_NODES = 1 << 18;
/** Recursion that is deeper is counted where it is that deep. */
const MAX_DEPTH = 512;

export class CallTree {
  private readonly nodes: ProfileNode[] = [];
  private truncated = false;

  private add(
    from: Pick<ProfileNode, 'parent' | 'coroutine' | 'address' | 'vector' | 'cr3' | 'depth'>,
  ): ProfileNode {
    const node = {
      ...from,
      number: this.nodes.length,
      self: 0,
      calls: 0,
      children: new Map<number, ProfileNode[]>(),
    };
    this.nodes.push(node);
    return node;
  }

  root(coroutine: CoroutineId): ProfileNode {
    return this.add({ parent: -1, coroutine, address: 0, vector: -1, cr3: 0, depth: 0 });
  }

  /** A call of `address`; there is one node for all of a caller's. */
  child(parent: ProfileNode, address: number, vector: number, cr3: number): ProfileNode {
    const siblings = parent.children.get(address);
    const known = siblings?.find((one) => one.vector === vector && one.cr3 === cr3);
    if (known) return known;
    if (parent.depth === MAX_DEPTH || this.nodes.length === MAX_NODES) {
      this.truncated = true;
      return parent;
    }
    const { coroutine, number, depth } = parent;
    const node = this.add({ parent: number, coroutine, address, vector, cr3, depth: depth + 1 });
    if (siblings) siblings.push(node);
    else parent.children.set(address, [node]);
    return node;
  }

  read(haltedTicks: number, history: ProfileHistory): Profile {
    const { nodes, truncated } = this;
    return {
      parents: Int32Array.from(nodes, ({ parent }) => parent),
      coroutines: Int32Array.from(nodes, ({ coroutine }) => coroutine),
      addresses: Uint32Array.from(nodes, ({ address }) => address),
      vectors: Int32Array.from(nodes, ({ vector }) => vector),
      spaces: Uint32Array.from(nodes, ({ cr3 }) => cr3),
      self: Float64Array.from(nodes, ({ self }) => self),
      calls: Float64Array.from(nodes, ({ calls }) => calls),
      ...{ haltedTicks, history, truncated },
    };
  }
}
