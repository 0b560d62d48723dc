/**
 * Finds the region of a hot block: the blocks that have been executed and can be reached from it by jumps, calls and returns,
 * as many as the limits allow. What the interpreter has decoded and counted is all that is looked at: code that has
 * not run is not translated, and a breakpoint's block stays with the interpreter.
 */
import type { Block } from '../cpu/decode/code-cache.ts';
import { insideOf, terminatorOf } from './lift-region.ts';
import { type Mode, narrowed } from './mode.ts';
import { type FoundBlock, type FoundRegion, regionOf, targetsOf } from './region.ts';
import type { TranslatorOptions } from './tier.ts';

/**
 * The decoded block at an EIP in the present address space, if there is one that may be translated.
 * @param runsOn what has run goes on there without a branch: it has run as often, though nobody has counted it
 */
export type FindBlock = (eip: number, runsOn: boolean) => Block | undefined;

export interface RegionLimits extends Pick<TranslatorOptions, 'misses'> {
  /** Has a block, beside the first, run often enough? */
  isWarm(block: Block): boolean;
  readonly instructions: number;
  /** Is there a region that begins at a function? Then it is called, by chains there and back. */
  readonly isApart: (eip: number) => boolean;
}

type Found = Pick<FoundBlock, 'eip' | 'source' | 'terminator'>;

/** STI: what stands behind it belongs to it, for the interpreter runs that by itself, and counts it nowhere. */
const allowsInterrupts = (
  found: Found,
): found is Found & { readonly terminator: { readonly next: number } } =>
  found.terminator.kind === 'flags' && found.terminator.what === 'allow-interrupts';

/** A run of instructions that is longer than a block: what comes next is no block that anybody has begun. */
const runsOn = <B extends Found>(found: B): found is B & { readonly terminator: { readonly next: number } } =>
  found.terminator.kind === 'fall';

/** Where a run of instructions goes on that the region has the beginning of, and not all. */
export const unfinished = ({ blocks, at }: FoundRegion): readonly number[] =>
  blocks.filter(runsOn).flatMap(({ terminator: { next } }) => (at.has(next) ? [] : [next]));

/** Where a block leads inside of its function: a call is stepped over. */
function localTargets({ terminator, source }: Found): readonly number[] {
  switch (terminator.kind) {
    case 'fall':
    case 'flags':
    case 'interpret-on':
    case 'call':
    case 'indirect-call':
      return [terminator.next];
    case 'jump':
      return [terminator.target];
    case 'branch':
      return [terminator.target, terminator.next];
    case 'indirect-jump':
      return source.targets ?? [];
    case 'return':
    case 'transfer':
    case 'interpret':
      return [];
  }
}

/** What is looked at next after a block: callees first, for they run before what follows the call. */
function reached(found: Found, isApart: (eip: number) => boolean): readonly number[] {
  const { terminator, source } = found;
  if (terminator.kind === 'call')
    return isApart(terminator.target) ? [] : [terminator.target, terminator.next];
  if (terminator.kind === 'indirect-call') return [...(source.targets ?? []), terminator.next];
  return localTargets(found);
}

/** For each return of the region the places behind the calls that it may belong to. */
function returnSites(found: ReadonlyMap<number, Found>): Map<Found, number[]> {
  const sites = new Map<Found, number[]>();
  const returnsOf = new Map<number, Found[]>();
  function returnsFrom(entry: number): Found[] {
    const known = returnsOf.get(entry);
    if (known) return known;
    const returns: Found[] = [];
    returnsOf.set(entry, returns);
    const seen = new Set([entry]);
    const queue = [entry];
    for (let eip = queue.pop(); eip !== undefined; eip = queue.pop()) {
      const block = found.get(eip);
      if (!block) continue;
      if (block.terminator.kind === 'return') returns.push(block);
      for (const next of localTargets(block)) {
        if (seen.has(next)) continue;
        seen.add(next);
        queue.push(next);
      }
    }
    return returns;
  }
  for (const { terminator, source } of found.values()) {
    if (terminator.kind !== 'call' && terminator.kind !== 'indirect-call') continue;
    if (!found.has(terminator.next)) continue;
    const callees = terminator.kind === 'call' ? [terminator.target] : (source.targets ?? []);
    for (const callee of callees) {
      for (const block of returnsFrom(callee)) {
        const list = sites.get(block) ?? [];
        if (!list.includes(terminator.next)) list.push(terminator.next);
        sites.set(block, list);
      }
    }
  }
  return sites;
}

const NOWHERE: readonly number[] = [];

/** What the region gets to from its first block: not what stands behind a call whose function is not part of it. */
function followed(
  first: Found,
  found: ReadonlyMap<number, Found>,
  sites: ReadonlyMap<Found, readonly number[]>,
): FoundBlock[] {
  const seen = new Set([first]);
  const blocks: FoundBlock[] = [];
  // The set grows while it is walked.
  for (const block of seen) {
    const { eip, source, terminator } = block;
    const targets = terminator.kind === 'return' ? sites.get(block) : source.targets;
    const known = targets?.filter((target) => found.has(target)) ?? NOWHERE;
    const one: FoundBlock = { index: blocks.length, eip, source, terminator, known };
    blocks.push(one);
    for (const next of targetsOf(one)) {
      const target = found.get(next);
      if (target) seen.add(target);
    }
  }
  return blocks;
}

/** The mode of some blocks that are found in one. */
export function modeFor(blocks: readonly FoundBlock[], mode: Mode): Mode {
  const segments = new Set<number>();
  for (const { source } of blocks) for (const { seg } of source.insns) segments.add(seg);
  return narrowed(mode, segments);
}

/** @returns undefined when the entry itself cannot be translated */
export function discover(
  entry: number,
  mode: Mode,
  find: FindBlock,
  limits: RegionLimits,
): FoundRegion | undefined {
  const found = new Map<number, Found>();
  const queue = [entry];
  /** Where runs go on. */
  const goingOn = new Set<number>();
  let instructions = 0;
  function take(eip: number, source: Block): void {
    instructions += source.insns.length;
    const block: Found = { eip, source, terminator: terminatorOf(eip, source) };
    found.set(eip, block);
    queue.push(...reached(block, limits.isApart));
    if (runsOn(block)) goingOn.add(block.terminator.next);
    // A run of STI ends at the limit like all else.
    if (!allowsInterrupts(block) || found.has(block.terminator.next) || instructions > limits.instructions)
      return;
    const behind = find(block.terminator.next, false);
    if (behind) take(block.terminator.next, behind);
  }
  // The queue grows while it is walked.
  for (const eip of queue) {
    if (found.has(eip)) continue;
    const source = find(eip, goingOn.has(eip));
    if (!source || (eip !== entry && !goingOn.has(eip) && !limits.isWarm(source))) continue;
    if (found.size > 0 && instructions + source.insns.length > limits.instructions) break;
    take(eip, source);
  }
  const first = found.get(entry);
  if (!first) return undefined;
  // A region that would leave at once is no gain.
  if (insideOf(first.source).length === 0 && first.terminator.kind === 'interpret') return undefined;
  const blocks = followed(first, found, returnSites(found));
  return regionOf({ mode: modeFor(blocks, mode), misses: limits.misses }, blocks);
}
