/**
 * Decoded blocks, keyed by physical address, and their precise invalidation.
 *
 * A block is a straight run of instructions inside one physical page. A write to a page that holds code asks for the
 * 64-byte chunks it touches first, so data that lives beside code costs one bit test (see `PageFlag.Code` for how such
 * writes arrive here).
 */
import { PageFlag } from '../../memory/layout.ts';
import type { PhysicalMemory } from '../../memory/physical-memory.ts';
import type { Insn } from './insn.ts';

export class Block {
  /** Cleared when any of its bytes is written. */
  valid = true;
  constructor(
    readonly physical: number,
    /** Length in bytes. */
    readonly size: number,
    readonly insns: readonly Insn[],
    /** A breakpoint may lie on the first instruction. */
    readonly breakpoint: boolean,
  ) {}
}

interface PageCode {
  blocks: Block[];
  /** One bit for each 64-byte chunk that holds code: chunks 0-31 and 32-63. */
  chunks: [number, number];
}

export interface CodeCache {
  find(physical: number, wide: boolean): Block | undefined;
  add(block: Block, wide: boolean): void;
  /** Drops the blocks that overlap a written range inside one page. Returns whether there were any. */
  invalidate(physical: number, length: number): boolean;
  clear(): void;
}

export function createCodeCache(memory: PhysicalMemory, onNewPage: (page: number) => void): CodeCache {
  const blocks = new Map<number, Block>();
  const pages = new Map<number, PageCode>();
  const key = (physical: number, wide: boolean) => physical * 2 + (wide ? 1 : 0);

  /** Bits of the chunks that [offset, offset + length) touches, as two words. */
  function chunkBits(offset: number, length: number): [number, number] {
    const bits: [number, number] = [0, 0];
    for (let chunk = offset >>> 6; chunk <= (offset + length - 1) >>> 6 && chunk < 64; chunk++) {
      bits[chunk >> 5] |= 1 << (chunk & 31);
    }
    return bits;
  }

  function dropKeys(block: Block): void {
    for (const wide of [false, true]) {
      if (blocks.get(key(block.physical, wide)) === block) blocks.delete(key(block.physical, wide));
    }
  }

  return {
    find: (physical, wide) => blocks.get(key(physical, wide)),
    add(block, wide) {
      const page = block.physical >>> 12;
      let code = pages.get(page);
      if (!code) {
        code = { blocks: [], chunks: [0, 0] };
        pages.set(page, code);
        memory.pageFlags[page] |= PageFlag.Code;
        onNewPage(page);
      }
      code.blocks.push(block);
      const [low, high] = chunkBits(block.physical & 0xfff, block.size);
      code.chunks[0] |= low;
      code.chunks[1] |= high;
      blocks.set(key(block.physical, wide), block);
    },
    invalidate(physical, length) {
      let any = false;
      for (let page = physical >>> 12; page <= (physical + length - 1) >>> 12; page++) {
        const code = pages.get(page);
        if (!code) continue;
        const from = Math.max(physical, page << 12);
        const to = Math.min(physical + length, (page + 1) << 12);
        const [low, high] = chunkBits(from & 0xfff, to - from);
        if ((code.chunks[0] & low) === 0 && (code.chunks[1] & high) === 0) continue;
        const kept: Block[] = [];
        const chunks: [number, number] = [0, 0];
        for (const block of code.blocks) {
          if (block.physical < to && from < block.physical + block.size) {
            block.valid = false;
            dropKeys(block);
            any = true;
          } else {
            kept.push(block);
            const [l, h] = chunkBits(block.physical & 0xfff, block.size);
            chunks[0] |= l;
            chunks[1] |= h;
          }
        }
        code.blocks = kept;
        code.chunks = chunks;
        if (kept.length === 0) {
          pages.delete(page);
          memory.pageFlags[page] &= ~PageFlag.Code;
        }
      }
      return any;
    },
    clear() {
      for (const block of blocks.values()) block.valid = false;
      blocks.clear();
      for (const page of pages.keys()) memory.pageFlags[page] &= ~PageFlag.Code;
      pages.clear();
    },
  };
}
