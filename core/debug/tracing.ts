/**
 * Tells recorders of every block that runs, by coroutine and address space, with what its last instruction is. Off by default:
 * the processor has no tracer until somebody records.
 */
import type { Cpu } from '../cpu/cpu.ts';
import type { Block } from '../cpu/decode/code-cache.ts';
import { Attr, CPL, CR3, CS } from '../cpu/state.ts';
import type { Inspector } from '../machine/inspector.ts';
import type { Passages } from '../machine/passages.ts';
import type { CoroutineId } from '../protocol/machine-protocol.ts';
import { type InstructionKind, instructionKind, poppedBytes } from './instruction-kind.ts';

/** An address space of a coroutine, by the CR3 that it runs under. */
export interface TracedSpace {
  readonly coroutine: CoroutineId;
  readonly cr3: number;
  /** By linear address. A block that was decoded anew with other limits is another one. */
  readonly blocks: Map<number, TracedBlock[]>;
  /** Of code in ring 3, by address. */
  readonly pages: Map<number, TracedPage[]>;
}

/** What a page of code was when something of it ran first. */
export interface TracedPage {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** A block as it runs in one space. */
export interface TracedBlock {
  readonly space: TracedSpace;
  readonly linear: number;
  /** Offsets of its instructions. */
  readonly starts: Uint8Array | Uint16Array;
  readonly ending: InstructionKind;
  /** In ring 3 the page that it began on: programs come and go at the same addresses, and only its bytes tell which of them it was. */
  readonly page: TracedPage | undefined;
  /** For one that ends with a return: bytes that it takes off the stack. */
  readonly pops: number;
  /** How often it was begun, and how often its last instruction went elsewhere. */
  runs: number;
  branches: number;
  /** How often it was left before its end, by the number of instructions that were begun; none if never. */
  short: Float64Array | undefined;
}

export interface Recorder {
  /** A block is about to run. What was delivered meanwhile is in the record of transitions. */
  begin?(block: TracedBlock): void;
  /** As `Tracer.end`. */
  end(block: TracedBlock, count: number, ticks: number, branched: boolean): void;
}

export interface Tracing {
  add(recorder: Recorder): void;
  remove(recorder: Recorder): void;
  spaces(): readonly TracedSpace[];
  /** Blocks or spaces were too many to be kept apart. */
  readonly truncated: () => boolean;
  /** Forgets all that has run. */
  clear(): void;
}

/** Bounds of what a guest can make us keep. */
const MAX_BLOCKS = 1 << 20;
const MAX_SPACES = 1024;
const MAX_PAGES = 4096;
const PAGE = 0x1000;
/** Most bytes of an instruction. */
const MAX_INSTRUCTION = 15;

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, n) => byte === b[n]);

export function createTracing(cpu: Cpu, inspector: Inspector, passages: Passages): Tracing {
  const { state, segAttr } = cpu.views;
  const recorders = new Set<Recorder>();
  let spaces = new Map<number, TracedSpace>();
  let kept = 0;
  let pages = 0;
  let truncated = false;
  let space: TracedSpace | undefined;
  let current: TracedBlock | undefined;

  /** A coroutine is a small number, CR3 has 32 bits. */
  function spaceNow(): TracedSpace {
    const coroutine = passages.current();
    const cr3 = (state[CR3] & -0x1000) >>> 0;
    if (space?.cr3 === cr3 && space.coroutine === coroutine) return space;
    const key = coroutine * 2 ** 32 + cr3;
    space = spaces.get(key);
    if (space) return space;
    space = { coroutine, cr3, blocks: new Map(), pages: new Map() };
    if (spaces.size < MAX_SPACES) spaces.set(key, space);
    else truncated = true;
    return space;
  }

  const read = (at: number, length: number) => inspector.read(inspector.currentSpace(), at >>> 0, length);

  /** The page of an address as it is now; the same one as long as it has the same bytes. */
  function pageOf(linear: number, owner: TracedSpace): TracedPage | undefined {
    const address = (linear & -PAGE) >>> 0;
    const bytes = read(address, PAGE);
    const others = owner.pages.get(address);
    const same = others?.find((page) => isSame(page.bytes, bytes));
    if (same) return same;
    if (pages === MAX_PAGES) {
      truncated = true;
      return undefined;
    }
    pages++;
    const page = { address, bytes };
    if (others) others.push(page);
    else owner.pages.set(address, [page]);
    return page;
  }

  function describe(block: Block, linear: number, owner: TracedSpace): TracedBlock {
    const { insns, lastStart } = block;
    const bytes = read(linear + lastStart, MAX_INSTRUCTION);
    const ending = instructionKind(bytes);
    const wide = (segAttr[CS] & Attr.Big) !== 0;
    return {
      ...{ space: owner, linear, starts: Uint16Array.from(insns, ({ start }) => start), ending },
      page: state[CPL] === 3 ? pageOf(linear, owner) : undefined,
      pops: ending === 'return' ? poppedBytes(bytes, wide) : 0,
      ...{ runs: 0, branches: 0, short: undefined },
    };
  }

  /** The block in the present space, the same one as long as it has the same limits. */
  function find(block: Block, linear: number, owner: TracedSpace): TracedBlock {
    const others = owner.blocks.get(linear);
    const fresh = describe(block, linear, owner);
    const same = others?.find(
      ({ starts, ending, page }) =>
        starts.length === fresh.starts.length &&
        starts.every((at, n) => at === fresh.starts[n]) &&
        ending === fresh.ending &&
        page === fresh.page,
    );
    if (same) return same;
    if (kept === MAX_BLOCKS) truncated = true;
    else {
      kept++;
      if (others) others.push(fresh);
      else owner.blocks.set(linear, [fresh]);
    }
    return fresh;
  }

  function traced(block: Block, linear: number): TracedBlock {
    const owner = spaceNow();
    const known = block.traced as TracedBlock | undefined;
    if (known?.space === owner && known.linear === linear) return known;
    const found = find(block, linear, owner);
    block.traced = found;
    return found;
  }

  const tracer = {
    begin(block: Block, linear: number) {
      current = traced(block, linear);
      for (const recorder of recorders) recorder.begin?.(current);
    },
    end(count: number, ticks: number, branched: boolean) {
      if (current) for (const recorder of recorders) recorder.end(current, count, ticks, branched);
    },
  };

  function update(): void {
    cpu.setTracer(recorders.size > 0 ? tracer : undefined);
  }
  return {
    add(recorder) {
      recorders.add(recorder);
      update();
    },
    remove(recorder) {
      recorders.delete(recorder);
      update();
    },
    spaces: () => [...spaces.values()],
    truncated: () => truncated,
    clear() {
      spaces = new Map();
      space = current = undefined;
      kept = pages = 0;
      truncated = false;
    },
  };
}
