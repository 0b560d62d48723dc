/**
 * From CS:EIP to a block of decoded instructions: fetch with limit check and translation (SDM vol. 3A, 5.3 and 4.6), decoding,
 * and the table from linear address to block that makes this one lookup most of the time.
 */
import type { PhysicalMemory } from '../../memory/physical-memory.ts';
import type { Faults } from '../interrupts/fault.ts';
import type { CpuEvents } from '../env.ts';
import type { Mmu } from '../paging/mmu.ts';
import { Attr, CPL, CS, EIP, type Views } from '../state.ts';
import { Block, type CodeCache } from './code-cache.ts';
import type { Decoder } from './decoder.ts';
import type { Insn } from './insn.ts';

/** Longest block in instructions: bounds what a breakpoint change or an invalidation throws away. */
const MAX_BLOCK = 64;
/** Entries of the table from linear address to block. */
const LINEAR_SLOTS = 1 << 14;
/** Instructions across pages that are remembered. */
const MOST_CROSSING = 4096;

/** Thrown, not an error: the debugger wants to stop before the code is executed. */
export const STOP_AT_NEW_CODE = Symbol('stop at new code');

/**
 * @param events is told of pages before their code is executed, and may stop there
 * @param splits whether a block must begin at this linear address, for there may be a breakpoint
 */
export function createFetch(
  views: Views,
  memory: PhysicalMemory,
  mmu: Mmu,
  decoder: Decoder,
  cache: CodeCache,
  faults: Faults,
  splits: (linear: number) => boolean,
  events: Pick<CpuEvents, 'newCode' | 'watchedCode'>,
): () => Block {
  const { state, segBase, segLimit, segAttr } = views;
  const { watchedCode } = events;

  // From linear address to block: valid while the TLB generation and the mode are the same.
  const slotLinear = new Int32Array(LINEAR_SLOTS);
  const slotGeneration = new Int32Array(LINEAR_SLOTS);
  const slotMode = new Uint8Array(LINEAR_SLOTS);
  const slotBlock: (Block | undefined)[] = new Array<Block | undefined>(LINEAR_SLOTS).fill(undefined);

  /** Reads code inside one page of RAM at full speed; thrown at the page's end. */
  const PAGE_END = Symbol('end of page');
  let position = 0;
  let pageEnd = 0;
  const pageReader = {
    next(): number {
      if (position === pageEnd) throw PAGE_END;
      return memory.bytes[position++];
    },
  };

  function decodeBlock(physical: number, linear: number, wide: boolean): Block | undefined {
    const insns: Insn[] = [];
    position = physical;
    pageEnd = Math.min((physical & -0x1000) + 0x1000, memory.size);
    let size = 0;
    try {
      while (insns.length < MAX_BLOCK) {
        if (size > 0 && splits(linear + size)) break;
        const { insn, length, ends } = decoder.decode(pageReader, wide);
        insn.start = size;
        insn.end = size + length;
        insn.index = insns.length;
        size += length;
        insns.push(insn);
        if (ends || position === pageEnd) break;
      }
    } catch (error) {
      if (error !== PAGE_END) throw error;
      if (insns.length === 0) return undefined;
    }
    return new Block(physical, size, insns, splits(linear));
  }

  /** Bytes one at a time with limit check and translation, for code that crosses a page or lies outside RAM. */
  let slowOffset = 0;
  const slowReader = {
    next(): number {
      if (slowOffset >>> 0 > segLimit[CS]) faults.gp(0);
      const physical = mmu.translateFetch((segBase[CS] + slowOffset) | 0, state[CPL] === 3);
      slowOffset = (slowOffset + 1) | 0;
      return memory.read(physical, 1);
    },
  };
  function decodeSlow(wide: boolean): Block {
    slowOffset = state[EIP];
    const { insn, length } = decoder.decode(slowReader, wide);
    insn.end = length;
    const linear = (segBase[CS] + state[EIP]) | 0;
    return new Block(0, length, [insn], splits(linear));
  }

  /** Instructions that cross a page, by physical address and mode, with the bytes that they were decoded from. */
  const crossing = new Map<number, { readonly bytes: Uint8Array; readonly block: Block }>();

  /** The instruction at CS:EIP, whose first page is RAM: decoded, unless its bytes are those that were decoded before. */
  function decodeCrossing(physical: number, wide: boolean): Block {
    const key = physical * 2 + (wide ? 1 : 0);
    const known = crossing.get(key);
    if (known && matches(known.bytes) && known.block.breakpoint === splits((segBase[CS] + state[EIP]) | 0))
      return known.block;
    const block = decodeSlow(wide);
    slowOffset = state[EIP];
    const bytes = Uint8Array.from({ length: block.size }, () => slowReader.next());
    if (crossing.size === MOST_CROSSING) crossing.clear();
    crossing.set(key, { bytes, block });
    return block;
  }
  /** Reads code until a byte differs: what faults is what would be fetched. */
  function matches(bytes: Uint8Array): boolean {
    slowOffset = state[EIP];
    for (const byte of bytes) if (slowReader.next() !== byte) return false;
    return true;
  }

  /** Code of a page is about to be executed: who waits for it may stop there. */
  function tell(linear: number, physical: number, fresh: boolean): void {
    if (!fresh && watchedCode.pages?.[linear >>> 12] !== 1) return;
    // Not an error: see above.
    if (events.newCode(linear >>> 0, physical, fresh)) throw STOP_AT_NEW_CODE;
  }

  /** The block at CS:EIP. @throws CpuFault when the fetch faults. */
  function fetch(): Block {
    const eip = state[EIP];
    const linear = (segBase[CS] + eip) | 0;
    const wide = (segAttr[CS] & Attr.Big) !== 0;
    const mode = (wide ? 1 : 0) | (state[CPL] === 3 ? 2 : 0);
    const slot = (linear ^ (linear >>> 14)) & (LINEAR_SLOTS - 1);
    let block = slotBlock[slot];
    const known = block?.valid === true && slotLinear[slot] === linear && slotMode[slot] === mode;
    if (block === undefined || !known || slotGeneration[slot] !== mmu.generation()) {
      if (eip >>> 0 > segLimit[CS]) faults.gp(0);
      const physical = mmu.translateFetch(linear, state[CPL] === 3);
      // After a flush of the TLB the same code is mostly still there.
      if (block === undefined || !known || block.physical !== physical) block = cache.find(physical, wide);
      if (!block) {
        if (physical >= memory.size) return decodeSlow(wide);
        tell(linear, physical, !cache.hasPage(physical));
        block = decodeBlock(physical, linear, wide);
        if (!block) return decodeCrossing(physical, wide);
        cache.add(block, wide);
      } else tell(linear, physical, false);
      slotLinear[slot] = linear;
      slotGeneration[slot] = mmu.generation();
      slotMode[slot] = mode;
      slotBlock[slot] = block;
    }
    if ((eip >>> 0) + block.size - 1 > segLimit[CS]) return decodeSlow(wide);
    return block;
  }

  return fetch;
}
