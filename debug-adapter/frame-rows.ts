/**
 * A frame of the unwinder as rows of the call stack: the inlined calls in it are rows of their own. Rows of frames that an earlier stop has
 * shown are taken again.
 */
import { type Shown, visibleAt } from './blocks.ts';
import type { Coroutines } from './coroutines.ts';
import type { Frame } from './frame.ts';
import { hex } from './registers.ts';
import type { SourcePosition } from './symbols/image.ts';
import type { Registers } from './symbols/location.ts';

/** @param shown which function the frame is of, where several begin */
export function codeFrames(
  base: Omit<Frame, 'kind' | 'name' | 'position' | 'resolved' | 'inlineDepth' | 'identity'>,
  coroutines: Coroutines,
  shown: Shown | undefined,
): Frame[] {
  const resolved = coroutines.resolve(base.coroutine, base.lookupPc, base.cr3);
  const { blocks, line } = visibleAt(resolved, base.lookupPc, base.lookupPc === base.pc, shown);
  // Field by field: to spread an object takes an engine that is cold ten times as long.
  const frame = (name: string, position: SourcePosition | undefined, inlineDepth: number): Frame => ({
    coroutine: base.coroutine,
    kind: 'code',
    name,
    pc: base.pc,
    lookupPc: base.lookupPc,
    registers: base.registers,
    homes: base.homes,
    unsaved: base.unsaved,
    cfa: base.cfa,
    position: position && position.line > 0 ? position : undefined,
    resolved,
    inlineDepth,
    depth: base.depth,
    isInterrupted: base.isInterrupted,
    cr3: base.cr3,
    identity: {},
  });
  if (blocks.length === 0) return [frame(hex(base.pc), line, 0)];
  let position: SourcePosition | undefined = line;
  const frames: Frame[] = [];
  for (const { name, inlineDepth, call } of blocks) {
    frames.push(frame(name, position, inlineDepth));
    position = call;
  }
  return frames;
}

/** By the identities of frames that a walk has found again: nothing of what their rows are made of has changed then, but registers. */
export const knownRows = new WeakMap<object, readonly Frame[]>();

export const rowWith = (row: Frame, registers: Registers): Frame => ({
  coroutine: row.coroutine,
  kind: row.kind,
  name: row.name,
  pc: row.pc,
  lookupPc: row.lookupPc,
  registers,
  homes: row.homes,
  unsaved: row.unsaved,
  cfa: row.cfa,
  position: row.position,
  resolved: row.resolved,
  inlineDepth: row.inlineDepth,
  depth: row.depth,
  isInterrupted: row.isInterrupted,
  cr3: row.cr3,
  identity: row.identity,
});
