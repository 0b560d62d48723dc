/** FXSAVE and FXRSTOR (SDM vol. 1, 10.5): a call of the soft-float core, when the image is aligned and in one page. */
import type { Operation } from '../ir.ts';
import { Op } from '../wasm/opcodes.ts';
import { vectorAddress } from './simd-moves.ts';
import type { Vectors } from './vectors.ts';
import type { X87Pointers } from './x87-pointers.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

const IMAGE_SIZE = 512;

export function emitSaveState(vectors: Vectors, pointers: X87Pointers, of: Named<'x87-save-state'>): void {
  const { code } = vectors.frame;
  pointers.require(false);
  code.const(vectorAddress(vectors, of.to, IMAGE_SIZE, true, true));
  code.op(Op.i32Add);
  vectors.spillAll();
  pointers.spill();
  vectors.callSoftfloat('saveState', 1, 0);
}

/** An image with reserved bits in MXCSR leaves: the interpreter raises #GP. */
export function emitRestoreState(
  vectors: Vectors,
  pointers: X87Pointers,
  of: Named<'x87-restore-state'>,
): void {
  const { frame } = vectors;
  const { code } = frame;
  pointers.require(false);
  code.const(vectorAddress(vectors, of.from, IMAGE_SIZE, true, false));
  code.op(Op.i32Add);
  vectors.callSoftfloat('restoreState', 1, 1);
  code.op(Op.i32Eqz);
  code.if();
  frame.leaveHere();
  code.end();
  vectors.loadAll();
  pointers.load(false);
}
