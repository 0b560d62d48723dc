/** The pages that a block lies on: whether they are where they were when the region was made, and may be executed. */
import { TLB_BASE } from '../../memory/layout.ts';
import { pageOf } from '../chain.ts';
import { nextPage, type RegionBlock } from '../region.ts';
import { Op, Type } from '../wasm/opcodes.ts';
import type { Frame } from './frame.ts';

/** Leaves for the block if it does not begin where it did: the interpreter looks. */
export function checkHead(frame: Frame, { eip, source }: RegionBlock): void {
  checkPage(frame, eip, eip, source.physical);
}

/** The same for the page that the block ends on, if that is another one. */
export function checkTail(frame: Frame, { eip, source }: RegionBlock): void {
  if (source.tail >= 0) checkPage(frame, eip, nextPage(eip), source.tail);
}

/** The instructions that have run are counted: what is fetched without one to run would not be so by the interpreter. */
function checkPage(frame: Frame, eip: number, linear: number, physical: number): void {
  const { code, mode, locals } = frame;
  const { mask, word } = pageOf(linear, physical, mode.user);
  const isElsewhere = (entry: () => void) => {
    entry();
    code.const(mask);
    code.op(Op.i32And);
    code.const(word);
    code.op(Op.i32Ne);
  };
  isElsewhere(() => {
    code.const((linear >>> 12) * 4);
    code.memory(Op.i32Load, TLB_BASE);
  });
  code.if();
  code.get(locals.left);
  code.const(0);
  code.op(Op.i32GtS);
  code.if(Type.i32);
  isElsewhere(() => {
    code.const(linear);
    code.const(mode.user ? 1 : 0);
    code.callSymbol(frame.service('refillFetch'));
  });
  code.else();
  code.const(1);
  code.end();
  code.if();
  frame.leaveTo(eip);
  code.end();
  code.end();
}
