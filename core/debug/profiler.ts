/**
 * The profile: a tree of calls with the instructions that each function itself has run, exact, per coroutine. No samples: a call stack
 * of its own is kept from calls, returns and the processor's transitions.
 *
 * A frame is found again by where its return address lies on the stack, so kernels may switch stacks: a return goes on in whatever
 * task has its address there. A return that no call belongs to (the first run of a task, `longjmp`) begins at the root. Ticks are
 * virtual time: 10 ns each.
 */
import type { Cpu } from '../cpu/cpu.ts';
import { CPL, CR3, Double, ESP, SS } from '../cpu/state.ts';
import type { Passages } from '../machine/passages.ts';
import type { Profile, TransitionRecord } from '../protocol/debug-protocol.ts';
import type { CoroutineId } from '../protocol/machine-protocol.ts';
import { CallTree, type ProfileNode } from './call-tree.ts';
import { History } from './profile-history.ts';
import type { Recorder, Tracing } from './tracing.ts';
import type { Transitions } from './transitions.ts';

export interface Profiler {
  /** Begins anew. */
  start(): void;
  stop(): Profile;
  readonly isOn: () => boolean;
}

interface Frame {
  readonly node: ProfileNode;
  readonly caller: Frame | undefined;
}

/** The frames of a coroutine. */
interface Stacks {
  readonly root: ProfileNode;
  current: Frame;
  /** By where the return address lies; of ring 3 by address space as well. */
  readonly kernel: Map<number, Frame>;
  readonly user: Map<number, Frame>;
  /** Programs that wait for SYSEXIT, by their stack pointer. */
  readonly calling: Map<number, Frame>;
}

/** Frames remembered of one coroutine; a guest could fill any memory with them. */
const MAX_FRAMES = 1 << 18;

export function createProfiler(
  cpu: Cpu,
  passages: Passages,
  transitions: Transitions,
  tracing: Tracing,
): Profiler {
  const { state, doubles, reg32, segBase } = cpu.views;
  let tree = new CallTree();
  let stacks = new Map<CoroutineId, Stacks>();
  let here: Stacks | undefined;
  let owner: CoroutineId = -1;
  /** Transitions that were looked at. */
  let seen = 0;
  let skipped = 0;
  let history = new History();
  /** Of `skipped`, what the history has. */
  let told = 0;
  let on = false;

  const linearStack = (esp: number) => (segBase[SS] + esp) >>> 0;
  /** Of a place on the stack: in ring 3 the address space belongs to it. */
  const slotKey = (address: number) => (state[CPL] === 3 ? (state[CR3] >>> 12) * 2 ** 32 + address : address);
  const framesNow = ({ kernel, user }: Stacks) => (state[CPL] === 3 ? user : kernel);

  function rootFrame(root: ProfileNode, address: number): Frame {
    return { node: tree.child(root, address, -1, userSpace()), caller: undefined };
  }
  const userSpace = () => (state[CPL] === 3 ? (state[CR3] & -0x1000) >>> 0 : 0);

  function stacksOf(coroutine: CoroutineId, linear: number): Stacks {
    let known = stacks.get(coroutine);
    if (!known) {
      const root = tree.root(coroutine);
      known = {
        root,
        current: rootFrame(root, linear),
        kernel: new Map(),
        user: new Map(),
        calling: new Map(),
      };
      stacks.set(coroutine, known);
    }
    return known;
  }

  function keep(frames: Map<number, Frame>, key: number, frame: Frame): void {
    if (frames.size >= MAX_FRAMES) frames.clear();
    frames.set(key, frame);
  }
  function enter(at: Stacks, frames: Map<number, Frame>, key: number, target: number, vector: number): void {
    const { current } = at;
    const frame = { node: tree.child(current.node, target, vector, userSpace()), caller: current };
    frame.node.calls++;
    keep(frames, key, frame);
    at.current = frame;
  }
  function leave(at: Stacks, frames: Map<number, Frame>, key: number): void {
    const frame = frames.get(key);
    frames.delete(key);
    at.current = frame?.caller ?? rootFrame(at.root, cpu.linearEip());
  }

  /** Where the return address of an entry lies: above an error code. */
  const entrySlot = ({ kind, errorCode, to }: TransitionRecord) =>
    linearStack(to.esp + (errorCode >= 0 && kind === 'exception' ? 4 : 0));

  function follow(at: Stacks, record: TransitionRecord): void {
    const { kind, vector, from, to, cr3 } = record;
    switch (kind) {
      case 'exception':
      case 'interrupt':
      case 'nmi':
      case 'software-interrupt':
      case 'call-gate':
        enter(at, at.kernel, entrySlot(record), to.eip, kind === 'call-gate' ? -1 : vector);
        return;
      case 'interrupt-return':
      case 'far-return':
        leave(at, at.kernel, linearStack(from.esp));
        return;
      case 'sysenter':
        enter(at, at.calling, (cr3 >>> 12) * 2 ** 32 + from.esp, to.eip, -1);
        return;
      case 'sysexit':
        leave(at, at.calling, (cr3 >>> 12) * 2 ** 32 + to.esp);
        return;
      case 'task-switch':
        at.current = rootFrame(at.root, cpu.linearEip());
    }
  }
  function followAll(at: Stacks): void {
    const count = transitions.count();
    if (count === seen) return;
    for (const record of transitions.since(seen, count - seen)) follow(at, record);
    seen = count;
  }

  function tellHalted(): void {
    const now = doubles[Double.Skipped];
    if (now > told) history.note(-1, now - told);
    told = now;
  }

  const recorder: Recorder = {
    begin({ linear }) {
      // What was delivered before belongs to whoever owned the processor then.
      if (here) followAll(here);
      else seen = transitions.count();
      const now = passages.current();
      if (here && now === owner) return;
      owner = now;
      here = stacksOf(now, linear);
    },
    end({ ending, pops }, _count, ticks, branched) {
      if (!here) return;
      here.current.node.self += ticks;
      tellHalted();
      if (ticks > 0) history.note(here.current.node.number, ticks);
      if (transitions.count() !== seen) {
        followAll(here);
        return;
      }
      if (!branched) return;
      const stack = linearStack(reg32[ESP]);
      if (ending === 'call') enter(here, framesNow(here), slotKey(stack), cpu.linearEip(), -1);
      else if (ending === 'return') leave(here, framesNow(here), slotKey((stack - pops) >>> 0));
    },
  };

  return {
    start() {
      tree = new CallTree();
      stacks = new Map();
      here = undefined;
      skipped = told = doubles[Double.Skipped];
      history = new History();
      tracing.add(recorder);
      on = true;
    },
    stop() {
      tracing.remove(recorder);
      on = false;
      tellHalted();
      return tree.read(doubles[Double.Skipped] - skipped, history.read());
    },
    isOn: () => on,
  };
}
