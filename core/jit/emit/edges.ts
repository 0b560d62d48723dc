/** Where a region begins and ends: the processor's state comes into its locals, and goes back. */
import { JIT_EXIT, JIT_PLACE } from '../../cpu/state.ts';
import { Gap } from '../wasm/code.ts';
import { loadBranchPlace, storeBranchPlace } from './branch-records.ts';
import { ALL_REGISTERS, type Frame } from './frame.ts';

/** What a region does when it is entered. */
export function enterRegion(frame: Frame): void {
  frame.loadRegisters(ALL_REGISTERS);
  frame.loadFlags();
  loadBranchPlace(frame);
}

/**
 * Puts back what is not there yet, which is all but the general registers, and returns how many instructions are left: what stands behind the exit label. The exit's number is in a local.
 * @param chain symbol of the function that goes on in another one, if there are chains
 */
export function leaveRegion(frame: Frame, chain: number | undefined): void {
  const { code, locals } = frame;
  frame.spillFlags();
  storeBranchPlace(frame);
  frame.storeState(JIT_EXIT, () => {
    code.get(locals.exit);
  });
  frame.storeState(JIT_PLACE, () => {
    code.constOf(Gap.Place);
  });
  if (chain !== undefined) {
    code.get(locals.chains);
    code.if();
    code.get(locals.left);
    code.get(locals.next);
    code.returnCallSymbol(chain);
    code.end();
  }
  code.get(locals.left);
}
